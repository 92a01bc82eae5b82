//! Duplicates: which automations are one, met twice.
//!
//! Does: find candidate pairs without comparing all with all, weigh each pair's likeness in title,
//! text, structure and meaning into a probability, and group what is the same. Does not: store,
//! merge, or remember what people said of a pair. Owns: nothing; it is a function of its items.

mod candidates;
mod clusters;
mod groups;
mod item;
mod likeness;
mod prepared;
mod rivals;
mod scorer;
#[cfg(test)]
mod training;

pub use clusters::{Cluster, clusters};
pub use groups::groups;
pub use item::Item;
pub use scorer::{RELATED, SAME};

use crate::model::{AutomationId, DuplicatePair, DuplicateVerdict};
use candidates::Candidates;
use prepared::Collection;

/// Finds the pairs that are the same or related, of which at least one `is_new`. Each pair comes
/// once, with `a < b`, sorted; the order of `items` makes no difference. Of items with one id the
/// first counts. Takes seconds for 100,000 items, on rayon's threads.
pub fn find(items: &[Item], is_new: &(dyn Fn(AutomationId) -> bool + Sync)) -> Vec<DuplicatePair> {
    let collection = Collection::new(items);
    let candidates = Candidates::find(&collection, is_new);
    let probabilities = scorer::probabilities(&collection, &candidates.pairs);
    let scored = candidates.pairs.iter().zip(probabilities);
    let mut pairs: Vec<DuplicatePair> = scored
        .filter_map(|(&(a, b), p)| {
            let verdict = match p {
                p if p >= SAME => DuplicateVerdict::Same,
                p if p >= RELATED => DuplicateVerdict::Related,
                _ => return None,
            };
            let id = |at: u32| collection.items[at as usize].id;
            Some(DuplicatePair { a: id(a), b: id(b), p, verdict })
        })
        .collect();
    pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
    pairs
}
