//! Many vectors side by side, scanned whole: exact nearest neighbours without an index.

use super::model::DIMENSIONS;
use super::vector::{Block, Vector, integer_dot, widen};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::hash::Hash;

/// Rows one thread scans at a time: 2 MiB, enough to outweigh handing the work over.
const CHUNK: usize = 8192;
/// Rows whose products are taken in one call for the machine's instruction set.
const ROWS: usize = 64;

/// A row found near a query, with its similarity (inner product, -1..=1 up to rounding).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour<Id> {
    pub id: Id,
    pub row: usize,
    pub score: f32,
}

/// Vectors with their ids, in one contiguous block of rows.
///
/// Rows are dense: removing one moves the last into its place. All are as long as the first that
/// was put in; vectors of another length are of another model, and stay out.
#[derive(Debug, Clone)]
pub struct VectorSet<Id> {
    /// `width` of them a row.
    blocks: Vec<Block>,
    /// At least 1.
    width: usize,
    scales: Vec<f32>,
    ids: Vec<Id>,
    rows: HashMap<Id, usize>,
}

impl<Id> Default for VectorSet<Id> {
    fn default() -> Self {
        let rows = HashMap::new();
        Self { blocks: Vec::new(), width: 1, scales: Vec::new(), ids: Vec::new(), rows }
    }
}

impl<Id: Copy + Eq + Hash + Send + Sync> VectorSet<Id> {
    /// An empty set with room for `rows` vectors.
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            blocks: Vec::with_capacity(rows),
            width: 1,
            scales: Vec::with_capacity(rows),
            ids: Vec::with_capacity(rows),
            rows: HashMap::with_capacity(rows),
        }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids by row.
    pub fn ids(&self) -> &[Id] {
        &self.ids
    }

    /// The row that holds `id` now.
    pub fn find_row(&self, id: Id) -> Option<usize> {
        self.rows.get(&id).copied()
    }

    /// The vector in `row`.
    pub fn vector(&self, row: usize) -> Option<Vector> {
        Some(Vector { scale: *self.scales.get(row)?, blocks: self.row(row).into() })
    }

    fn row(&self, row: usize) -> &[Block] {
        &self.blocks[row * self.width..][..self.width]
    }

    /// Puts in the vector of `id`, in place of its former one; false where it is of another length
    /// than those there are.
    pub fn insert(&mut self, id: Id, vector: &Vector) -> bool {
        if self.is_empty() {
            self.width = vector.blocks.len().max(1);
        }
        if vector.blocks.len() != self.width {
            return false;
        }
        if let Some(row) = self.find_row(id) {
            self.blocks[row * self.width..][..self.width].copy_from_slice(&vector.blocks);
            self.scales[row] = vector.scale;
            return true;
        }
        self.rows.insert(id, self.ids.len());
        self.blocks.extend_from_slice(&vector.blocks);
        self.scales.push(vector.scale);
        self.ids.push(id);
        true
    }

    /// Takes out the vector of `id`; false when there was none.
    pub fn remove(&mut self, id: Id) -> bool {
        let Some(row) = self.rows.remove(&id) else { return false };
        let last = self.blocks.len() - self.width;
        self.blocks.copy_within(last.., row * self.width);
        self.blocks.truncate(last);
        self.scales.swap_remove(row);
        self.ids.swap_remove(row);
        if let Some(&moved) = self.ids.get(row) {
            self.rows.insert(moved, row);
        }
        true
    }

    /// The similarity of `query` to `row`, in -1..=1 up to rounding.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn cosine_of(&self, query: &Vector, row: usize) -> f32 {
        let blocks = query.blocks.iter().zip(self.row(row));
        let product: i32 = blocks.map(|(query, row)| integer_dot(&widen(query), row)).sum();
        product as f32 * (query.scale * self.scales[row])
    }

    /// The `k` rows nearest to `query` among those that `filter` lets through, nearest first; equal
    /// scores stand in the order of their rows. Scans every row, on rayon's threads.
    pub fn scores(
        &self,
        query: &Vector,
        filter: impl Fn(usize) -> bool + Sync,
        k: usize,
    ) -> Vec<Neighbour<Id>> {
        if k == 0 || query.blocks.len() != self.width {
            return Vec::new();
        }
        let wide: Vec<[i16; DIMENSIONS]> = query.blocks.iter().map(widen).collect();
        let blocks = self.blocks.par_chunks(CHUNK * self.width);
        let chunks = blocks.zip(self.scales.par_chunks(CHUNK)).enumerate();
        let mut best: Vec<Ranked> = chunks
            .flat_map_iter(|(chunk, (blocks, scales))| {
                let first = chunk * CHUNK;
                let mut top = Top::new(k);
                scan(&wide, query.scale, blocks, scales, |at, score| {
                    if score > top.floor && filter(first + at) {
                        top.push(Ranked { score, row: first + at });
                    }
                });
                top.heap.into_vec()
            })
            .collect();
        best.sort_unstable();
        best.truncate(k);
        let found = best.into_iter();
        found.map(|r| Neighbour { id: self.ids[r.row], row: r.row, score: r.score }).collect()
    }
}

fn scan(
    query: &[[i16; DIMENSIONS]],
    query_scale: f32,
    blocks: &[Block],
    scales: &[f32],
    mut visit: impl FnMut(usize, f32),
) {
    let machine = pulp::Arch::new();
    let mut products = [0i32; ROWS];
    let mut first = 0;
    for (blocks, scales) in blocks.chunks(ROWS * query.len()).zip(scales.chunks(ROWS)) {
        machine.dispatch(Products { query, blocks, into: &mut products });
        for (at, (product, scale)) in products.iter().zip(scales).enumerate() {
            visit(first + at, *product as f32 * (query_scale * scale));
        }
        first += scales.len();
    }
}

/// Some rows' inner products, compiled once more for each instruction set that the machine may have:
/// with AVX2 a scan takes less than half the time it takes with SSE2.
struct Products<'a> {
    query: &'a [[i16; DIMENSIONS]],
    blocks: &'a [Block],
    into: &'a mut [i32; ROWS],
}

impl pulp::WithSimd for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        if let [query] = self.query {
            for (into, row) in self.into.iter_mut().zip(self.blocks) {
                *into = integer_dot(query, row);
            }
            return;
        }
        for (into, row) in self.into.iter_mut().zip(self.blocks.chunks_exact(self.query.len())) {
            *into = self.query.iter().zip(row).map(|(query, row)| integer_dot(query, row)).sum();
        }
    }
}

/// A row with its score; orders best first, so that the top of a heap is the worst.
#[derive(Clone, Copy, PartialEq)]
struct Ranked {
    score: f32,
    row: usize,
}

impl Eq for Ranked {}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.row.cmp(&other.row))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best `k` so far.
struct Top {
    heap: BinaryHeap<Ranked>,
    k: usize,
    /// What a score must exceed to come in.
    floor: f32,
}

impl Top {
    fn new(k: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(k.min(CHUNK) + 1), k, floor: f32::NEG_INFINITY }
    }

    fn push(&mut self, ranked: Ranked) {
        self.heap.push(ranked);
        if self.heap.len() > self.k {
            self.heap.pop();
        }
        if self.heap.len() == self.k {
            self.floor = self.heap.peek().map_or(f32::NEG_INFINITY, |worst| worst.score);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repeatable spread of vectors.
    fn vector(seed: u32) -> Vector {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let values = std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 as i8
        });
        Vector { scale: 0.001, blocks: [values].into() }
    }

    fn set(rows: u32) -> VectorSet<u32> {
        let mut set = VectorSet::with_capacity(rows as usize);
        for id in 0..rows {
            set.insert(id + 100, &vector(id));
        }
        set
    }

    #[test]
    fn nearest_rows_are_exact_when_compared_with_sorting_all() {
        let set = set(20_000);
        let query = vector(77_777);
        let mut all: Vec<(usize, f32)> = (0..set.len())
            .filter(|row| row % 3 == 0)
            .map(|row| (row, set.cosine_of(&query, row)))
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let found = set.scores(&query, |row| row % 3 == 0, 25);
        let found: Vec<(usize, f32)> = found.iter().map(|n| (n.row, n.score)).collect();
        assert_eq!(found, all[..25]);
    }

    #[test]
    fn a_replaced_vector_is_found_when_its_id_is_inserted_again() {
        let mut set = set(50);
        set.insert(120, &vector(900));
        assert_eq!(set.len(), 50);
        assert_eq!(set.scores(&vector(900), |_| true, 1)[0].id, 120);
    }

    #[test]
    fn the_rest_keeps_its_ids_when_one_is_removed() {
        let mut set = set(50);
        assert!(set.remove(110));
        assert!(!set.remove(110));
        assert_eq!(set.len(), 49);
        for id in (100..150).filter(|id| *id != 110) {
            let row = set.find_row(id).expect("still there");
            assert_eq!(set.vector(row), Some(vector(id - 100)));
        }
    }

    #[test]
    fn nothing_is_found_when_the_set_is_empty_or_none_is_asked_for() {
        assert!(VectorSet::<u32>::default().scores(&vector(1), |_| true, 5).is_empty());
        assert!(set(5).scores(&vector(1), |_| true, 0).is_empty());
        assert!(set(5).scores(&vector(1), |_| false, 5).is_empty());
    }
    /// The same spread over two blocks.
    fn long(seed: u32) -> Vector {
        let blocks = [vector(seed), vector(seed + 1_000_000)].map(|half| half.blocks[0]);
        Vector { scale: 0.001, blocks: blocks.into() }
    }

    #[test]
    fn vectors_of_several_blocks_are_found_and_removed_as_those_of_one() {
        let mut set = VectorSet::default();
        (0..500_u32).for_each(|id| assert!(set.insert(id, &long(id))));
        assert!(!set.insert(7, &vector(7)), "one of another model stays out");
        assert!(set.scores(&vector(7), |_| true, 3).is_empty());
        assert!(set.remove(3) && set.insert(8, &long(900)));
        for id in (0..500).filter(|id| ![3, 8].contains(id)) {
            assert_eq!(set.vector(set.find_row(id).expect("still there")), Some(long(id)));
        }
        let found = set.scores(&long(900), |_| true, 2);
        assert_eq!(found[0].id, 8);
        assert_eq!(found[1].score, set.cosine_of(&long(900), found[1].row));
    }
}
