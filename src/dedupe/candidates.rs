//! Which pairs are worth weighing: those that share something rare.
//!
//! Each item has keys: its title, address, words and neighbouring words of title and structure,
//! bands of MinHash over its text's shingles, bands of its vector's signs. Two items are a candidate
//! when keys that few share bring one among the other's nearest. That is linear in the number of
//! items, where comparing all with all is not.

use super::prepared::{Collection, Mixed, Prepared, mix};
use crate::model::AutomationId;
use rayon::prelude::*;
use std::collections::HashMap;

/// A key that more items share brings nobody near.
const MOST_SHARING: usize = 64;
/// Candidates kept of one item.
const NEAREST: usize = 16;
/// Rarest words and pairs of a structure that become keys.
const STRUCTURE_KEYS: usize = 12;
/// MinHash: rows are hashed together, so that texts alike by .5 or more share a band.
const BANDS: u64 = 8;
const ROWS: u64 = 3;
/// Bits of a vector's signs hashed together: at cosine .9 two share one of 16 bands in 3 of 4 cases.
const SIGN_BITS: usize = 16;

/// Pairs of places in the collection, `a < b`, sorted.
pub(super) struct Candidates {
    pub pairs: Vec<(u32, u32)>,
}

impl Candidates {
    pub(super) fn find(
        collection: &Collection,
        is_new: &(dyn Fn(AutomationId) -> bool + Sync),
    ) -> Self {
        let items = &collection.items;
        let keys: Vec<Vec<(u64, f32)>> = items.par_iter().map(list_keys).collect();
        let groups = Groups::new(&keys);
        let nearest =
            (0..items.len() as u32).into_par_iter().filter(|&a| is_new(items[a as usize].id));
        let mut pairs: Vec<(u32, u32)> = nearest
            .flat_map_iter(|a| groups.nearest(a).into_iter().map(move |b| (a.min(b), a.max(b))))
            .collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        Self { pairs }
    }
}

/// The keys of an item, each with what sharing it counts.
fn list_keys(item: &Prepared) -> Vec<(u64, f32)> {
    let mut keys = Vec::new();
    let mut add = |kind: u64, key: u64, weight: f32| keys.push((mix(kind, key), weight));
    item.url.iter().for_each(|url| add(0, *url, 100.0));
    add(1, item.title_key, if item.is_nameless { 2.0 } else { 30.0 });
    item.title.iter().for_each(|(word, weight)| add(2, *word, *weight));
    item.title_pairs.iter().for_each(|pair| add(3, *pair, 8.0));
    let mut structure = item.structure.clone();
    structure.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    structure.iter().take(STRUCTURE_KEYS).for_each(|(key, weight)| add(4, *key, *weight));
    for band in 0..BANDS {
        if !item.shingles.is_empty() {
            let rows = (0..ROWS).map(|row| smallest(&item.shingles, band * ROWS + row));
            add(5, rows.fold(band, mix), 8.0);
        }
    }
    if let Some(vector) = &item.vector {
        for (band, values) in vector.vector.blocks.as_flattened().chunks(SIGN_BITS).enumerate() {
            let signs = values.iter().fold(0, |bits, v| bits << 1 | u64::from(*v > 0));
            add(6, mix(band as u64, signs), 3.0);
        }
    }
    keys
}

/// MinHash: the smallest value under permutation `seed`.
fn smallest(shingles: &[u64], seed: u64) -> u64 {
    shingles.iter().map(|shingle| mix(*shingle, seed)).min().unwrap_or(0)
}

/// Items by key, and keys by item.
struct Groups {
    members: Vec<u32>,
    /// Of each group: where its members begin and end.
    bounds: Vec<(u32, u32)>,
    /// Of each item: its groups, with what sharing counts.
    of_item: Vec<Vec<(u32, f32)>>,
}

impl Groups {
    fn new(keys: &[Vec<(u64, f32)>]) -> Self {
        let mut all: Vec<(u64, u32, f32)> = keys
            .iter()
            .enumerate()
            .flat_map(|(item, keys)| keys.iter().map(move |&(key, w)| (key, item as u32, w)))
            .collect();
        all.par_sort_unstable_by_key(|&(key, item, _)| (key, item));
        let mut groups =
            Self { members: Vec::new(), bounds: Vec::new(), of_item: vec![Vec::new(); keys.len()] };
        for group in all.chunk_by(|a, b| a.0 == b.0) {
            if !(2..=MOST_SHARING).contains(&group.len()) {
                continue;
            }
            let start = groups.members.len() as u32;
            for &(_, item, weight) in group {
                groups.of_item[item as usize].push((groups.bounds.len() as u32, weight));
                groups.members.push(item);
            }
            groups.bounds.push((start, groups.members.len() as u32));
        }
        groups
    }

    fn nearest(&self, item: u32) -> Vec<u32> {
        let mut shared: HashMap<u32, f32, Mixed> = HashMap::default();
        for &(group, weight) in &self.of_item[item as usize] {
            let (start, end) = self.bounds[group as usize];
            for &other in &self.members[start as usize..end as usize] {
                if other != item {
                    *shared.entry(other).or_default() += weight;
                }
            }
        }
        let mut near: Vec<(u32, f32)> = shared.into_iter().collect();
        if near.len() > NEAREST {
            let nearer = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
            near.select_nth_unstable_by(NEAREST, nearer);
            near.truncate(NEAREST);
        }
        near.into_iter().map(|(other, _)| other).collect()
    }
}
