//! The trained weights and their file; the format stands in `data/classifier/README.md`.

use super::ClassifyError;
use super::logistic::sigmoid;
use super::space::{DENSE, Group, Point, Space};
use crate::model::TriggerKind;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const MAGIC: &[u8; 8] = b"RSVCLS01";

/// What the file says of itself before the tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// How many texts were learnt from.
    pub(super) documents: u32,
    /// Rows of each group of features.
    pub(super) sizes: [usize; Group::ALL.len()],
    /// Names of functions; each has two outputs, its own and its share among all.
    pub(super) functions: Vec<String>,
    pub(super) triggers: Vec<TriggerKind>,
    /// How much the share among all adds to a function's own score.
    pub(super) blend: f32,
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

/// Weights of all outputs over the space.
#[derive(Debug, PartialEq)]
pub(super) struct Weights {
    pub(super) header: Header,
    pub(super) space: Space,
    /// By row of the space: what one step of its bytes is worth.
    scales: Vec<f32>,
    /// By row of the space: a signed byte for each output.
    sparse: Cow<'static, [u8]>,
    /// By dense dimension, and last the bias: a weight for each output.
    dense: Vec<f32>,
}

impl Header {
    pub(super) fn outputs(&self) -> usize {
        2 * self.functions.len() + self.triggers.len()
    }
}

impl Weights {
    /// Rounds `sparse` (rows of outputs) to bytes by row.
    pub(super) fn quantise(header: Header, space: Space, sparse: &[f32], dense: Vec<f32>) -> Self {
        let mut scales = Vec::with_capacity(space.rows());
        let mut bytes = Vec::with_capacity(sparse.len());
        for row in sparse.chunks_exact(header.outputs()) {
            let most = row.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
            let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
            scales.push(scale);
            bytes.extend(row.iter().map(|weight| ((weight / scale).round() as i8).cast_unsigned()));
        }
        Self { header, space, scales, sparse: Cow::Owned(bytes), dense }
    }

    /// The scores of all outputs: functions' own, functions' shares, triggers.
    pub(super) fn scores(&self, point: &Point) -> Vec<f32> {
        let outputs = self.header.outputs();
        let mut scores = self.dense[DENSE * outputs..].to_vec();
        for (row, value) in point.sparse.iter().flatten() {
            let row = *row as usize;
            let factor = value * self.scales[row];
            let bytes = &self.sparse[row * outputs..(row + 1) * outputs];
            for (score, byte) in scores.iter_mut().zip(bytes) {
                *score += factor * f32::from(byte.cast_signed());
            }
        }
        for (value, row) in point.dense.iter().zip(self.dense.chunks_exact(outputs)) {
            scores.iter_mut().zip(row).for_each(|(score, weight)| *score += value * weight);
        }
        scores
    }

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
        bytes.extend(self.scales.iter().flat_map(|scale| scale.to_le_bytes()));
        bytes.extend(self.sparse.iter());
        bytes.extend(self.dense.iter().flat_map(|weight| weight.to_le_bytes()));
        Ok(bytes)
    }

    /// Reads a file; the byte table of a static file stays where it is.
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
        let outputs = header.outputs();
        let rows = header.sizes.iter().fold(0usize, |sum, size| sum.saturating_add(*size));
        let keys = reader.many(rows, u32::from_le_bytes)?;
        let frequencies = reader.many(rows, u16::from_le_bytes)?;
        let scales = reader.many(rows, f32::from_le_bytes)?;
        let start = reader.at;
        reader.take(rows.saturating_mul(outputs))?;
        let table = start..reader.at;
        let dense = reader.many((DENSE + 1).saturating_mul(outputs), f32::from_le_bytes)?;
        if reader.at != bytes.len() {
            return Err(ClassifyError::Length);
        }
        let space = Space { keys, frequencies, sizes: header.sizes, documents: header.documents };
        let sparse = match bytes {
            Cow::Borrowed(all) => Cow::Borrowed(&all[table]),
            Cow::Owned(all) => Cow::Owned(all[table].to_vec()),
        };
        Ok(Self { header, space, scales, sparse, dense })
    }
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
}
