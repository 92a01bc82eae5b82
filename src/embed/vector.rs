//! A unit vector in 256 signed bytes and a scale.

use super::model::{DIMENSIONS, EmbedError};

/// Length of a vector as the store keeps it: the scale as f32 LE, then the values.
pub const VECTOR_BYTES: usize = 4 + DIMENSIONS;

/// A text's vector: dimension `i` is `scale * values[i]`; its length is 1 up to rounding.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    pub scale: f32,
    pub values: [i8; DIMENSIONS],
}

impl Vector {
    /// Rounds a dense vector to bytes, with scale max|x| / 127.
    pub fn quantise(dense: &[f32; DIMENSIONS]) -> Self {
        let largest = dense.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        // A float cast saturates, so that rounding can never wrap.
        let values = std::array::from_fn(|i| (dense[i] / scale).round() as i8);
        Self { scale, values }
    }

    /// The dimensions as floats.
    pub fn dense(&self) -> [f32; DIMENSIONS] {
        std::array::from_fn(|i| self.scale * f32::from(self.values[i]))
    }

    /// The `VECTOR_BYTES` bytes that the store keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(VECTOR_BYTES);
        bytes.extend_from_slice(&self.scale.to_le_bytes());
        bytes.extend(self.values.iter().map(|value| value.cast_unsigned()));
        bytes
    }

    /// Reads what `to_bytes` wrote.
    ///
    /// # Errors
    /// When there are not exactly `VECTOR_BYTES` bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        let wrong = || EmbedError::Vector { got: bytes.len(), expected: VECTOR_BYTES };
        let (scale, rest) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
        let rest: &[u8; DIMENSIONS] = rest.try_into().map_err(|_| wrong())?;
        let values = rest.map(u8::cast_signed);
        Ok(Self { scale: f32::from_le_bytes(*scale), values })
    }
}

/// The inner product of two vectors, exact over their bytes.
pub fn dot(a: &Vector, b: &Vector) -> f32 {
    integer_dot(&widen(&a.values), &b.values) as f32 * (a.scale * b.scale)
}

/// The cosine of the angle between two vectors, in -1..=1.
pub fn cosine(a: &Vector, b: &Vector) -> f32 {
    let product = integer_dot(&widen(&a.values), &b.values) as f32;
    let lengths = length(&a.values) * length(&b.values);
    if lengths > 0.0 { (product / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

fn length(values: &[i8; DIMENSIONS]) -> f32 {
    (integer_dot(&widen(values), values) as f32).sqrt()
}

/// The bytes as 16-bit integers: done once for a query, it halves the work of each product.
pub(super) fn widen(values: &[i8; DIMENSIONS]) -> [i16; DIMENSIONS] {
    values.map(i16::from)
}

/// Σ aᵢ·bᵢ, at most 256·127² in size; the loop's shape is one that compilers turn into SIMD
/// multiply-adds.
#[inline(always)]
pub(super) fn integer_dot(query: &[i16; DIMENSIONS], row: &[i8; DIMENSIONS]) -> i32 {
    query.iter().zip(row).map(|(&a, &b)| i32::from(a) * i32::from(i16::from(b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vector(values: Vec<i8>, scale: f32) -> Vector {
        Vector { scale, values: values.try_into().expect("256 values") }
    }

    proptest! {
        #[test]
        fn bytes_give_the_vector_back_when_read(
            values in proptest::collection::vec(any::<i8>(), DIMENSIONS), scale in 0.0f32..1.0
        ) {
            let vector = vector(values, scale);
            prop_assert_eq!(Vector::from_bytes(&vector.to_bytes()).expect("whole"), vector);
        }

        #[test]
        fn products_are_exact_when_compared_with_wide_integers(
            a in proptest::collection::vec(any::<i8>(), DIMENSIONS),
            b in proptest::collection::vec(any::<i8>(), DIMENSIONS),
        ) {
            let wanted: i64 = a.iter().zip(&b).map(|(&x, &y)| i64::from(x) * i64::from(y)).sum();
            let (a, b) = (vector(a, 1.0), vector(b, 1.0));
            prop_assert_eq!(i64::from(integer_dot(&widen(&a.values), &b.values)), wanted);
        }
    }

    #[test]
    fn a_vector_is_refused_when_bytes_are_missing() {
        let vector = vector(vec![1; DIMENSIONS], 0.5);
        let bytes = vector.to_bytes();
        assert!(Vector::from_bytes(&bytes[1..]).is_err());
        assert!(Vector::from_bytes(&[]).is_err());
    }
}
