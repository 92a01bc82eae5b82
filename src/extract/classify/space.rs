//! The feature space: which words and word parts of a text count, and for how much.

use super::lexicon;
use super::words::{prose, words};
use super::zones::split;
use crate::embed::{DIMENSIONS, Model};

/// Kinds of sparse feature; each is weighted by TF-IDF and brought to unit length on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Words and pairs of words of the title.
    Title,
    /// Letter runs of 3 to 5 in the title's words.
    Letters,
    /// Functions whose keywords stand in the title.
    TitleTerms,
    /// Words of the text.
    Text,
    /// Words of what the text tells, without its setting up and asides.
    Main,
    /// Words and pairs of the same.
    MainPairs,
    /// Functions whose keywords stand in it.
    MainTerms,
    /// Words of setting up and asides.
    Rest,
    /// Words and pairs near a word that announces what sets an automation off.
    Context,
    /// Words and pairs near the word "trigger" itself.
    Near,
}

/// How many groups there are.
pub(super) const GROUPS: usize = 10;

impl Group {
    pub(super) const ALL: [Self; GROUPS] = [
        Self::Title,
        Self::Letters,
        Self::TitleTerms,
        Self::Text,
        Self::Main,
        Self::MainPairs,
        Self::MainTerms,
        Self::Rest,
        Self::Context,
        Self::Near,
    ];

    /// In how many training texts a feature must occur.
    fn least_documents(self) -> u32 {
        match self {
            Self::TitleTerms | Self::MainTerms => 1,
            Self::Title => 2,
            Self::Text | Self::Main | Self::Rest => 3,
            Self::Context | Self::Near => 4,
            Self::Letters | Self::MainPairs => 5,
        }
    }

    /// In what part of the training texts it may occur at most, as a divisor.
    fn rarity(self) -> u32 {
        if matches!(self, Self::TitleTerms | Self::MainTerms) { 1 } else { 2 }
    }
}

/// Dense blocks: the vectors of the title, of the text's beginning, and of the whole text.
pub(super) const BLOCKS: usize = 3;
pub(super) const DENSE: usize = BLOCKS * DIMENSIONS;

/// How many characters make the text's beginning.
const HEAD: usize = 500;
/// Words taken before an announcing word, and from it on.
const ANNOUNCED: (usize, usize) = (4, 9);
/// The same around "trigger" and its forms.
const TRIGGERING: (usize, usize) = (3, 8);

/// Words near which a text says what sets the automation off; in order, as they are searched.
const ANNOUNCING: &[&str] = &[
    "activated",
    "automatically",
    "begins",
    "chat",
    "checks",
    "cron",
    "daily",
    "each",
    "every",
    "execute",
    "form",
    "hourly",
    "incoming",
    "initiated",
    "input",
    "interval",
    "kicks",
    "listen",
    "listens",
    "manual",
    "manually",
    "monitors",
    "monthly",
    "new",
    "once",
    "polls",
    "receive",
    "receives",
    "run",
    "runs",
    "schedule",
    "scheduled",
    "scheduler",
    "schedules",
    "start",
    "started",
    "starts",
    "submission",
    "submissions",
    "submit",
    "submits",
    "submitted",
    "trigger",
    "triggered",
    "triggering",
    "triggers",
    "upload",
    "uploaded",
    "uploads",
    "watch",
    "watches",
    "webhook",
    "webhooks",
    "weekly",
    "when",
    "whenever",
];

/// Hash keys of a text's features, by group; repeated as often as they occur.
pub(super) type Keys = [Vec<u32>; GROUPS];

/// A text in the space: rows with their values, grouped; and the dense blocks.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) sparse: [Vec<(u32, f32)>; GROUPS],
    pub(super) dense: Box<[f32; DENSE]>,
}

/// The features that count, with how common each is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Space {
    /// By row, ascending in each group; groups follow one another.
    pub(super) keys: Vec<u32>,
    /// By row: in how many training texts it occurs.
    pub(super) frequencies: Vec<u16>,
    /// How many rows each group has.
    pub(super) sizes: [usize; GROUPS],
    /// How many training texts there were.
    pub(super) documents: u32,
}

impl Space {
    /// The features that occur in enough of `texts`, and not in most of them.
    pub(super) fn build(texts: &[Keys]) -> Self {
        let documents = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        let mut space = Self { keys: vec![], frequencies: vec![], sizes: [0; GROUPS], documents };
        for group in Group::ALL {
            let at = group as usize;
            let mut seen: Vec<u32> = Vec::new();
            for keys in texts {
                let mut distinct = keys[at].clone();
                distinct.sort_unstable();
                distinct.dedup();
                seen.extend(distinct);
            }
            seen.sort_unstable();
            for run in seen.chunk_by(|a, b| a == b) {
                let frequency = u32::try_from(run.len()).unwrap_or(u32::MAX);
                if frequency >= group.least_documents() && frequency <= documents / group.rarity() {
                    space.keys.push(run[0]);
                    space.frequencies.push(u16::try_from(frequency).unwrap_or(u16::MAX));
                    space.sizes[at] += 1;
                }
            }
        }
        space
    }

    /// The text with `keys` as a point; `dense` are its blocks.
    pub(super) fn place(&self, keys: &Keys, dense: Box<[f32; DENSE]>) -> Point {
        let mut first = 0;
        let sparse = std::array::from_fn(|at| {
            let range = first..first + self.sizes[at];
            first = range.end;
            self.weigh(&keys[at], range)
        });
        Point { sparse, dense }
    }

    /// Sublinear term frequency times inverse document frequency, at unit length.
    fn weigh(&self, keys: &[u32], range: std::ops::Range<usize>) -> Vec<(u32, f32)> {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        let mut values: Vec<(u32, f32)> = Vec::with_capacity(sorted.len());
        let known = &self.keys[range.clone()];
        for run in sorted.chunk_by(|a, b| a == b) {
            let Some(at) = find(known, run[0]) else { continue };
            let row = range.start + at;
            let rarity = f64::from(1 + self.documents) / f64::from(1 + self.frequencies[row]);
            let value = (1.0 + (run.len() as f64).ln()) * (1.0 + rarity.ln());
            values.push((row as u32, value as f32));
        }
        let norm = values.iter().map(|(_, v)| v * v).sum::<f32>().sqrt();
        if norm > 0.0 {
            values.iter_mut().for_each(|(_, v)| *v /= norm);
        }
        values
    }
}

/// Where `key` stands among the `known`, which are in order.
///
/// Keys are hashes, spread evenly: the search begins where the key ought to stand and widens, which
/// touches a few lines of memory where halving the whole would miss the cache at each step.
fn find(known: &[u32], key: u32) -> Option<usize> {
    let guess = ((u64::from(key) * known.len() as u64) >> 32) as usize;
    let mut reach = 32;
    let (mut from, mut to) = (guess, guess);
    while from > 0 && known[from] >= key {
        from = from.saturating_sub(reach);
        reach *= 2;
    }
    reach = 32;
    while to < known.len() && known[to] < key {
        to = (to + reach).min(known.len());
        reach *= 2;
    }
    let to = (to + 1).min(known.len());
    known.get(from..to)?.binary_search(&key).ok().map(|at| from + at)
}

/// The features of a text, before any space.
pub(super) fn keys_of(title: &str, text: &str) -> Keys {
    let title = prose(title);
    let text = prose(text);
    let (main, rest) = split(&text);
    let title_words = words(&title);
    let text_words = words(&text);
    let main_words = words(&main);
    let announces = |word: &str| ANNOUNCING.binary_search(&word).is_ok();
    let triggers = |word: &str| word.starts_with("trigger");
    Group::ALL.map(|group| match group {
        Group::Title => with_pairs(&title_words, group),
        Group::Letters => letters(&title_words),
        Group::TitleTerms => terms(&title, group),
        Group::Text => single(&text_words, group),
        Group::Main => single(&main_words, group),
        Group::MainPairs => with_pairs(&main_words, group),
        Group::MainTerms => terms(&main, group),
        Group::Rest => single(&words(&rest), group),
        Group::Context => {
            let mut keys = with_pairs(&title_words, group);
            keys.extend(around(&text_words, announces, ANNOUNCED, group));
            keys
        }
        Group::Near => around(&text_words, triggers, TRIGGERING, group),
    })
}

fn single(words: &[&str], group: Group) -> Vec<u32> {
    words.iter().map(|word| key(group, word.bytes())).collect()
}

/// A key a place where a keyword of a function stands.
fn terms(text: &str, group: Group) -> Vec<u32> {
    lexicon::functions_named(text).map(|name| key(group, name.bytes())).collect()
}

/// Words and pairs in the windows around the words that `is_centre` picks; windows do not overlap.
fn around(
    words: &[&str],
    is_centre: impl Fn(&str) -> bool,
    (before, after): (usize, usize),
    group: Group,
) -> Vec<u32> {
    let mut keys = Vec::new();
    let mut until = 0;
    for (at, _) in words.iter().enumerate().filter(|(_, word)| is_centre(word)) {
        let start = at.saturating_sub(before).max(until);
        until = words.len().min(at + after);
        if start < until {
            keys.extend(with_pairs(&words[start..until], group));
        }
    }
    keys
}

/// The dense blocks of a text; a part without a vector is zero.
pub(super) fn dense_of(title: &str, text: &str) -> Box<[f32; DENSE]> {
    let model = Model::shared();
    let head_end = text.char_indices().nth(HEAD).map_or(text.len(), |(at, _)| at);
    let mut dense = Box::new([0.0; DENSE]);
    for (block, part) in dense.chunks_exact_mut(DIMENSIONS).zip([title, &text[..head_end], text]) {
        if let Some(vector) = model.encode_dense(part) {
            block.copy_from_slice(&vector);
        }
    }
    dense
}

fn with_pairs(words: &[&str], group: Group) -> Vec<u32> {
    let mut keys = single(words, group);
    keys.extend(words.windows(2).map(|pair| {
        key(group, pair[0].bytes().chain(std::iter::once(b' ')).chain(pair[1].bytes()))
    }));
    keys
}

fn letters(words: &[&str]) -> Vec<u32> {
    let mut keys = Vec::new();
    for word in words {
        let padded: Vec<char> = format!(" {word} ").chars().collect();
        for length in 3..=5 {
            for run in padded.windows(length) {
                let bytes = run.iter().flat_map(|c| u32::from(*c).to_le_bytes());
                keys.push(key(Group::Letters, bytes));
            }
        }
    }
    keys
}

/// FNV-1a over the group and the bytes, folded to 32 bits.
fn key(group: Group, bytes: impl Iterator<Item = u8>) -> u32 {
    let grow = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = bytes.fold(grow(0xcbf2_9ce4_8422_2325, group as u8), grow);
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcing_words_are_found_when_searched() {
        assert!(ANNOUNCING.is_sorted());
    }

    #[test]
    fn features_are_kept_when_they_occur_often_enough() {
        let texts = ["new lead", "new lead", "new lead", "old files", "old boat", "", "", ""];
        let keys: Vec<Keys> = texts.iter().map(|text| keys_of("", text)).collect();
        let space = Space::build(&keys);
        // "new" and "lead" stand in three texts of eight; the others in fewer.
        assert_eq!(space.sizes[Group::Text as usize], 2);
        let point = space.place(&keys[0], dense_of("", "new lead"));
        let length: f32 = point.sparse[Group::Text as usize].iter().map(|(_, v)| v * v).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_key_is_found_wherever_it_stands() {
        let spread: Vec<u32> = (0..500).map(|at| at * 8_000_003 + at % 7).collect();
        let crowded: Vec<u32> = (0..300).chain([u32::MAX - 1, u32::MAX]).collect();
        for known in [spread, crowded, vec![7], vec![]] {
            for (at, key) in known.iter().enumerate() {
                assert_eq!(find(&known, *key), Some(at));
            }
            let lacks = |key: &u32| !known.contains(key);
            assert!(
                [5, 301, u32::MAX / 2]
                    .iter()
                    .filter(|k| lacks(k))
                    .all(|k| find(&known, *k).is_none())
            );
        }
    }

    #[test]
    fn windows_do_not_overlap_when_centres_stand_close() {
        let words: Vec<&str> = "a b trigger c trigger d e".split(' ').collect();
        let keys = around(&words, |word| word == "trigger", (1, 3), Group::Near);
        // b trigger c trigger … d: six words, and the pairs inside each window.
        assert_eq!(keys.len(), with_pairs(&words[1..5], Group::Near).len() + 3);
    }
}
