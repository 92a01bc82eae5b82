//! The static table: one row of weights for each token; a text's vector is their sum.

use super::vector::Vector;
use super::wordpiece::Vocabulary;
use rayon::prelude::*;
use std::sync::OnceLock;

/// Dimensions of every vector.
pub const DIMENSIONS: usize = 256;

const MAGIC: &[u8; 8] = b"WBSEMB01";
const HEADER: usize = 16;

static TABLE: &[u8] = include_bytes!("../../data/embedding/embed.i8.bin");
static TOKENS: &str = include_str!("../../data/embedding/vocab.txt");

/// What can be wrong with a model's files.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    #[error("cannot read the embedding table: it does not begin with WBSEMB01")]
    Magic,
    #[error("cannot read the embedding table: {got} dimensions instead of {DIMENSIONS}")]
    Dimensions { got: u32 },
    #[error("cannot read the embedding table: {got} bytes instead of {expected}")]
    Length { got: usize, expected: usize },
    #[error("cannot read the embedding vocabulary: {got} tokens for a table of {expected} rows")]
    Vocabulary { got: usize, expected: usize },
    #[error("cannot read a stored vector: {got} bytes instead of {expected}")]
    Vector { got: usize, expected: usize },
}

/// The sentence model. Cheap to share: the matrix stays where the binary holds it.
pub struct Model {
    vocabulary: Vocabulary,
    scales: Vec<f32>,
    /// Rows of `DIMENSIONS` signed bytes.
    matrix: &'static [u8],
}

impl Model {
    /// The shipped model, read at the first call.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Model> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::parse(TABLE, TOKENS)
                .expect("invariant: the shipped model is whole, as tests hold")
        })
    }

    /// Reads a table and its vocabulary, in the format of `data/embedding/README.md`.
    ///
    /// # Errors
    /// When the magic, a length or the dimensions are not those of the format.
    pub fn parse(table: &'static [u8], tokens: &'static str) -> Result<Self, EmbedError> {
        let (header, body) = table.split_at_checked(HEADER).ok_or(EmbedError::Magic)?;
        if !header.starts_with(MAGIC) {
            return Err(EmbedError::Magic);
        }
        let rows = read_u32(&header[8..12]) as usize;
        let dimensions = read_u32(&header[12..16]);
        if dimensions as usize != DIMENSIONS {
            return Err(EmbedError::Dimensions { got: dimensions });
        }
        let expected = HEADER + rows.saturating_mul(4 + DIMENSIONS);
        if table.len() != expected {
            return Err(EmbedError::Length { got: table.len(), expected });
        }
        let vocabulary = Vocabulary::new(tokens);
        if vocabulary.len() != rows {
            return Err(EmbedError::Vocabulary { got: vocabulary.len(), expected: rows });
        }
        let (scales, matrix) = body.split_at(rows * 4);
        let scales = scales.chunks_exact(4).map(|b| f32::from_bits(read_u32(b))).collect();
        Ok(Self { vocabulary, scales, matrix })
    }

    /// Rows of the table that `text` is made of, in order.
    pub fn tokens(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.vocabulary.visit(text, |id| ids.push(id));
        ids
    }

    /// The unit vector of `text` in full precision, or `None` where no token has any weight.
    pub fn encode_dense(&self, text: &str) -> Option<[f32; DIMENSIONS]> {
        let mut sum = [0.0f32; DIMENSIONS];
        self.vocabulary.visit(text, |id| {
            let scale = self.scales[id as usize];
            let start = id as usize * DIMENSIONS;
            let row = &self.matrix[start..start + DIMENSIONS];
            for (total, &byte) in sum.iter_mut().zip(row) {
                *total += scale * f32::from(byte.cast_signed());
            }
        });
        let norm = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if norm <= f32::EPSILON {
            return None;
        }
        sum.iter_mut().for_each(|x| *x /= norm);
        Some(sum)
    }

    /// The vector of `text`, or `None` where no token has any weight (empty, or all unknown).
    pub fn encode(&self, text: &str) -> Option<Vector> {
        self.encode_dense(text).map(|dense| Vector::quantise(&dense))
    }

    /// The vectors of `texts` in their order, on rayon's threads.
    pub fn encode_many<S: AsRef<str> + Sync>(&self, texts: &[S]) -> Vec<Option<Vector>> {
        texts.par_iter().with_min_len(64).map(|text| self.encode(text.as_ref())).collect()
    }
}

fn read_u32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("invariant: callers slice four bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::cosine;

    const CHECK: &str = "fix the login timeout bug in the session manager";

    #[test]
    fn tokens_and_vector_agree_with_the_reference_when_encoding_the_check_text() {
        let model = Model::shared();
        assert_eq!(model.tokens(CHECK), [7087, 1002, 30670, 29606, 10835, 1005, 1002, 4225, 2214]);
        let dense = model.encode_dense(CHECK).expect("the check text has a vector");
        let reference = [-0.073_775_59, 0.014_485_618, -0.077_075_444, -0.055_797_435];
        for (got, wanted) in dense.iter().zip(reference) {
            assert!((got - wanted).abs() < 1e-6, "{got} is not {wanted}");
        }
    }

    #[test]
    fn accents_and_case_make_no_difference_when_encoding() {
        let model = Model::shared();
        assert_eq!(model.tokens("Café RÉSUMÉ"), model.tokens("cafe resume"));
    }

    #[test]
    fn no_vector_comes_out_when_nothing_is_known() {
        let model = Model::shared();
        for text in ["", "  \n\t", "\u{1}\u{2}"] {
            assert!(model.encode(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn related_texts_are_nearer_when_compared_with_unrelated_ones() {
        let model = Model::shared();
        let vector = |text| model.encode(text).expect("known words");
        let invoice = vector("remind customers about unpaid invoices");
        let bill = vector("chase late payments by e-mail");
        let fishing = vector("trout swim upstream in spring");
        assert!(cosine(&invoice, &bill) > cosine(&invoice, &fishing));
    }

    #[test]
    fn quantised_vectors_keep_their_direction_when_compared_with_dense_ones() {
        let model = Model::shared();
        let dense = model.encode_dense(CHECK).expect("known words");
        let vector = model.encode(CHECK).expect("known words");
        let product: f32 = dense.iter().zip(vector.dense()).map(|(a, b)| a * b).sum();
        assert!(product > 0.999);
    }

    #[test]
    fn many_texts_give_the_same_vectors_when_encoded_at_once() {
        let model = Model::shared();
        let texts = ["new lead in the CRM", "", "weekly report"];
        let many = model.encode_many(&texts);
        for (text, vector) in texts.iter().zip(&many) {
            assert_eq!(&model.encode(text), vector);
        }
    }

    #[test]
    fn a_damaged_table_is_refused_when_parsed() {
        assert!(matches!(Model::parse(b"nothing", ""), Err(EmbedError::Magic)));
        assert!(matches!(
            Model::parse(&TABLE[..TABLE.len() - 1], TOKENS),
            Err(EmbedError::Length { .. })
        ));
        assert!(matches!(Model::parse(TABLE, "a\nb"), Err(EmbedError::Vocabulary { .. })));
    }
}
