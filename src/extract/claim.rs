//! The value a text claims, as numbers with units.

mod change;

use crate::extract::pattern;
use crate::model::{Claim, ClaimUnit, Period};
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// A claim with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claimed {
    pub(crate) claim: Claim,
    pub(crate) range: Range<usize>,
    pub(crate) confidence: f32,
}

const WORDS: &[(&str, f64)] = &[
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("seventeen", 17.0),
    ("nineteen", 19.0),
    ("twenty-five", 25.0),
    ("forty-five", 45.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("eighteen", 18.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("seventy", 70.0),
    ("eighty", 80.0),
    ("sixty", 60.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
    ("half an", 0.5),
    ("half a", 0.5),
    ("a couple of", 2.0),
    ("a dozen", 12.0),
    ("an", 1.0),
    ("a", 1.0),
    ("eine", 1.0),
    ("einen", 1.0),
    ("zwei", 2.0),
    ("drei", 3.0),
    ("vier", 4.0),
    ("fünf", 5.0),
    ("sechs", 6.0),
    ("sieben", 7.0),
    ("acht", 8.0),
    ("neun", 9.0),
    ("zehn", 10.0),
    ("elf", 11.0),
    ("zwölf", 12.0),
    ("fünfzehn", 15.0),
    ("dreieinhalb", 3.5),
    ("zwanzig", 20.0),
    ("dreißig", 30.0),
    ("vierzig", 40.0),
    ("fünfzig", 50.0),
    ("sechzig", 60.0),
    ("una", 1.0),
    ("dos", 2.0),
    ("tres", 3.0),
    ("cuatro", 4.0),
    ("cinco", 5.0),
    ("seis", 6.0),
    ("siete", 7.0),
    ("ocho", 8.0),
    ("diez", 10.0),
    ("once", 11.0),
    ("doce", 12.0),
    ("quince", 15.0),
    ("veinte", 20.0),
    ("treinta", 30.0),
    ("cuarenta", 40.0),
    ("cincuenta", 50.0),
    ("sesenta", 60.0),
    ("une", 1.0),
    ("deux", 2.0),
    ("trois", 3.0),
    ("quatre", 4.0),
    ("cinq", 5.0),
    ("sept", 7.0),
    ("huit", 8.0),
    ("dix", 10.0),
    ("onze", 11.0),
    ("douze", 12.0),
    ("quinze", 15.0),
    ("vingt", 20.0),
    ("trente", 30.0),
    ("quarante", 40.0),
    ("cinquante", 50.0),
    ("soixante", 60.0),
    ("due", 2.0),
    ("tre", 3.0),
    ("quattro", 4.0),
    ("cinque", 5.0),
    ("sei", 6.0),
    ("otto", 8.0),
    ("dieci", 10.0),
    ("dois", 2.0),
    ("duas", 2.0),
    ("três", 3.0),
    ("quatro", 4.0),
    ("oito", 8.0),
    ("dez", 10.0),
    ("doze", 12.0),
    ("vinte", 20.0),
    ("trinta", 30.0),
    ("quarenta", 40.0),
    ("cinquenta", 50.0),
];

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let mut words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let number = format!(
        r"(?:\d{{1,3}}(?:[.,\x{{202f}}\x{{a0}} ]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d+)?|\b(?:{}))",
        words.join("|")
    );
    pattern::regex(&format!(
        r"(?ix)(?:
        (?P<sign>R\$|[$€£¥])\ ?(?P<money>{number})(?:\ ?(?P<kilo>k|m|thousand|million|mil)\b)?
        |(?P<sum>{number})\ ?(?P<kilo2>k|thousand|million|tausend|mil|mila|mille)?\ ?(?P<currency>€|£|euros?\b|dollars?\b|pounds?\b|usd\b|eur\b|gbp\b|chf\b|francs?\b|reais\b|円|万円)
        |(?P<percent>{number})\ ?(?:%|percent\b|per\ cent\b|prozent\b|por\ ciento\b|pour\ cent\b|per\ cento\b|por\ cento\b)
        |(?P<factor>{number})\ ?(?:x\b|×|times\ (?:as|more|faster|the)\b|-?fold\b)
        |(?:(?P<count>{number})[\ -]?(?:and\ a\ half\ |\w+\ )?(?P<unit>hours?|hrs?|h|minutes?|mins?|days?|weeks?|workdays?|stunden?|minuten|tagen?|tage|wochen?|horas?|minutos?|d[ií]as?|semanas?|heures?|minutes?|jours?|semaines?|or[ae]|minut[oi]|giorn[oi]|settiman[ae]|dias?)\b)|(?P<count2>{number})(?P<unit2>時間|分|日)
        |(?P<things>{number})\ (?:\w+\ ){{0,2}}?(?P<thing>leads|calls|bookings|reviews|appointments|customers|clients|e-?mails|tickets|orders|invoices|no-shows|messages|meetings|members|patients|jobs|replies|quotes|hires|deals|phone\ calls|reports|sales)\b
        )",
    ))
});

/// Words of a sentence that speaks of value rather than of how something works.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?ix)\b(?:sav(?:e|es|ed|ing|ings)|cuts?|reduc\w+|instead\ of|rather\ than|used\ to|took|takes?\ (?:me|us|them|about|less|only|under)|now|earn\w*|revenue|recover\w*|brings?|brought|worth|more|fewer|less|dropp?\w*|fell|rose|increas\w+|decreas\w+|went\ from|from\ \S+(?:\ \S+){0,4}\ to|down\ to|up\ to|faster|doubl\w+|tripl\w+|halv\w+|extra|per\ (?:week|month|day|client|lead)|a\ (?:week|month|day|year)|got\ back|freed|spent|spend|counted|lost|losing|wast\w+|spar\w+|statt|fr[üu]her|weniger|ahorr\w+|antes|menos|gagn\w+|[ée]conomis\w+|moins|risparmi\w+|meno|prima|econom\w+|rechne|down|by\ \d+|no\ longer|do(?:n't|n’t|\ not)\ have\ to|faster|shorter|pass[ée]\w*|contre|deix\w+|evit\w+|von\ \S+(?:\ \S+){0,3}\ auf|de\ \S+(?:\ \S+){0,4}\ (?:a|para|à)|this\ year|last\ year)\b|→|⇒|時間|減|増|短縮",
    )
});

/// Words right before a number that make it a point or span in time, a price or a setting.
static WORKINGS_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)\b(?:every|after|within|in the last|last|past|the next|next|before|older than|newer than|at least|wait(?:s|ed)?(?: for)?|at|older|under|over the|each|for|in|nach|innerhalb von|alle|cada|après|dopo|costs?|pay(?:s|ing)?|priced at|plan|subscription|deposit of|invoices? (?:over|above|under)|step|top|version|gpt)(?: (?:about|around|only|just|up to|exactly|roughly))? ?$",
    )
});

static WORKINGS_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^\s?(?:before|after|later|ago|in advance|old\b|early|out\b|prior|from now|ahead|window|interval|delay|plan|subscription|trial|vor\b|nach\b|antes|después|avant|après|prima|dopo|notice|per (?:1k|million|token|seat|user))",
    )
});

static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(
        r"(?i)^[\s,]*(?:(?:of (?:my|our|their|staff|admin|manual|work|admin work) )?(?:\w+ )?)?(?:(?P<week>(?:a|per|each|every|pro|die|/|in der|in the|por|a la|par|à la|alla|por) ?(?:week|woche|semana|semaine|settimana)|weekly)|(?P<month>(?:a|per|each|every|pro|im|/|al|par|por|al) ?(?:month|mo\b|monat|mes|mois|mese|mês)|monthly)|(?P<day>(?:a|per|each|every|pro|am|/|al|par|por) ?(?:day|tag|día|jour|giorno|dia)|daily)|(?P<year>(?:a|per|each|every|pro|im|/|al|par|por) ?(?:year|yr\b|jahr|año|an\b|anno|ano)|annually|yearly)|(?P<each>(?:a|per|each|pro) (?:client|customer|lead|order|invoice|job|leaver|patient|report|file|call|ticket|case|document|listing|property|unit|booking|post|video|episode|claim)))",
    )
});

static PERIOD_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::regex(r"(?i)(?P<month>月に|毎月)|(?P<week>週に|毎週)|(?P<day>日に|毎日)")
});

/// The values that the sentence `range` of `text` claims.
pub(crate) fn claims(text: &str, range: &Range<usize>) -> Vec<Claimed> {
    let sentence = &text[range.clone()];
    if sentence.ends_with('?') {
        return Vec::new();
    }
    let mut found =
        if VALUE.is_match(sentence) { amounts_claimed(sentence, range) } else { Vec::new() };
    for changed in change::claims(sentence) {
        let at = range.start + changed.range.start..range.start + changed.range.end;
        if found.iter().all(|one| one.range.end <= at.start || at.end <= one.range.start) {
            found.push(Claimed { range: at, ..changed });
        }
    }
    found.sort_by_key(|claimed| claimed.range.start);
    found
}

fn amounts_claimed(sentence: &str, range: &Range<usize>) -> Vec<Claimed> {
    let mut found: Vec<Claimed> = Vec::new();
    for amount in AMOUNT.captures_iter(sentence) {
        let Some(claimed) = read(sentence, &amount) else { continue };
        let at = range.start + claimed.range.start..range.start + claimed.range.end;
        if found.last().is_none_or(|last| last.range.end <= at.start) {
            found.push(Claimed { range: at, ..claimed });
        }
    }
    found
}

fn read(sentence: &str, found: &Captures) -> Option<Claimed> {
    let whole = found.get(0)?;
    let (before, after) = (&sentence[..whole.start()], &sentence[whole.end()..]);
    if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
        || after.starts_with(|c: char| c.is_alphanumeric() && c.is_ascii())
    {
        return None;
    }
    let (amount, unit, currency) = measure(found)?;
    let saves_for = before.to_lowercase();
    let is_working = WORKINGS_AFTER.is_match(after)
        || (WORKINGS_BEFORE.is_match(before)
            && !matches!(unit, ClaimUnit::Percent | ClaimUnit::Times)
            && !saves_for.contains("from ")
            && !saves_for.contains("instead of"));
    if is_working {
        return None;
    }
    let (per, length) = period(before, after);
    let end = whole.end() + length;
    let text = sentence[whole.start()..end].trim().to_owned();
    let is_bare_count = unit == ClaimUnit::Count && per.is_none();
    let is_article =
        matches!(amount, 1.0) && !whole.as_str().starts_with(|c: char| c.is_ascii_digit());
    let confidence = match (is_bare_count, is_article) {
        (true, _) => 0.45,
        (_, true) => 0.5,
        _ => 0.68,
    };
    let is_vague = is_article && per.is_none() && !before.to_lowercase().contains("from");
    (!is_vague).then(|| Claimed {
        claim: Claim { amount, unit, currency, per, text },
        range: whole.start()..end,
        confidence,
    })
}

fn measure(found: &Captures) -> Option<(f64, ClaimUnit, Option<String>)> {
    let of = |name: &str| found.name(name).map(|m| m.as_str());
    if let Some(sum) = of("money") {
        let currency = match of("sign")? {
            "$" => "USD",
            "€" => "EUR",
            "£" => "GBP",
            "R$" | "r$" => "BRL",
            _ => "JPY",
        };
        return Some((
            number(sum)? * thousand(of("kilo")),
            ClaimUnit::Money,
            Some(currency.to_owned()),
        ));
    }
    if let Some(sum) = of("sum") {
        let word = of("currency")?.to_lowercase();
        let currency = match word.as_str() {
            "€" | "euro" | "euros" | "eur" => "EUR",
            "£" | "pound" | "pounds" | "gbp" => "GBP",
            "chf" | "franc" | "francs" => "CHF",
            "reais" => "BRL",
            "円" | "万円" => "JPY",
            _ => "USD",
        };
        let tens_of_thousands = if word == "万円" { 10_000.0 } else { 1.0 };
        return Some((
            number(sum)? * thousand(of("kilo2")) * tens_of_thousands,
            ClaimUnit::Money,
            Some(currency.to_owned()),
        ));
    }
    if let Some(share) = of("percent") {
        return Some((number(share)?, ClaimUnit::Percent, None));
    }
    if let Some(factor) = of("factor") {
        return number(factor).filter(|n| *n > 1.0).map(|n| (n, ClaimUnit::Times, None));
    }
    if let Some(count) = of("things") {
        return Some((number(count)?, ClaimUnit::Count, None));
    }
    let half = if found.get(0)?.as_str().contains("and a half") { 0.5 } else { 0.0 };
    let amount = number(of("count").or_else(|| of("count2"))?)? + half;
    let unit = of("unit").or_else(|| of("unit2"))?.to_lowercase();
    let starts = |heads: &[&str]| heads.iter().any(|head| unit.starts_with(head));
    if starts(&["week", "woche", "semana", "semaine", "settiman"]) {
        return Some((amount * 7.0, ClaimUnit::Days, None));
    }
    let unit = if starts(&["min", "分"]) {
        ClaimUnit::Minutes
    } else if starts(&["day", "workday", "tag", "día", "dia", "jour", "giorn", "日"]) {
        ClaimUnit::Days
    } else {
        ClaimUnit::Hours
    };
    Some((amount, unit, None))
}

fn thousand(word: Option<&str>) -> f64 {
    match word.map(str::to_lowercase).as_deref() {
        Some("k" | "thousand" | "tausend" | "mil" | "mila" | "mille") => 1_000.0,
        Some("m" | "million") => 1_000_000.0,
        _ => 1.0,
    }
}

/// Every amount that `text` names, in digits or words, with thousands and millions written out.
pub(crate) fn amounts(text: &str) -> Vec<f64> {
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
        pattern::regex(
            r"(?i)\d+(?:[.,\u{a0}\u{202f}]\d+)*|\b(?:half an?|a couple of|a dozen)\b|[\p{L}-]+",
        )
    });
    let mut found = Vec::new();
    for hit in AMOUNT.find_iter(text) {
        let Some(value) = number(hit.as_str()) else { continue };
        found.push(value);
        let after = text[hit.end()..].trim_start().to_lowercase();
        let is_word = |word: &str| {
            after.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        };
        for (words, factor) in [
            (["k", "thousand", "tausend", "mil"], 1e3),
            (["m", "million", "mio", "millionen"], 1e6),
            (["hundred", "hundert", "cien", "cent"], 1e2),
        ] {
            if words.iter().any(|word| is_word(word)) {
                found.push(value * factor);
            }
        }
    }
    found
}

/// Reads a number in digits (with either decimal sign) or in words.
fn number(text: &str) -> Option<f64> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let lower = text.to_lowercase();
        return WORDS.iter().find(|(word, _)| *word == lower).map(|(_, value)| *value);
    }
    let last = text.rfind(['.', ',', ' ', '\u{a0}', '\u{202f}']);
    let decimals = last.map_or(0, |at| text[at..].chars().count() - 1);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let value: f64 = digits.parse().ok()?;
    // Three digits after the last sign group thousands: "1,200", "1.200"; fewer are decimals.
    Some(if decimals == 0 || decimals == 3 {
        value
    } else {
        value / 10f64.powi(i32::try_from(decimals).ok()?)
    })
}

/// The period that follows (or, in Japanese, precedes) an amount, and how many bytes of text it takes.
fn period(before: &str, after: &str) -> (Option<Period>, usize) {
    if let Some(found) = PERIOD.captures(after) {
        let per = [
            ("week", Period::Week),
            ("month", Period::Month),
            ("day", Period::Day),
            ("year", Period::Year),
            ("each", Period::Each),
        ]
        .into_iter()
        .find(|(name, _)| found.name(name).is_some())
        .map(|(_, per)| per);
        return (per, found.get(0).map_or(0, |m| m.end()));
    }
    let near = &before[before.ceil_char_boundary(before.len().saturating_sub(9))..];
    let found = PERIOD_BEFORE.captures(near);
    let per = found.and_then(|found| {
        [("week", Period::Week), ("month", Period::Month), ("day", Period::Day)]
            .into_iter()
            .find(|(name, _)| found.name(name).is_some())
            .map(|(_, per)| per)
    });
    (per, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    type Expected<'t> = (f64, ClaimUnit, Option<&'t str>, Option<Period>, &'t str);

    #[rstest]
    #[case("It saves about six hours a week.", &[(6.0, ClaimUnit::Hours, None, Some(Period::Week), "six hours a week")])]
    #[case("That is worth $1,200 a month.", &[(1200.0, ClaimUnit::Money, Some("USD"), Some(Period::Month), "$1,200 a month")])]
    #[case("It cut no-shows by 40%.", &[(40.0, ClaimUnit::Percent, None, None, "40%")])]
    #[case("We went from 3 days to 20 minutes.", &[(3.0, ClaimUnit::Days, None, None, "3 days"), (20.0, ClaimUnit::Minutes, None, None, "20 minutes")])]
    #[case("Bookings are up to 3x more.", &[(3.0, ClaimUnit::Times, None, None, "3x")])]
    #[case("Es spart 2,5 Stunden pro Woche.", &[(2.5, ClaimUnit::Hours, None, Some(Period::Week), "2,5 Stunden pro Woche")])]
    #[case("Ahorra 1.200 € al mes.", &[(1200.0, ClaimUnit::Money, Some("EUR"), Some(Period::Month), "1.200 € al mes")])]
    #[case("It brings about 900 pounds a month.", &[(900.0, ClaimUnit::Money, Some("GBP"), Some(Period::Month), "900 pounds a month")])]
    #[case("月に三十時間が減り、今は6時間になりました。", &[(6.0, ClaimUnit::Hours, None, None, "6時間")])]
    #[case("Cela nous fait gagner 3 heures par semaine.", &[(3.0, ClaimUnit::Hours, None, Some(Period::Week), "3 heures par semaine")])]
    #[case("Ahorro 5 horas a la semana, antes nada.", &[(5.0, ClaimUnit::Hours, None, Some(Period::Week), "5 horas a la semana")])]
    #[case("Days outstanding: 47 to 33.", &[(33.0, ClaimUnit::Count, None, None, "47 to 33")])]
    #[case("Multas: de 14 por mês para nenhuma", &[(0.0, ClaimUnit::Count, None, None, "de 14 por mês para nenhuma")])]
    #[case("Complaint calls: 30/wk → 4.", &[(4.0, ClaimUnit::Count, None, None, "30/wk → 4")])]
    #[case("We are open from 9 to 5 on weekdays.", &[])]
    #[case("Pick 2 to 3 of them.", &[])]
    #[case("It runs every 15 minutes now.", &[])]
    #[case("We now send it 2 hours before the visit.", &[])]
    #[case("The plan costs $20 a month now.", &[])]
    fn numbers_with_units_are_claims(#[case] sentence: &str, #[case] expected: &[Expected]) {
        let found = claims(sentence, &(0..sentence.len()));
        let found: Vec<Expected> = found
            .iter()
            .map(|c| {
                (
                    c.claim.amount,
                    c.claim.unit,
                    c.claim.currency.as_deref(),
                    c.claim.per,
                    &sentence[c.range.clone()],
                )
            })
            .collect();
        assert_eq!(found, expected);
    }
}
