//! Groups of the same.

use crate::model::{AutomationId, DuplicatePair, DuplicateVerdict};
use std::collections::HashMap;

/// Automations that are one, with the one that stands for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub lead: AutomationId,
    /// All of them, the lead too, sorted.
    pub members: Vec<AutomationId>,
}

/// Share of the pairs between two groups that must be found the same before they become one: a
/// single wrong pair then glues nothing.
const LEAST_LINKED: f32 = 0.5;

/// Groups the pairs found the same, most certain first; `preference` ranks members, and the lowest
/// leads (equal ones by id). The order of `pairs` makes no difference.
pub fn clusters<K: Ord>(
    pairs: &[DuplicatePair],
    preference: impl Fn(AutomationId) -> K,
) -> Vec<Cluster> {
    let mut pairs: Vec<&DuplicatePair> =
        pairs.iter().filter(|pair| pair.verdict == DuplicateVerdict::Same).collect();
    pairs.sort_by(|x, y| y.p.total_cmp(&x.p).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut linked: HashMap<AutomationId, Vec<AutomationId>> = HashMap::new();
    for pair in &pairs {
        linked.entry(pair.a).or_default().push(pair.b);
        linked.entry(pair.b).or_default().push(pair.a);
    }
    let mut group_of: HashMap<AutomationId, usize> = HashMap::new();
    let mut groups: Vec<Vec<AutomationId>> = Vec::new();
    for pair in &pairs {
        let mut own = |id: AutomationId| {
            *group_of.entry(id).or_insert_with(|| {
                groups.push(vec![id]);
                groups.len() - 1
            })
        };
        let (a, b) = (own(pair.a), own(pair.b));
        if a == b || !is_well_linked(&groups[a], &groups[b], &linked) {
            continue;
        }
        let (small, large) = if groups[a].len() < groups[b].len() { (a, b) } else { (b, a) };
        let moved = std::mem::take(&mut groups[small]);
        group_of.extend(moved.iter().map(|id| (*id, large)));
        groups[large].extend(moved);
    }
    let grouped = groups.into_iter().filter(|members| members.len() > 1);
    let mut clusters: Vec<Cluster> = grouped
        .filter_map(|mut members| {
            members.sort_unstable();
            let lead = *members.iter().min_by_key(|id| (preference(**id), **id))?;
            Some(Cluster { lead, members })
        })
        .collect();
    clusters.sort_by_key(|cluster| cluster.members[0]);
    clusters
}

fn is_well_linked(
    a: &[AutomationId],
    b: &[AutomationId],
    linked: &HashMap<AutomationId, Vec<AutomationId>>,
) -> bool {
    let (small, large) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let known = |id: &AutomationId| linked.get(id).map_or(&[][..], Vec::as_slice);
    let links: usize =
        small.iter().map(|id| known(id).iter().filter(|other| large.contains(other)).count()).sum();
    links as f32 >= LEAST_LINKED * (a.len() * b.len()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: i64, b: i64, p: f32) -> DuplicatePair {
        let verdict = DuplicateVerdict::Same;
        DuplicatePair { a: AutomationId(a), b: AutomationId(b), p, verdict }
    }

    fn members(pairs: &[DuplicatePair]) -> Vec<Vec<i64>> {
        let found = clusters(pairs, |_| ());
        found.iter().map(|c| c.members.iter().map(|id| id.0).collect()).collect()
    }

    #[test]
    fn one_wrong_pair_glues_nothing() {
        let left = [same(1, 2, 0.99), same(1, 3, 0.98), same(2, 3, 0.97)];
        let right = [same(11, 12, 0.99), same(11, 13, 0.98), same(12, 13, 0.97)];
        let bridge = [same(3, 11, 0.6)];
        let all: Vec<_> = left.into_iter().chain(right).chain(bridge).collect();
        assert_eq!(members(&all), [vec![1, 2, 3], vec![11, 12, 13]]);
    }

    #[test]
    fn a_long_chain_falls_apart() {
        let chain: Vec<_> = (1..100).map(|id| same(id, id + 1, 0.9)).collect();
        assert!(members(&chain).iter().all(|group| group.len() <= 3));
    }

    #[test]
    fn the_preferred_member_leads() {
        let found = clusters(&[same(4, 7, 0.9)], std::cmp::Reverse);
        assert_eq!(
            found,
            [Cluster { lead: AutomationId(7), members: vec![AutomationId(4), AutomationId(7)] }]
        );
        assert_eq!(clusters(&[same(4, 7, 0.9)], |_| ())[0].lead, AutomationId(4));
    }
}
