//! What speaks against a pair from outside it: a better partner.
//!
//! Two items with texts of their own that differ are two publications. So when a copy without a text
//! resembles both, it is a copy of at most one, and the better likeness argues against the other.

use super::prepared::Collection;

/// Features of a pair among its rivals: its own logit, by how much the best rival exceeds it (0..=6),
/// and that rival's probability.
pub(super) const STANDING: usize = 3;

/// The standing of each pair, in the order of `pairs`, from the logits of all.
pub(super) fn standings(
    collection: &Collection,
    pairs: &[(u32, u32)],
    logits: &[f32],
) -> Vec<[f32; STANDING]> {
    let mut partners: Vec<Vec<(u32, f32)>> = vec![Vec::new(); collection.items.len()];
    for (&(a, b), &logit) in pairs.iter().zip(logits) {
        partners[a as usize].push((b, logit));
        partners[b as usize].push((a, logit));
    }
    let has_text = |at: u32| !collection.items[at as usize].text.is_empty();
    let best_rival = |of: u32, against: u32| {
        let rivals = partners[of as usize]
            .iter()
            .filter(|(other, _)| *other != against && has_text(*other) && has_text(against));
        rivals.map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max)
    };
    let standing = |(&(a, b), &logit): (&(u32, u32), &f32)| {
        let rival = best_rival(a, b).max(best_rival(b, a));
        let excess = (rival - logit).clamp(0.0, 6.0);
        [logit, excess, 1.0 / (1.0 + (-rival).exp())]
    };
    pairs.iter().zip(logits).map(standing).collect()
}
