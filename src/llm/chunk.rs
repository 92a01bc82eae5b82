//! Long texts in pieces that a model can take.

use super::estimate_tokens;
use crate::model::Span;
use crate::text::sentences;
use std::ops::Range;

/// A piece of a text.
///
/// Pieces overlap, so that what straddles a border stands whole in one of them; their own parts do
/// not, and together are the whole text, so that whatever begins somewhere belongs to one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// What the model is given.
    pub span: Span,
    /// What is this piece's to tell of.
    pub own: Span,
}

/// Cuts `text` between sentences into pieces of at most `most` tokens by the estimate, each with up
/// to `overlap` tokens of the one before and the one after. A text that fits is one piece.
///
/// `overlap` is bounded by a quarter of `most`.
pub fn chunks(text: &str, most: usize, overlap: usize) -> Vec<Chunk> {
    let most = most.max(16);
    let overlap = overlap.min(most / 4);
    if estimate_tokens(text) <= most {
        let whole = Span::new(0..text.len());
        return vec![Chunk { span: whole, own: whole }];
    }
    let parts = parts(text, most / 8);
    let sizes: Vec<usize> = parts.iter().map(|part| estimate_tokens(&text[part.clone()])).collect();
    let room = most - 2 * overlap;
    let mut chunks = Vec::new();
    let mut first = 0;
    while first < parts.len() {
        let own = first..reach(&sizes[first..], room).max(1) + first;
        let back = reach(sizes[..own.start].iter().rev(), overlap);
        let ahead = reach(&sizes[own.end..], overlap);
        let bytes =
            |range: Range<usize>| Span::new(parts[range.start].start..parts[range.end - 1].end);
        chunks.push(Chunk {
            span: bytes(own.start - back..own.end + ahead),
            own: bytes(own.clone()),
        });
        first = own.end;
    }
    chunks
}

/// How many of `sizes` fit `room` together, from the first on.
fn reach<'s>(sizes: impl IntoIterator<Item = &'s usize>, room: usize) -> usize {
    let sums = sizes.into_iter().scan(0, |sum, size| {
        *sum += size;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= room).count()
}

/// `text` in sentences, with what stands between them at their ends; a sentence of more than
/// `most` tokens in parts, cut at spaces where there are some. Together the whole text.
fn parts(text: &str, most: usize) -> Vec<Range<usize>> {
    let mut borders: Vec<usize> = sentences(text).into_iter().map(|range| range.start).collect();
    borders.retain(|at| *at > 0 && text.is_char_boundary(*at));
    borders.push(text.len());
    let mut parts = Vec::new();
    let mut start = 0;
    for end in borders {
        while start < end {
            let rest = &text[start..end];
            let length = if estimate_tokens(rest) <= most { rest.len() } else { cut(rest, most) };
            parts.push(start..start + length);
            start += length;
        }
    }
    parts
}

/// Where to cut a sentence of more than `most` tokens, in bytes.
fn cut(text: &str, most: usize) -> usize {
    // A token is at least a byte, so this is never too much; mostly it is a third of what would go.
    let bound = text.floor_char_boundary(most.max(4));
    let head = &text[..bound];
    head.rfind(char::is_whitespace)
        .filter(|at| *at > bound / 2)
        .map_or(bound, |at| at + head[at..].chars().next().map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prose(sentences: usize) -> String {
        (0..sentences)
            .map(|n| format!("Every Friday scenario {n} sends an e-mail to Sue. "))
            .collect()
    }

    #[test]
    fn a_text_that_fits_is_one_piece() {
        let text = prose(3);
        let chunks = chunks(&text, 1_000, 100);
        assert_eq!((chunks.len(), chunks[0].span.len()), (1, text.len()));
    }

    #[test]
    fn pieces_overlap_by_whole_sentences_and_own_them_once() {
        let text = prose(100);
        let chunks = chunks(&text, 300, 40);
        assert!(chunks.len() > 4);
        for pair in chunks.windows(2) {
            assert_eq!(pair[0].own.end, pair[1].own.start);
            assert!(pair[0].span.end > pair[1].span.start, "neighbours share text");
            assert!(pair[1].span.slice(&text).unwrap().starts_with("Every Friday"));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_doubled_or_too_long(
            words in proptest::collection::vec("[a-zA-Z0-9äöü日本. !\\n]{0,60}", 0..120),
            most in 16_usize..400,
            overlap in 0_usize..200,
        ) {
            let text = words.join(" ");
            let chunks = chunks(&text, most, overlap);
            let owned: String = chunks.iter().map(|chunk| chunk.own.slice(&text).unwrap()).collect();
            prop_assert_eq!(&owned, &text);
            for chunk in &chunks {
                let given = chunk.span.slice(&text).unwrap();
                prop_assert!(estimate_tokens(given) <= most + 1, "{} of {}", estimate_tokens(given), most);
                prop_assert!(chunk.span.start <= chunk.own.start && chunk.own.end <= chunk.span.end);
            }
        }
    }
}
