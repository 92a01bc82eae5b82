//! The words arm: the best by BM25, how many match, and what they count up to.

use super::snapshot::{Allowed, Snapshot};
use crate::model::{Facet, FacetField};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::{BitSet, DocAddress, DocId};

/// Values of one facet in an answer; nobody reads further down.
const MOST_VALUES: usize = 100;

/// A document with its score; orders best first, ties by address.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub score: f32,
    pub address: DocAddress,
}

impl Eq for Scored {}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.address.cmp(&self.address))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The `most` best documents for `query`, best first.
pub(super) fn best(
    snapshot: &Snapshot,
    query: &dyn Query,
    allowed: Option<&Allowed>,
    most: usize,
) -> tantivy::Result<Vec<Scored>> {
    let weight = query.weight(EnableScoring::enabled_from_searcher(&snapshot.searcher))?;
    let mut heap: BinaryHeap<Reverse<Scored>> = BinaryHeap::with_capacity(most + 1);
    let mut floor = f32::MIN;
    for (segment, reader) in snapshot.searcher.segment_readers().iter().enumerate() {
        weight.for_each_pruning(floor, reader, &mut |doc, score| {
            if snapshot.is_open(segment, doc, allowed) {
                let address = DocAddress::new(segment as u32, doc);
                heap.push(Reverse(Scored { score, address }));
                if heap.len() > most {
                    heap.pop();
                    floor = heap.peek().map_or(floor, |worst| worst.0.score);
                }
            }
            floor
        })?;
    }
    let mut best: Vec<_> = heap.into_iter().map(|Reverse(scored)| scored).collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    Ok(best)
}

/// The documents of each segment that `filter` lets through.
pub(super) fn open_documents(
    snapshot: &Snapshot,
    filter: &dyn Query,
) -> tantivy::Result<Vec<BitSet>> {
    let weight = filter.weight(EnableScoring::disabled_from_searcher(&snapshot.searcher))?;
    let readers = snapshot.searcher.segment_readers().iter();
    readers
        .map(|reader| {
            let mut bits = BitSet::with_max_value(reader.max_doc());
            let alive = reader.alive_bitset();
            weight.for_each_no_score(reader, &mut |docs| {
                for &doc in docs {
                    if alive.is_none_or(|alive| alive.is_alive(doc)) {
                        bits.insert(doc);
                    }
                }
            })?;
            Ok(bits)
        })
        .collect()
}

/// How many documents match, and how often each facet value stands in them.
pub(super) struct Counted {
    pub total: u64,
    pub facets: Vec<Facet>,
}

/// Counts what `query` matches (everything when `None`) among `allowed`.
pub(super) fn count(
    snapshot: &Snapshot,
    query: Option<&dyn Query>,
    allowed: Option<&Allowed>,
    with_facets: bool,
) -> tantivy::Result<Counted> {
    let scoring = EnableScoring::disabled_from_searcher(&snapshot.searcher);
    let weight = query.map(|query| query.weight(scoring)).transpose()?;
    let mut total = 0;
    let mut values: BTreeMap<(FacetField, String), u64> = BTreeMap::new();
    for segment in 0..snapshot.segments.len() {
        let mut tally = Tally::new(snapshot, segment, with_facets);
        visit(snapshot, segment, weight.as_deref(), &mut |docs| {
            let is_open = |doc: DocId| snapshot.is_open(segment, doc, allowed);
            for &doc in docs {
                if is_open(doc) {
                    tally.add(doc);
                }
            }
        })?;
        total += tally.total;
        tally.collect_into(&mut values)?;
    }
    Ok(Counted { total, facets: list_facets(values) })
}

fn visit(
    snapshot: &Snapshot,
    segment: usize,
    weight: Option<&dyn Weight>,
    on_docs: &mut dyn FnMut(&[DocId]),
) -> tantivy::Result<()> {
    let reader = snapshot.reader(segment);
    match weight {
        Some(weight) => weight.for_each_no_score(reader, on_docs),
        None => {
            let all: Vec<DocId> = (0..reader.max_doc()).collect();
            on_docs(&all);
            Ok(())
        }
    }
}

/// Counts in one segment, by the ordinals of its dictionaries.
struct Tally<'a> {
    snapshot: &'a Snapshot,
    segment: usize,
    total: u64,
    counts: Vec<Vec<u32>>,
}

impl<'a> Tally<'a> {
    fn new(snapshot: &'a Snapshot, segment: usize, with_facets: bool) -> Self {
        let columns = snapshot.segments[segment].facets.iter().take_while(|_| with_facets);
        let counts = columns.map(|c| vec![0; c.as_ref().map_or(0, |c| c.num_terms())]).collect();
        Self { snapshot, segment, total: 0, counts }
    }

    fn add(&mut self, doc: DocId) {
        self.total += 1;
        let columns = &self.snapshot.segments[self.segment].facets;
        for (counts, column) in self.counts.iter_mut().zip(columns) {
            let Some(column) = column else { continue };
            for ordinal in column.ords().values_for_doc(doc) {
                if let Some(count) = counts.get_mut(ordinal as usize) {
                    *count += 1;
                }
            }
        }
    }

    fn collect_into(self, values: &mut BTreeMap<(FacetField, String), u64>) -> tantivy::Result<()> {
        let columns = &self.snapshot.segments[self.segment].facets;
        let fields = FacetField::ALL.iter().zip(columns).zip(&self.counts);
        for ((field, column), counts) in fields {
            let Some(column) = column else { continue };
            let found = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            for (ordinal, &count) in found {
                let mut value = String::new();
                column.ord_to_str(ordinal as u64, &mut value)?;
                *values.entry((*field, value)).or_default() += u64::from(count);
            }
        }
        Ok(())
    }
}

/// By field, then falling count, then value; the most frequent of each field.
fn list_facets(values: BTreeMap<(FacetField, String), u64>) -> Vec<Facet> {
    let listed = values.into_iter().map(|((field, value), count)| Facet { field, value, count });
    let mut facets: Vec<_> = listed.collect();
    facets.sort_by(|a, b| {
        a.field.cmp(&b.field).then(b.count.cmp(&a.count)).then_with(|| a.value.cmp(&b.value))
    });
    let mut of_field = (None, 0);
    facets.retain(|facet| {
        of_field = if of_field.0 == Some(facet.field) {
            (of_field.0, of_field.1 + 1)
        } else {
            (Some(facet.field), 1)
        };
        of_field.1 <= MOST_VALUES
    });
    facets
}
