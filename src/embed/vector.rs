//! A unit vector in signed bytes and a scale.

use super::model::{DIMENSIONS, EmbedError};

/// Length of the embedded model's vector as the store keeps it: the scale as f32 LE, then the
/// values. One of another model has more blocks of `DIMENSIONS` values.
pub const VECTOR_BYTES: usize = 4 + DIMENSIONS;

/// So many values of a vector, multiplied together.
pub(super) type Block = [i8; DIMENSIONS];

/// A text's vector: dimension `i` is `scale` times the `i`th value of its blocks; its length is 1 up
/// to rounding. The embedded model's has one block; that of a model whose dimensions are no multiple
/// of a block ends in zeros.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    pub scale: f32,
    pub blocks: Box<[Block]>,
}

impl Vector {
    /// Rounds a dense vector to bytes, with scale max|x| / 127.
    pub fn quantise(dense: &[f32]) -> Self {
        let largest = dense.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        // A float cast saturates, so that rounding can never wrap.
        let value = |x: &f32| (x / scale).round() as i8;
        let block = |part: &[f32]| std::array::from_fn(|i| part.get(i).map_or(0, value));
        Self { scale, blocks: dense.chunks(DIMENSIONS).map(block).collect() }
    }

    /// The same of a vector of any length, which becomes 1; `None` where it points nowhere.
    pub fn of_direction(dense: &[f32]) -> Option<Self> {
        let length = dense.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        if !length.is_normal() {
            return None;
        }
        let unit: Vec<f32> = dense.iter().map(|x| (f64::from(*x) / length) as f32).collect();
        Some(Self::quantise(&unit))
    }

    /// The dimensions as floats.
    pub fn dense(&self) -> Vec<f32> {
        self.blocks.as_flattened().iter().map(|value| self.scale * f32::from(*value)).collect()
    }

    /// The bytes that the store keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + self.blocks.len() * DIMENSIONS);
        bytes.extend_from_slice(&self.scale.to_le_bytes());
        bytes.extend(self.blocks.as_flattened().iter().map(|value| value.cast_unsigned()));
        bytes
    }

    /// Reads what `to_bytes` wrote.
    ///
    /// # Errors
    /// When the bytes are not a scale and whole blocks.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        let wrong = || EmbedError::Vector { got: bytes.len(), expected: VECTOR_BYTES };
        let (scale, rest) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
        let (blocks, []) = rest.as_chunks::<DIMENSIONS>() else { return Err(wrong()) };
        if blocks.is_empty() {
            return Err(wrong());
        }
        let blocks = blocks.iter().map(|block| block.map(u8::cast_signed)).collect();
        Ok(Self { scale: f32::from_le_bytes(*scale), blocks })
    }
}

/// The inner product of two vectors of one model, exact over their bytes.
pub fn dot(a: &Vector, b: &Vector) -> f32 {
    product(&a.blocks, &b.blocks) as f32 * (a.scale * b.scale)
}

/// The cosine of the angle between two vectors of one model, in -1..=1.
pub fn cosine(a: &Vector, b: &Vector) -> f32 {
    let lengths = length(&a.blocks) * length(&b.blocks);
    let product = product(&a.blocks, &b.blocks) as f32;
    if lengths > 0.0 { (product / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

fn length(blocks: &[Block]) -> f32 {
    (product(blocks, blocks) as f32).sqrt()
}

fn product(a: &[Block], b: &[Block]) -> i32 {
    a.iter().zip(b).map(|(a, b)| integer_dot(&widen(a), b)).sum()
}

/// The bytes as 16-bit integers: done once for a query, it halves the work of each product.
pub(super) fn widen(values: &Block) -> [i16; DIMENSIONS] {
    values.map(i16::from)
}

/// Σ aᵢ·bᵢ, at most 256·127² in size; the loop's shape is one that compilers turn into SIMD
/// multiply-adds.
#[inline(always)]
pub(super) fn integer_dot(query: &[i16; DIMENSIONS], row: &Block) -> i32 {
    query.iter().zip(row).map(|(&a, &b)| i32::from(a) * i32::from(i16::from(b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vector(values: Vec<i8>, scale: f32) -> Vector {
        let (blocks, rest) = values.as_chunks();
        assert!(rest.is_empty());
        Vector { scale, blocks: blocks.into() }
    }

    proptest! {
        #[test]
        fn bytes_give_the_vector_back_when_read(
            values in proptest::collection::vec(any::<i8>(), DIMENSIONS), count in 1usize..4,
            scale in 0.0f32..1.0
        ) {
            let vector = vector(values.repeat(count), scale);
            prop_assert_eq!(Vector::from_bytes(&vector.to_bytes()).expect("whole"), vector);
        }

        #[test]
        fn products_are_exact_when_compared_with_wide_integers(
            a in proptest::collection::vec(any::<i8>(), DIMENSIONS),
            b in proptest::collection::vec(any::<i8>(), DIMENSIONS),
        ) {
            let wanted: i64 = a.iter().zip(&b).map(|(&x, &y)| i64::from(x) * i64::from(y)).sum();
            let (a, b) = (vector(a, 1.0), vector(b, 1.0));
            prop_assert_eq!(i64::from(product(&a.blocks, &b.blocks)), wanted);
        }
    }

    #[test]
    fn a_vector_is_refused_when_bytes_are_missing() {
        let vector = vector(vec![1; 2 * DIMENSIONS], 0.5);
        let bytes = vector.to_bytes();
        assert!(Vector::from_bytes(&bytes[1..]).is_err());
        assert!(Vector::from_bytes(&[]).is_err());
    }
    #[test]
    fn a_direction_of_any_dimension_becomes_a_vector_of_length_one() {
        let dense: Vec<f32> = (0..384).map(|i| (i as f32 - 190.0) * 3.0).collect();
        let vector = Vector::of_direction(&dense).expect("it points somewhere");
        assert_eq!((vector.blocks.len(), vector.dense().len()), (2, 512));
        assert!((dot(&vector, &vector) - 1.0).abs() < 0.01, "{}", dot(&vector, &vector));
        let turned: Vec<f32> = dense.iter().map(|x| -x).collect();
        assert!(cosine(&vector, &Vector::of_direction(&turned).expect("so does this")) < -0.999);
        assert!(Vector::of_direction(&[0.0; 8]).is_none() && Vector::of_direction(&[]).is_none());
    }
}
