//! Groups as a person judges them: who is in one, and how each came into it.

use super::clusters;
use crate::model::{AutomationId, DuplicatePair, Joined, LookAlikes};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

type Links = HashMap<AutomationId, Vec<(AutomationId, f32)>>;

/// Groups the pairs found the same, the most certain group first; of two equally certain ones that
/// of which every member was compared with its lead. `apart` holds pairs (lesser id first) that
/// never stand in one group; `preference` ranks members, and the lowest leads.
pub fn groups<K: Ord>(
    pairs: &[DuplicatePair],
    apart: &HashSet<(AutomationId, AutomationId)>,
    preference: impl Fn(AutomationId) -> K,
) -> Vec<LookAlikes> {
    let mut links = Links::new();
    for pair in pairs {
        links.entry(pair.a).or_default().push((pair.b, pair.p));
        links.entry(pair.b).or_default().push((pair.a, pair.p));
    }
    let mut found = Vec::new();
    let mut open: Vec<DuplicatePair> = pairs.to_vec();
    while !open.is_empty() {
        let mut left: HashSet<AutomationId> = HashSet::new();
        for cluster in clusters(&open, &preference) {
            let group = group(cluster.lead, &cluster.members, &links, apart);
            let joined: HashSet<AutomationId> = group.iter().map(|member| member.id).collect();
            left.extend(cluster.members.iter().filter(|id| !joined.contains(id)));
            if group.len() > 1 {
                found.push(LookAlikes { members: group });
            }
        }
        // Those whom somebody put apart from a group may still be alike among themselves.
        open.retain(|pair| left.contains(&pair.a) && left.contains(&pair.b));
    }
    found.sort_by(strictest_first);
    found
}

fn strictest_first(one: &LookAlikes, other: &LookAlikes) -> Ordering {
    let certain = other.weakest().total_cmp(&one.weakest());
    let direct = one.has_transitive().cmp(&other.has_transitive());
    certain.then(direct).then(one.lead().cmp(&other.lead()))
}

/// Joins members to the lead: those compared with it, then, the most certain link first, those
/// alike to somebody who is in already.
fn group(
    lead: AutomationId,
    members: &[AutomationId],
    links: &Links,
    apart: &HashSet<(AutomationId, AutomationId)>,
) -> Vec<Joined> {
    let linked = |id: &AutomationId| links.get(id).map_or(&[][..], Vec::as_slice);
    let fits = |group: &[Joined], id: AutomationId| {
        group.iter().all(|other| !apart.contains(&(other.id.min(id), other.id.max(id))))
    };
    let mut group = vec![Joined { id: lead, through: None, p: 1.0 }];
    let mut direct: Vec<(AutomationId, f32)> =
        linked(&lead).iter().filter(|(id, _)| members.contains(id)).copied().collect();
    direct.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    for (id, p) in direct {
        if fits(&group, id) && group.iter().all(|other| other.id != id) {
            group.push(Joined { id, through: None, p });
        }
    }
    loop {
        let is_open = |id: &AutomationId| group.iter().all(|other| other.id != *id);
        let best = members
            .iter()
            .filter(|id| is_open(id) && fits(&group, **id))
            .flat_map(|id| linked(id).iter().map(move |(other, p)| (*id, *other, *p)))
            .filter(|(_, other, _)| *other != lead && !is_open(other))
            .max_by(|one, other| one.2.total_cmp(&other.2).then(other.0.cmp(&one.0)));
        match best {
            Some((id, through, p)) => group.push(Joined { id, through: Some(through), p }),
            None => return group,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DuplicateVerdict;

    fn same(a: i64, b: i64, p: f32) -> DuplicatePair {
        let verdict = DuplicateVerdict::Same;
        DuplicatePair { a: AutomationId(a), b: AutomationId(b), p, verdict }
    }

    fn told(pairs: &[DuplicatePair], apart: &[(i64, i64)]) -> Vec<Vec<(i64, Option<i64>)>> {
        let apart = apart.iter().map(|(a, b)| (AutomationId(*a), AutomationId(*b))).collect();
        groups(pairs, &apart, |id| id)
            .iter()
            .map(|group| group.members.iter().map(|m| (m.id.0, m.through.map(|id| id.0))).collect())
            .collect()
    }

    #[test]
    fn the_most_certain_group_comes_first() {
        let found = told(&[same(1, 2, 0.8), same(3, 4, 0.99)], &[]);
        assert_eq!(found, [vec![(3, None), (4, None)], vec![(1, None), (2, None)]]);
    }

    #[test]
    fn a_member_that_was_not_compared_with_the_lead_names_who_joins_it() {
        let found = told(&[same(1, 2, 0.9), same(2, 3, 0.95)], &[]);
        assert_eq!(found, [vec![(1, None), (2, None), (3, Some(2))]]);
    }

    #[test]
    fn who_was_put_apart_leaves_the_group_and_keeps_who_is_left_to_it() {
        let pairs = [same(1, 2, 0.9), same(1, 3, 0.9), same(2, 3, 0.9), same(3, 4, 0.9)];
        let pairs: Vec<_> = pairs.into_iter().chain([same(2, 4, 0.9), same(1, 4, 0.9)]).collect();
        let found = told(&pairs, &[(1, 3), (1, 4), (2, 3), (2, 4)]);
        assert_eq!(found, [vec![(1, None), (2, None)], vec![(3, None), (4, None)]]);
    }
}
