//! Which language a text is written in.

use whatlang::Lang;

/// How much of a text is looked at, in characters of words.
const SAMPLE: usize = 600;
/// Least letters for a guess: fewer name products more often than they speak a language.
const MIN_LETTERS: usize = 24;
/// Confidence from which a guess stands alone (the detector's own bound), and with a second
/// witness: the function words.
const ALONE: f64 = 0.9;
const SECONDED: f64 = 0.2;

/// Tells the language of `text` as two BCP 47 letters; `None` where that is not reliable.
///
/// Reads the first 600 characters of words only. Function words decide the common case; trigrams
/// (whatlang) the rest.
pub fn language(text: &str) -> Option<&'static str> {
    let (sample, letters) = sample(text);
    if letters < MIN_LETTERS {
        return None;
    }
    let votes = Votes::count(&sample);
    if let Some(clear) = votes.clear() {
        return Some(clear);
    }
    let info = whatlang::detect(&sample)?;
    let code = two_letters(info.lang());
    let is_seconded = votes.leader() == Some(code) && info.confidence() >= SECONDED;
    (info.confidence() >= ALONE || is_seconded).then_some(code)
}

/// The first words of `text`, without addresses, code and numbers, and how many letters they have.
fn sample(text: &str) -> (String, usize) {
    let mut sample = String::with_capacity(SAMPLE + 64);
    let mut letters = 0;
    for word in text.split_whitespace() {
        let is_code = word.bytes().any(|b| b.is_ascii_digit() || b"/@_{}<>=\\|".contains(&b));
        if is_code {
            continue;
        }
        // Scripts without spaces come as one long word.
        let word: &str = match word.char_indices().nth(SAMPLE) {
            Some((end, _)) => &word[..end],
            None => word,
        };
        letters += word.chars().filter(|c| c.is_alphabetic()).count();
        sample.push_str(word);
        sample.push(' ');
        if sample.len() >= SAMPLE {
            break;
        }
    }
    (sample, letters)
}

/// Counts of function words by language.
#[derive(Default)]
struct Votes {
    words: u32,
    of: [u32; LANGUAGES.len()],
}

/// Languages told by function words, each with some of its most frequent, which the others lack.
const LANGUAGES: [(&str, &[&str]); 7] = [
    (
        "en",
        &[
            "the", "and", "of", "to", "is", "that", "it", "for", "with", "you", "this", "your",
            "are", "from", "have", "we", "be", "when", "by", "or", "not", "my", "they", "an",
            "which", "as", "at",
        ],
    ),
    (
        "de",
        &[
            "der", "und", "die", "das", "ist", "nicht", "ein", "eine", "mit", "für", "auf", "wird",
            "den", "von", "zu", "wir", "ich", "auch", "dem",
        ],
    ),
    (
        "fr",
        &[
            "le", "les", "des", "est", "pour", "une", "dans", "qui", "sur", "pas", "vous", "nous",
            "avec", "et", "du", "ce", "au",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "del", "una", "para", "por", "con", "es", "y", "se", "su", "lo",
            "como", "más", "cada",
        ],
    ),
    (
        "pt",
        &[
            "os", "um", "uma", "não", "para", "com", "do", "da", "em", "que", "você", "ao", "mais",
            "no", "na",
        ],
    ),
    (
        "it",
        &[
            "il", "che", "di", "per", "gli", "della", "con", "sono", "una", "del", "ogni", "alla",
            "è", "e", "non",
        ],
    ),
    (
        "nl",
        &[
            "het", "een", "van", "en", "dat", "niet", "voor", "met", "zijn", "op", "de", "wordt",
            "je", "ik", "ook",
        ],
    ),
];

impl Votes {
    fn count(sample: &str) -> Self {
        let mut votes = Self::default();
        let mut lowered = String::with_capacity(16);
        for word in sample.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            votes.words += 1;
            if word.len() > 5 {
                continue;
            }
            lowered.clear();
            lowered.extend(word.chars().flat_map(char::to_lowercase));
            for (count, (_, list)) in votes.of.iter_mut().zip(LANGUAGES) {
                *count += u32::from(list.contains(&lowered.as_str()));
            }
        }
        votes
    }

    /// Best and second best count, with the best one's language.
    fn ranking(&self) -> (u32, u32, &'static str) {
        let mut best = (0, 0, "");
        for (count, (code, _)) in self.of.into_iter().zip(LANGUAGES) {
            if count > best.0 {
                best = (count, best.0, code);
            } else if count > best.1 {
                best.1 = count;
            }
        }
        best
    }

    /// The language that the function words leave no doubt about.
    fn clear(&self) -> Option<&'static str> {
        let (first, second, code) = self.ranking();
        (first >= 5 && second * 3 <= first && first * 7 >= self.words).then_some(code)
    }

    fn leader(&self) -> Option<&'static str> {
        let (first, second, code) = self.ranking();
        (first >= 2 && first > second).then_some(code)
    }
}

/// The detector's languages by their two letters; a test holds that none is missing.
#[rustfmt::skip]
const TWO_LETTERS: &[(Lang, &str)] = &[
    (Lang::Epo, "eo"), (Lang::Eng, "en"), (Lang::Rus, "ru"), (Lang::Cmn, "zh"), (Lang::Spa, "es"),
    (Lang::Por, "pt"), (Lang::Ita, "it"), (Lang::Ben, "bn"), (Lang::Fra, "fr"), (Lang::Deu, "de"),
    (Lang::Ukr, "uk"), (Lang::Kat, "ka"), (Lang::Ara, "ar"), (Lang::Hin, "hi"), (Lang::Jpn, "ja"),
    (Lang::Heb, "he"), (Lang::Yid, "yi"), (Lang::Pol, "pl"), (Lang::Amh, "am"), (Lang::Jav, "jv"),
    (Lang::Kor, "ko"), (Lang::Nob, "nb"), (Lang::Dan, "da"), (Lang::Swe, "sv"), (Lang::Fin, "fi"),
    (Lang::Tur, "tr"), (Lang::Nld, "nl"), (Lang::Hun, "hu"), (Lang::Ces, "cs"), (Lang::Ell, "el"),
    (Lang::Bul, "bg"), (Lang::Bel, "be"), (Lang::Mar, "mr"), (Lang::Kan, "kn"), (Lang::Ron, "ro"),
    (Lang::Slv, "sl"), (Lang::Hrv, "hr"), (Lang::Srp, "sr"), (Lang::Mkd, "mk"), (Lang::Lit, "lt"),
    (Lang::Lav, "lv"), (Lang::Est, "et"), (Lang::Tam, "ta"), (Lang::Vie, "vi"), (Lang::Urd, "ur"),
    (Lang::Tha, "th"), (Lang::Guj, "gu"), (Lang::Uzb, "uz"), (Lang::Pan, "pa"), (Lang::Aze, "az"),
    (Lang::Ind, "id"), (Lang::Tel, "te"), (Lang::Pes, "fa"), (Lang::Mal, "ml"), (Lang::Ori, "or"),
    (Lang::Mya, "my"), (Lang::Nep, "ne"), (Lang::Sin, "si"), (Lang::Khm, "km"), (Lang::Tuk, "tk"),
    (Lang::Aka, "ak"), (Lang::Zul, "zu"), (Lang::Sna, "sn"), (Lang::Afr, "af"), (Lang::Lat, "la"),
    (Lang::Slk, "sk"), (Lang::Cat, "ca"), (Lang::Tgl, "tl"), (Lang::Hye, "hy"), (Lang::Cym, "cy"),
];

fn two_letters(lang: Lang) -> &'static str {
    TWO_LETTERS.iter().find(|(known, _)| *known == lang).map_or("und", |(_, letters)| letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn every_language_of_the_detector_has_its_letters() {
        assert!(Lang::all().iter().all(|lang| two_letters(*lang) != "und"));
    }

    #[rstest]
    #[case(
        "When a visit is marked as missed, it texts the patient and offers the next free slot.",
        Some("en")
    )]
    #[case(
        "Sobald eine Rechnung überfällig ist, wird der Kunde mit einer freundlichen Mail erinnert.",
        Some("de")
    )]
    #[case(
        "Cada mañana el sistema revisa las citas del día y envía un mensaje a los pacientes.",
        Some("es")
    )]
    #[case(
        "Chaque matin, le système vérifie les factures et envoie une relance pour les clients qui ne paient pas.",
        Some("fr")
    )]
    #[case(
        "請求書の期限が過ぎたら、自動的にメールで催促を送ります。毎週月曜日に確認します。",
        Some("ja")
    )]
    #[case(
        "Каждое утро система проверяет счета и отправляет напоминание клиентам. Если клиент не ответил, менеджер получает сообщение и может позвонить сам. Это экономит нам пять часов в неделю.",
        Some("ru")
    )]
    #[case("Slack, Notion, Airtable", None)]
    #[case("https://example.com/a/b/c?d=e 12345 {{ $json.x }}", None)]
    #[case("", None)]
    fn the_language_is_told_where_it_is_plain(#[case] text: &str, #[case] code: Option<&str>) {
        assert_eq!(language(text), code);
    }

    #[test]
    fn a_long_text_is_read_at_its_start_only() {
        let text = format!(
            "{}{}",
            "The quick fox is in the house and you see it. ".repeat(40),
            "Ü".repeat(1 << 20)
        );
        assert_eq!(language(&text), Some("en"));
    }
}
