//! One state of the index, with what a search reads of each segment at hand.

use super::error::SearchError;
use super::index::Index;
use super::vectors::{Slot, Vectors};
use crate::model::{AutomationId, FacetField};
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentId;
use tantivy::{BitSet, DateTime, DocAddress, DocId, Searcher, SegmentReader};

/// The segments of one commit.
pub(super) struct Snapshot {
    pub searcher: Searcher,
    pub segments: Vec<Segment>,
}

pub(super) struct Segment {
    pub id: SegmentId,
    pub ids: Column<i64>,
    pub dated: Column<DateTime>,
    /// By document.
    pub slots: Arc<[Slot]>,
    pub facets: Vec<Option<StrColumn>>,
}

/// The documents that a filter lets through: by segment, and by slot for the vectors.
pub(super) struct Allowed {
    pub documents: Vec<BitSet>,
    pub slots: BitSet,
}

impl Snapshot {
    /// Reads what searches need; `former` saves reading again what has not changed.
    pub(super) fn load(
        index: &Index,
        searcher: Searcher,
        vectors: &Vectors,
        former: Option<&Self>,
    ) -> Result<Self, SearchError> {
        let known: HashMap<SegmentId, Arc<[Slot]>> = former
            .map(|f| f.segments.iter().map(|s| (s.id, s.slots.clone())).collect())
            .unwrap_or_default();
        let segments = searcher.segment_readers().iter();
        let loaded = segments.map(|reader| load_segment(reader, vectors, &known));
        let segments = loaded.collect::<tantivy::Result<Vec<_>>>();
        let segments = segments.map_err(|e| index.failed("read", e))?;
        Ok(Self { searcher, segments })
    }

    pub(super) fn reader(&self, segment: usize) -> &SegmentReader {
        &self.searcher.segment_readers()[segment]
    }

    pub(super) fn automation(&self, address: DocAddress) -> AutomationId {
        let ids = &self.segments[address.segment_ord as usize].ids;
        AutomationId(ids.first(address.doc_id).unwrap_or_default())
    }

    pub(super) fn slot(&self, address: DocAddress) -> Slot {
        self.segments[address.segment_ord as usize].slots[address.doc_id as usize]
    }

    /// Whether a document is alive and let through.
    pub(super) fn is_open(&self, segment: usize, doc: DocId, allowed: Option<&Allowed>) -> bool {
        match allowed {
            Some(allowed) => allowed.documents[segment].contains(doc),
            None => !self.reader(segment).is_deleted(doc),
        }
    }
}

impl Allowed {
    /// Lays the documents of each segment over the slots.
    pub(super) fn new(snapshot: &Snapshot, documents: Vec<BitSet>) -> Self {
        let highest = snapshot.segments.iter().flat_map(|s| s.slots.iter().copied()).max();
        let mut slots = BitSet::with_max_value(highest.map_or(0, |slot| slot + 1));
        for (segment, bits) in snapshot.segments.iter().zip(&documents) {
            for (doc, &slot) in segment.slots.iter().enumerate() {
                if bits.contains(doc as DocId) {
                    slots.insert(slot);
                }
            }
        }
        Self { documents, slots }
    }
}

fn load_segment(
    reader: &SegmentReader,
    vectors: &Vectors,
    known: &HashMap<SegmentId, Arc<[Slot]>>,
) -> tantivy::Result<Segment> {
    let fast = reader.fast_fields();
    let ids = fast.i64("id")?;
    let slots = match known.get(&reader.segment_id()) {
        Some(slots) => slots.clone(),
        None => {
            let all = (0..reader.max_doc()).map(|doc| ids.first(doc).unwrap_or_default());
            vectors.slots(all.map(AutomationId)).into()
        }
    };
    let facets = FacetField::ALL.iter().map(|facet| fast.str(facet.name()));
    Ok(Segment {
        id: reader.segment_id(),
        dated: fast.date("dated")?,
        ids,
        slots,
        facets: facets.collect::<tantivy::Result<_>>()?,
    })
}
