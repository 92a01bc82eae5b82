//! The words arm: the best by BM25, how many match, and what they count up to.

use super::snapshot::{Allowed, Segment, Snapshot, Values};
use crate::model::{Facet, FacetField};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use tantivy::columnar::Cardinality;
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
    /// By facet and the value's place in `Values`; empty when not asked for.
    counts: Vec<Vec<u32>>,
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
    let facets = if with_facets { FacetField::ALL.len() } else { 0 };
    let mut counted = Counted { total: 0, counts: vec![Vec::new(); facets] };
    let mut open = Vec::new();
    for segment in 0..snapshot.segments.len() {
        open.clear();
        visit(snapshot, segment, weight.as_deref(), &mut |docs| {
            open.extend(docs.iter().filter(|doc| snapshot.is_open(segment, **doc, allowed)));
        })?;
        counted.total += open.len() as u64;
        for facet in 0..facets {
            counted.add(&snapshot.segments[segment], facet, &open);
        }
    }
    Ok(counted)
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

impl Counted {
    /// Counts by the ordinals of the segment's dictionary, then by the values they stand for.
    fn add(&mut self, segment: &Segment, facet: usize, docs: &[DocId]) {
        let Some(column) = &segment.facets[facet] else { return };
        let places = &segment.places[facet];
        let mut ordinals = vec![0u32; places.len()];
        let mut tally = |ordinal: u64| {
            if let Some(count) = ordinals.get_mut(ordinal as usize) {
                *count += 1;
            }
        };
        let ords = column.ords();
        match ords.get_cardinality() {
            Cardinality::Full => {
                let mut found = vec![0; docs.len()];
                ords.values.get_vals(docs, &mut found);
                found.into_iter().for_each(tally);
            }
            _ => docs.iter().for_each(|doc| ords.values_for_doc(*doc).for_each(&mut tally)),
        }
        for (&place, count) in places.iter().zip(ordinals) {
            let place = place as usize;
            if count > 0 {
                let counts = &mut self.counts[facet];
                counts.resize(counts.len().max(place + 1), 0);
                counts[place] += count;
            }
        }
    }

    /// By field, then falling count, then value; the most frequent of each field.
    pub(super) fn list_facets(&self, values: &Values) -> Vec<Facet> {
        let fields = FacetField::ALL.iter().zip(&self.counts).enumerate();
        fields
            .flat_map(|(facet, (field, counts))| {
                let known = counts.iter().copied().take(values.len(facet)).enumerate();
                let mut found: Vec<(u32, usize)> =
                    known.filter(|(_, count)| *count > 0).map(|(at, count)| (count, at)).collect();
                found.sort_unstable_by(|a, b| {
                    let name = |place| values.value(facet, place);
                    b.0.cmp(&a.0).then_with(|| name(a.1).cmp(name(b.1)))
                });
                found.truncate(MOST_VALUES);
                found.into_iter().map(move |(count, place)| Facet {
                    field: *field,
                    value: values.value(facet, place).to_owned(),
                    count: u64::from(count),
                })
            })
            .collect()
    }
}
