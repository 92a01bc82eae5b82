//! The trained weights and their file; the format stands in `data/classifier/README.md`.

use super::ClassifyError;
use super::logistic::{Layout, sigmoid};
use super::space::{DENSE, GROUPS, Point, Space};
use crate::model::TriggerKind;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const MAGIC: &[u8; 8] = b"RSVCLS02";

/// What the file says of itself before the tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// How many texts were learnt from.
    pub(super) documents: u32,
    /// Rows of each group of features.
    pub(super) sizes: [usize; GROUPS],
    pub(super) functions: Vec<String>,
    pub(super) triggers: Vec<TriggerKind>,
    /// Which groups count for functions, and which for triggers.
    pub(super) function_groups: [bool; GROUPS],
    pub(super) trigger_groups: [bool; GROUPS],
    pub(super) function_calibration: Calibration,
    pub(super) trigger_calibration: Calibration,
}

/// Platt scaling: probability = sigmoid(slope · score + offset).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calibration {
    pub(super) slope: f32,
    pub(super) offset: f32,
}

impl Calibration {
    pub(super) fn probability(self, score: f32) -> f32 {
        sigmoid(self.slope * score + self.offset)
    }
}

/// Weights of the outputs of one problem.
#[derive(Debug, PartialEq)]
pub(super) struct Table {
    outputs: usize,
    layout: Layout,
    /// By column: what one step of its bytes is worth.
    scales: Vec<f32>,
    /// By column: a signed byte for each output.
    sparse: Cow<'static, [u8]>,
    /// By dense dimension, and last the bias: a weight for each output.
    dense: Vec<f32>,
}

/// All that was learnt.
#[derive(Debug, PartialEq)]
pub(super) struct Weights {
    pub(super) header: Header,
    pub(super) space: Space,
    pub(super) function: Table,
    pub(super) trigger: Table,
    /// The mean of the dense blocks of the texts that were learnt from.
    pub(super) centre: Vec<f32>,
}

impl Table {
    /// Rounds `sparse` (rows of outputs) to bytes by row.
    pub(super) fn quantise(
        outputs: usize,
        layout: Layout,
        sparse: &[f32],
        dense: Vec<f32>,
    ) -> Self {
        let mut scales = Vec::with_capacity(layout.width);
        let mut bytes = Vec::with_capacity(sparse.len());
        for row in sparse.chunks_exact(outputs) {
            let most = row.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
            let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned()));
        }
        Self { outputs, layout, scales, sparse: Cow::Owned(bytes), dense }
    }

    /// The scores of all outputs.
    pub(super) fn scores(&self, point: &Point) -> Vec<f32> {
        let outputs = self.outputs;
        let mut scores = self.dense[DENSE * outputs..].to_vec();
        for (column, value, _) in self.layout.columns(point) {
            let factor = value * self.scales[column];
            let bytes = &self.sparse[column * outputs..(column + 1) * outputs];
            for (score, byte) in scores.iter_mut().zip(bytes) {
                *score += factor * f32::from(byte.cast_signed());
            }
        }
        for (value, row) in point.dense.iter().zip(self.dense.chunks_exact(outputs)) {
            scores.iter_mut().zip(row).for_each(|(score, weight)| *score += value * weight);
        }
        scores
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        bytes.extend(self.sparse.iter());
        bytes.extend(self.dense.iter().flat_map(|weight| weight.to_le_bytes()));
    }
}

impl Weights {
    /// The file's bytes.
    ///
    /// # Errors
    /// When the header cannot be written as JSON.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, ClassifyError> {
        let header = serde_json::to_vec(&self.header).map_err(ClassifyError::Header)?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header);
        bytes.extend(self.space.keys.iter().flat_map(|key| key.to_le_bytes()));
        bytes.extend(self.space.frequencies.iter().flat_map(|count| count.to_le_bytes()));
        self.function.write(&mut bytes);
        self.trigger.write(&mut bytes);
        bytes.extend(self.centre.iter().flat_map(|value| value.to_le_bytes()));
        Ok(bytes)
    }

    /// Reads a file; the byte tables of a static file stay where they are.
    ///
    /// # Errors
    /// When the magic, the header or a length is not that of the format.
    pub(super) fn parse(bytes: Cow<'static, [u8]>) -> Result<Self, ClassifyError> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(ClassifyError::Magic);
        }
        let length = u32::from_le_bytes(reader.array()?) as usize;
        let header: Header =
            serde_json::from_slice(reader.take(length)?).map_err(ClassifyError::Header)?;
        // Nothing that is read below is longer than the file.
        let rows = header.sizes.iter().fold(0usize, |sum, size| sum.saturating_add(*size));
        if rows > bytes.len() {
            return Err(ClassifyError::Length);
        }
        let keys = reader.many(rows, u32::from_le_bytes)?;
        let frequencies = reader.many(rows, u16::from_le_bytes)?;
        let mut table = |outputs, groups: &[bool; GROUPS]| {
            reader.table(outputs, Layout::new(&header.sizes, |group| groups[group]))
        };
        let function = table(header.functions.len(), &header.function_groups)?;
        let trigger = table(header.triggers.len(), &header.trigger_groups)?;
        let centre = reader.many(DENSE, f32::from_le_bytes)?;
        if reader.at != bytes.len() {
            return Err(ClassifyError::Length);
        }
        let space = Space { keys, frequencies, sizes: header.sizes, documents: header.documents };
        let keep = |place: Place| {
            let Place { outputs, layout, scales, sparse, dense } = place;
            let sparse = match &bytes {
                Cow::Borrowed(all) => Cow::Borrowed(&all[sparse]),
                Cow::Owned(all) => Cow::Owned(all[sparse].to_vec()),
            };
            Table { outputs, layout, scales, sparse, dense }
        };
        let (function, trigger) = (keep(function), keep(trigger));
        Ok(Self { header, space, function, trigger, centre })
    }
}

/// A table whose bytes are still in the file.
struct Place {
    outputs: usize,
    layout: Layout,
    scales: Vec<f32>,
    sparse: std::ops::Range<usize>,
    dense: Vec<f32>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ClassifyError> {
        let end = self.at.checked_add(length).ok_or(ClassifyError::Length)?;
        let taken = self.bytes.get(self.at..end).ok_or(ClassifyError::Length)?;
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ClassifyError> {
        self.take(N)?.try_into().map_err(|_| ClassifyError::Length)
    }

    fn many<T, const N: usize>(
        &mut self,
        count: usize,
        read: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, ClassifyError> {
        let all = self.take(count.saturating_mul(N))?;
        Ok(all.as_chunks::<N>().0.iter().map(|bytes| read(*bytes)).collect())
    }

    fn table(&mut self, outputs: usize, layout: Layout) -> Result<Place, ClassifyError> {
        let scales = self.many(layout.width, f32::from_le_bytes)?;
        let start = self.at;
        self.take(layout.width.saturating_mul(outputs))?;
        let sparse = start..self.at;
        let dense = self.many((DENSE + 1).saturating_mul(outputs), f32::from_le_bytes)?;
        Ok(Place { outputs, layout, scales, sparse, dense })
    }
}
