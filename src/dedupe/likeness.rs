//! In what two items are alike, as numbers for the scorer.

use super::prepared::{Collection, Direction, Prepared, Weighted};

/// Features of a pair; see `Likeness::features` for their order.
pub(super) const FEATURES: usize = 26;

pub(super) struct Likeness {
    /// The same address: no more is to be asked.
    pub is_same_place: bool,
    /// The same telling title and the same text.
    pub is_same_to_the_letter: bool,
    /// Both have a structure, so that it can speak.
    pub has_structure: bool,
    pub features: [f32; FEATURES],
}

impl Likeness {
    pub(super) fn of(collection: &Collection, a: u32, b: u32) -> Self {
        let (a, b) = (&collection.items[a as usize], &collection.items[b as usize]);
        let both_texts = !a.shingles.is_empty() && !b.shingles.is_empty();
        let both_structures = !a.structure.is_empty() && !b.structure.is_empty();
        let is_same_text = a.shingles == b.shingles;
        Self {
            is_same_place: a.url.is_some() && a.url == b.url,
            is_same_to_the_letter: a.title_key == b.title_key
                && !a.is_nameless
                && is_same_text
                && (both_texts || both_structures)
                && a.structure == b.structure,
            has_structure: both_structures,
            features: features(a, b, both_texts, both_structures),
        }
    }
}

fn features(a: &Prepared, b: &Prepared, texts: bool, structures: bool) -> [f32; FEATURES] {
    let yes = |is: bool| f32::from(u8::from(is));
    let named = !a.is_nameless && !b.is_nameless;
    let title = if named { Overlap::of(&a.title, &b.title) } else { Overlap::default() };
    let structure = Overlap::of(&a.structure, &b.structure);
    let runs = if named { dice(&a.title_runs, &b.title_runs) } else { 0.0 };
    let text = if texts { jaccard(&a.shingles, &b.shingles) } else { 0.0 };
    let near = nearness(a.vector.as_ref(), b.vector.as_ref());
    // Two who each wrote their own title and text published two things, however alike they are.
    let differ = yes(texts) * (1.0 - text);
    let told = if named && !texts { Told::of(a, b) } else { Told::default() };
    let near_title =
        if named { nearness(a.title_vector.as_ref(), b.title_vector.as_ref()) } else { 0.0 };
    let near_told = match (named, a.text.is_empty(), b.text.is_empty()) {
        (true, true, false) => nearness(a.title_vector.as_ref(), b.vector.as_ref()),
        (true, false, true) => nearness(a.vector.as_ref(), b.title_vector.as_ref()),
        _ => 0.0,
    };
    let shared = (title.shared / 20.0).min(2.0);
    let lone = yes(a.title.len().min(b.title.len()) <= 2);
    [
        near_title,
        near_told,
        title.jaccard * near_title,
        title.containment * near_title,
        told.share * near_told,
        shared * title.jaccard,
        shared * told.share,
        lone,
        told.pairs,
        told.rarest_found / 8.0,
        told.rarest_missing / 8.0,
        title.rarest / 8.0,
        title.rarest_missing / 8.0,
        told.share * told.share,
        title.jaccard,
        title.containment,
        shared,
        runs,
        yes(named && a.title_key == b.title_key),
        yes(!named),
        told.share,
        near,
        differ,
        text,
        if structures { structure.jaccard } else { 0.0 },
        if structures { structure.containment * (structure.shared / 40.0).min(1.0) } else { 0.0 },
    ]
}

fn nearness(a: Option<&Direction>, b: Option<&Direction>) -> f32 {
    a.zip(b).map_or(0.0, |(a, b)| a.cosine(b).max(0.0))
}

/// How far a title without a text stands in the other's title and text.
#[derive(Default)]
struct Told {
    /// Weight of the title's words found there, over all its words.
    share: f32,
    /// Share of its pairs of neighbouring words found there.
    pairs: f32,
    rarest_found: f32,
    rarest_missing: f32,
}

impl Told {
    fn of(a: &Prepared, b: &Prepared) -> Self {
        let (titled, told) = if a.text.is_empty() { (a, b) } else { (b, a) };
        if told.text.is_empty() {
            return Self::default();
        }
        let known = |hash: u64| {
            [&told.title, &told.text].iter().any(|s| s.binary_search_by_key(&hash, |t| t.0).is_ok())
        };
        let (found, missing): (Vec<_>, Vec<_>) = titled.title.iter().partition(|t| known(t.0));
        let sum = |words: &[(u64, f32)]| words.iter().map(|(_, w)| w).sum::<f32>();
        let rarest = |words: &[(u64, f32)]| words.iter().map(|(_, w)| *w).fold(0.0, f32::max);
        let pairs = common(&titled.title_pairs, &told.text_pairs)
            .max(common(&titled.title_pairs, &told.title_pairs));
        let all = sum(&found) + sum(&missing);
        Self {
            share: if all > 0.0 { sum(&found) / all } else { 0.0 },
            pairs: pairs as f32 / titled.title_pairs.len().max(1) as f32,
            rarest_found: rarest(&found),
            rarest_missing: rarest(&missing),
        }
    }
}

/// How much two weighted sets share.
#[derive(Default)]
struct Overlap {
    /// Weight of what both have.
    shared: f32,
    /// The same over what either has.
    jaccard: f32,
    /// The same over what the smaller has.
    containment: f32,
    /// Weight of the rarest that both have.
    rarest: f32,
    /// Weight of the rarest that only one has.
    rarest_missing: f32,
}

impl Overlap {
    fn of(a: &Weighted, b: &Weighted) -> Self {
        let total = |set: &Weighted| set.iter().map(|(_, w)| w).sum::<f32>();
        let (mut shared, mut rarest, mut rarest_missing) = (0.0, 0.0f32, 0.0f32);
        let mut others = b.iter().peekable();
        for (hash, weight) in a {
            while let Some((_, missing)) = others.next_if(|(other, _)| other < hash) {
                rarest_missing = rarest_missing.max(*missing);
            }
            if others.next_if(|(other, _)| other == hash).is_some() {
                shared += weight;
                rarest = rarest.max(*weight);
            } else {
                rarest_missing = rarest_missing.max(*weight);
            }
        }
        rarest_missing = others.map(|(_, weight)| *weight).fold(rarest_missing, f32::max);
        let (all_a, all_b) = (total(a), total(b));
        let over = |whole: f32| if whole > 0.0 { (shared / whole).min(1.0) } else { 0.0 };
        let jaccard = over(all_a + all_b - shared);
        Self { shared, jaccard, containment: over(all_a.min(all_b)), rarest, rarest_missing }
    }
}

fn common(a: &[u64], b: &[u64]) -> usize {
    let mut others = b.iter().peekable();
    let mut common = 0;
    for hash in a {
        while others.next_if(|other| *other < hash).is_some() {}
        common += usize::from(others.next_if_eq(&hash).is_some());
    }
    common
}

fn jaccard(a: &[u64], b: &[u64]) -> f32 {
    let both = common(a, b);
    let either = a.len() + b.len() - both;
    if either > 0 { both as f32 / either as f32 } else { 0.0 }
}

fn dice(a: &[u64], b: &[u64]) -> f32 {
    let all = a.len() + b.len();
    if all > 0 { 2.0 * common(a, b) as f32 / all as f32 } else { 0.0 }
}
