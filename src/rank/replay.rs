//! Replaying verdicts: how many approvals would have stood at the head of the queue.

use super::ranker::{Example, Ranker};
use jiff::Timestamp;

/// The share of a queue that counts as its head.
const HEAD: f64 = 0.2;

/// Approvals found at the head of the replayed queues, as shares of all approvals in them, 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Found {
    /// Ordered by what was learnt before each queue.
    pub learned: f64,
    /// Ordered by the cold-start prior.
    pub unlearned: f64,
    pub newest_first: f64,
    /// What any order by chance finds on average.
    pub random: f64,
}

/// What a replay showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Replay {
    pub verdicts: usize,
    pub approvals: usize,
    pub queues: usize,
    pub found: Found,
}

/// Replays verdicts in the order given, `queue` of them at a time: each queue is ordered by what those
/// before it teach. A queue without an approval tells nothing and is passed over.
pub fn replay(judged: &[Example], queue: usize) -> Replay {
    let mut replayed = Replay::default();
    let mut sums = Found::default();
    for start in (0..judged.len()).step_by(queue.max(1)) {
        let (before, here) = (&judged[..start], &judged[start..judged.len().min(start + queue)]);
        let Some(now) = here.iter().map(|example| example.judgement.at).min() else { break };
        let approvals = here.iter().filter(|example| example.judgement.is_approved).count();
        replayed.verdicts += here.len();
        if approvals == 0 {
            continue;
        }
        replayed.approvals += approvals;
        replayed.queues += 1;
        let head = (here.len() as f64 * HEAD).round().max(1.0) as usize;
        let by = |ranker: &Ranker| head_of(here, head, |example| worth(ranker, example, now));
        sums.learned += by(&Ranker::learn(before, now)) as f64;
        sums.unlearned += by(&Ranker::default()) as f64;
        let dated = |example: &Example| example.item.dated.as_millisecond() as f64;
        sums.newest_first += head_of(here, head, dated) as f64;
        sums.random += approvals as f64 * head as f64 / here.len() as f64;
    }
    let share = |sum: f64| sum / (replayed.approvals as f64).max(1.0);
    replayed.found = Found {
        learned: share(sums.learned),
        unlearned: share(sums.unlearned),
        newest_first: share(sums.newest_first),
        random: share(sums.random),
    };
    replayed
}

fn worth(ranker: &Ranker, example: &Example, now: Timestamp) -> f64 {
    f64::from(ranker.worth(&example.item, example.meaning.as_ref(), now))
}

/// How many of the `head` highest by `value` were approved.
fn head_of(queue: &[Example], head: usize, value: impl Fn(&Example) -> f64) -> usize {
    let mut ordered: Vec<(f64, &Example)> =
        queue.iter().map(|example| (value(example), example)).collect();
    ordered.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.item.id.cmp(&b.1.item.id)));
    ordered.iter().take(head).filter(|(_, example)| example.judgement.is_approved).count()
}
