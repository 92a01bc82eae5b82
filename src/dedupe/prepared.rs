//! Items made comparable: sorted sets of hashed words, weighed by how rare they are.

use super::item::Item;
use crate::embed::{Model, Vector, dot};
use crate::model::AutomationId;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;
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
    pub vector: Option<Direction>,
    pub title_vector: Option<Direction>,
}

/// A vector with its length, which rounding keeps from being 1: worked out once, not a pair.
pub(super) struct Direction {
    pub vector: Vector,
    length: f32,
}

impl Direction {
    fn of(vector: Vector) -> Self {
        let length = dot(&vector, &vector).sqrt();
        Self { vector, length }
    }

    /// The cosine of the angle between two directions, -1..=1.
    pub(super) fn cosine(&self, other: &Self) -> f32 {
        let lengths = self.length * other.length;
        if lengths > 0.0 {
            (dot(&self.vector, &other.vector) / lengths).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }
}

impl Collection {
    pub(super) fn new(items: &[Item]) -> Self {
        let mut order: Vec<&Item> = items.iter().collect();
        order.sort_by_key(|item| item.id);
        order.dedup_by_key(|item| item.id);
        let mut items: Vec<Prepared> = order.into_par_iter().map(Prepared::new).collect();
        let titles = Rarity::of(items.iter().map(|item| &item.title));
        let structures = Rarity::of(items.iter().map(|item| &item.structure));
        let mut namesakes: HashMap<u64, u32, Mixed> = HashMap::default();
        for item in &items {
            *namesakes.entry(item.title_key).or_default() += 1;
        }
        items.par_iter_mut().for_each(|item| {
            titles.weigh(&mut item.title);
            titles.weigh(&mut item.text);
            structures.weigh(&mut item.structure);
            item.is_nameless |= namesakes[&item.title_key] > MOST_NAMESAKES;
        });
        Self { items }
    }
}

impl Prepared {
    fn new(item: &Item) -> Self {
        let folded = folded(&item.title);
        let words: Vec<&str> = words(&folded).collect();
        let telling = telling_hashes(words.iter().map(|word| hash(word.as_bytes())));
        let hashes = hashes(&item.text);
        let text = telling_hashes(hashes.iter().copied());
        let title: String = words.join(" ");
        Self {
            id: item.id,
            title_key: hash(title.as_bytes()),
            is_nameless: telling.len() < 2,
            title_pairs: sorted(telling.windows(2).map(|pair| mix(pair[0], pair[1])).collect()),
            title_runs: sorted(runs_of_three(&format!(" {title} "))),
            title: unweighed(sorted(telling)),
            text_pairs: sorted(text.windows(2).map(|pair| mix(pair[0], pair[1])).collect()),
            text: unweighed(sorted(text)),
            shingles: sorted(hashes.windows(3).map(|w| mix(mix(w[0], w[1]), w[2])).collect()),
            structure: unweighed(structure(&item.structure)),
            url: item.url.as_deref().and_then(address_key),
            vector: item
                .vector
                .clone()
                .or_else(|| Model::shared().encode(&format!("{}. {}", item.title, item.text)))
                .map(Direction::of),
            title_vector: Model::shared().encode(&item.title).map(Direction::of),
        }
    }
}

fn structure(parts: &[String]) -> Vec<u64> {
    let words: Vec<u64> = parts.iter().flat_map(|part| hashes(part)).collect();
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

/// Text with compatibility forms, accents and case gone.
fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let is_folded = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        return if is_folded { text.into() } else { text.to_ascii_lowercase().into() };
    }
    text.nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of folded text, crudely stemmed.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(stem)
}

fn hashes(text: &str) -> Vec<u64> {
    words(&folded(text)).map(|word| hash(word.as_bytes())).collect()
}

/// Cuts the commonest English endings, so that "sends", "sending" and "send" are one.
fn stem(word: &str) -> &str {
    for ending in ["ations", "ation", "ings", "ing", "ies", "ers", "er", "ed", "es", "s", "e", "y"]
    {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().nth(2).is_some()
        {
            return stem;
        }
    }
    word
}

/// Fillers as they stand and stemmed, hashed.
static FILLER_HASHES: LazyLock<HashSet<u64, Mixed>> = LazyLock::new(|| {
    FILLERS.iter().flat_map(|filler| [*filler, stem(filler)]).map(|f| hash(f.as_bytes())).collect()
});

fn telling_hashes(words: impl Iterator<Item = u64>) -> Vec<u64> {
    words.filter(|word| !FILLER_HASHES.contains(word)).collect()
}

/// Each run of three characters, hashed.
fn runs_of_three(text: &str) -> Vec<u64> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    starts.windows(4).map(|run| hash(&text.as_bytes()[run[0]..run[3]])).collect()
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
    counts: HashMap<u64, u32, Mixed>,
    items: f32,
}

impl Rarity {
    fn of<'a>(sets: impl Iterator<Item = &'a Weighted>) -> Self {
        let mut counts: HashMap<u64, u32, Mixed> = HashMap::default();
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

/// Hashes what is hashed already, or a place in the collection: one multiplication.
#[derive(Default)]
pub(super) struct Mixer(u64);

pub(super) type Mixed = BuildHasherDefault<Mixer>;

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, hash(bytes));
    }

    fn write_u32(&mut self, place: u32) {
        self.write_u64(u64::from(place));
    }

    fn write_u64(&mut self, hash: u64) {
        let spread = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
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
