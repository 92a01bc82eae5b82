//! Items made comparable: sorted sets of hashed words, weighed by how rare they are.

use super::item::Item;
use crate::embed::{Model, Vector};
use crate::model::AutomationId;
use rayon::prelude::*;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Titles carried by more items than this are no names: "My workflow", "Webhook workflow".
const MOST_NAMESAKES: u32 = 6;

/// Words that any title of an automation may hold.
const FILLERS: &[&str] = &[
    "a",
    "ai",
    "an",
    "and",
    "automate",
    "automated",
    "automatically",
    "by",
    "copy",
    "for",
    "from",
    "in",
    "into",
    "my",
    "n8n",
    "new",
    "of",
    "on",
    "or",
    "template",
    "the",
    "to",
    "using",
    "via",
    "with",
    "workflow",
    "your",
    "untitled",
    "unnamed",
];

/// A set of hashes, sorted, each with its weight.
pub(super) type Weighted = Vec<(u64, f32)>;

/// All items, sorted by id.
pub(super) struct Collection {
    pub items: Vec<Prepared>,
}

pub(super) struct Prepared {
    pub id: AutomationId,
    /// The title's words in order, folded and stemmed.
    pub title_key: u64,
    /// Whether the title says nothing: too short, or carried by many.
    pub is_nameless: bool,
    pub title: Weighted,
    pub title_pairs: Vec<u64>,
    /// Runs of three characters of the title.
    pub title_runs: Vec<u64>,
    /// Words of the text, weighed as title words are.
    pub text: Weighted,
    /// Pairs of neighbouring telling words of the text.
    pub text_pairs: Vec<u64>,
    /// Runs of three words of the text.
    pub shingles: Vec<u64>,
    /// Words of the structure, and pairs of neighbours.
    pub structure: Weighted,
    pub url: Option<u64>,
    pub vector: Option<Vector>,
    pub title_vector: Option<Vector>,
}

impl Collection {
    pub(super) fn new(items: &[Item]) -> Self {
        let mut order: Vec<&Item> = items.iter().collect();
        order.sort_by_key(|item| item.id);
        order.dedup_by_key(|item| item.id);
        let mut items: Vec<Prepared> = order.into_par_iter().map(Prepared::new).collect();
        let titles = Rarity::of(items.iter().map(|item| &item.title));
        let structures = Rarity::of(items.iter().map(|item| &item.structure));
        let mut namesakes: HashMap<u64, u32> = HashMap::new();
        for item in &items {
            *namesakes.entry(item.title_key).or_default() += 1;
        }
        for item in &mut items {
            titles.weigh(&mut item.title);
            titles.weigh(&mut item.text);
            structures.weigh(&mut item.structure);
            item.is_nameless |= namesakes[&item.title_key] > MOST_NAMESAKES;
        }
        Self { items }
    }
}

impl Prepared {
    fn new(item: &Item) -> Self {
        let words = list_words(&item.title);
        let telling: Vec<u64> = telling_hashes(&words);
        let text_words = list_words(&item.text);
        let text = telling_hashes(&text_words);
        let hashes: Vec<u64> = text_words.iter().map(|w| hash(w.as_bytes())).collect();
        let title: String = words.join(" ");
        let characters: Vec<char> = format!(" {title} ").chars().collect();
        let runs = characters.windows(3).map(|run| hash(String::from_iter(run).as_bytes()));
        Self {
            id: item.id,
            title_key: hash(title.as_bytes()),
            is_nameless: telling.len() < 2,
            title_pairs: sorted(telling.windows(2).map(|pair| mix(pair[0], pair[1])).collect()),
            title_runs: sorted(runs.collect()),
            title: unweighed(sorted(telling)),
            text_pairs: sorted(text.windows(2).map(|pair| mix(pair[0], pair[1])).collect()),
            text: unweighed(sorted(text)),
            shingles: sorted(hashes.windows(3).map(|w| mix(mix(w[0], w[1]), w[2])).collect()),
            structure: unweighed(structure(&item.structure)),
            url: item.url.as_deref().and_then(address_key),
            vector: item
                .vector
                .clone()
                .or_else(|| Model::shared().encode(&format!("{}. {}", item.title, item.text))),
            title_vector: Model::shared().encode(&item.title),
        }
    }
}

fn structure(parts: &[String]) -> Vec<u64> {
    let words: Vec<u64> =
        parts.iter().flat_map(|p| list_words(p)).map(|w| hash(w.as_bytes())).collect();
    let pairs = words.windows(2).map(|pair| mix(pair[0], pair[1])).collect::<Vec<_>>();
    sorted(words.into_iter().chain(pairs).collect())
}

/// An address without what does not change where it leads: scheme, `www.`, a trailing slash, the
/// fragment, and parameters that count campaigns.
fn address_key(url: &str) -> Option<u64> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?.trim_start_matches("www.");
    let mut parameters: Vec<_> = url
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_") && name != "ref" && name != "fbclid")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.sort_unstable();
    let path = url.path().trim_end_matches('/');
    Some(hash(format!("{host}{path}?{}", parameters.join("&")).as_bytes()))
}

/// Words folded (compatibility forms, accents and case gone) and crudely stemmed.
fn list_words(text: &str) -> Vec<String> {
    let folded: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.map(stem).collect()
}

/// Cuts the commonest English endings, so that "sends", "sending" and "send" are one.
fn stem(word: &str) -> String {
    for ending in ["ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "s", "e", "y"]
    {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().count() >= 3
        {
            return stem.to_owned();
        }
    }
    word.to_owned()
}

fn telling_hashes(words: &[String]) -> Vec<u64> {
    let is_filler = |word: &String| FILLERS.iter().any(|f| f == word || stem(f) == *word);
    words.iter().filter(|w| !is_filler(w)).map(|w| hash(w.as_bytes())).collect()
}

fn sorted(mut hashes: Vec<u64>) -> Vec<u64> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

fn unweighed(hashes: Vec<u64>) -> Weighted {
    hashes.into_iter().map(|hash| (hash, 0.0)).collect()
}

/// In how many items each hash stands.
struct Rarity {
    counts: HashMap<u64, u32>,
    items: f32,
}

impl Rarity {
    fn of<'a>(sets: impl Iterator<Item = &'a Weighted>) -> Self {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        let mut items = 0.0;
        for set in sets {
            items += 1.0;
            set.iter().for_each(|(hash, _)| *counts.entry(*hash).or_default() += 1);
        }
        Self { counts, items }
    }

    /// ln(1 + N / (n + ½)); N at least 1,000, as in a handful of items nothing is common.
    fn weigh(&self, set: &mut Weighted) {
        let items = self.items.max(1000.0);
        for (hash, weight) in set {
            let count = self.counts.get(hash).copied().unwrap_or(0) as f32;
            *weight = (items / (count + 0.5)).ln_1p();
        }
    }
}

/// FNV-1a, then mixed; the same on every machine.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    mix(fnv, 0)
}

/// Joins two hashes; the order counts. The finaliser of SplitMix64.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mut x = a.rotate_left(5).wrapping_add(b).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
