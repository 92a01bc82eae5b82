//! The order in which a workflow's nodes run.

use crate::extract::node;
use crate::model::TriggerKind;
use crate::text::workflow::Workflow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A workflow's nodes told apart and put in order: each node is a trigger, a step, or lent to one.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The one that sets it off first; stand-ins (a button, a sub-workflow's call) last.
    pub(super) triggers: Vec<usize>,
    /// Each after those it follows; what no trigger reaches comes last.
    pub(super) steps: Vec<usize>,
    /// For each node, those lent to it (models, memories, tools), directly or through others.
    lent: Vec<Vec<usize>>,
    /// For each node, the edges into it, without those that close a loop.
    into: Vec<Vec<usize>>,
}

impl Order {
    pub(super) fn of(workflow: &Workflow) -> Self {
        let count = workflow.nodes.len();
        let triggers = triggers(workflow);
        let is_trigger: Vec<bool> = (0..count).map(|node| triggers.contains(&node)).collect();
        let owners = owners(workflow, &is_trigger);
        let mut lent = vec![Vec::new(); count];
        for (node, owner) in owners.iter().enumerate() {
            if let Some(owner) = owner {
                lent[*owner].push(node);
            }
        }
        // What is lent to a trigger (tools behind an MCP server) is what the workflow does.
        let is_step: Vec<bool> = (0..count)
            .map(|node| !is_trigger[node] && owners[node].is_none_or(|owner| is_trigger[owner]))
            .collect();
        let walk = Walk::over(workflow, &triggers, &is_step);
        let steps = walk.sorted(workflow, &is_step);
        let mut into = vec![Vec::new(); count];
        for (at, edge) in workflow.edges.iter().enumerate() {
            if edge.port == "main" && !walk.closes_loop[at] && is_step[edge.to] {
                into[edge.to].push(at);
            }
        }
        Self { triggers, steps, lent, into }
    }

    /// The nodes lent to `node`.
    pub(super) fn lent_to(&self, node: usize) -> &[usize] {
        &self.lent[node]
    }

    /// The edges that lead into `node`, without those that close a loop.
    pub(super) fn edges_into(&self, node: usize) -> &[usize] {
        &self.into[node]
    }
}

/// All triggers: enabled before disabled, real before stand-ins, wired before loose, in file order.
fn triggers(workflow: &Workflow) -> Vec<usize> {
    let mut found: Vec<(usize, TriggerKind)> = workflow
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(at, node)| Some((at, node::trigger_kind(&node.kind)?)))
        .collect();
    found.sort_by_key(|(at, kind)| {
        let is_wired = workflow.edges.iter().any(|edge| edge.from == *at || edge.to == *at);
        (node::is_stand_in(*kind), workflow.nodes[*at].is_disabled, !is_wired, *at)
    });
    found.into_iter().map(|(at, _)| at).collect()
}

/// For each lent node, the node at the end of the chain that borrows it.
fn owners(workflow: &Workflow, is_trigger: &[bool]) -> Vec<Option<usize>> {
    let count = workflow.nodes.len();
    let mut borrower = vec![None; count];
    let mut has_main = vec![false; count];
    for edge in &workflow.edges {
        if edge.port == "main" {
            has_main[edge.to] = true;
            has_main[edge.from] = true;
        } else {
            borrower[edge.from].get_or_insert(edge.to);
        }
    }
    (0..count)
        .map(|node| {
            if is_trigger[node] || has_main[node] {
                return None;
            }
            let mut owner = borrower[node]?;
            // A ring of loans has no end; as many hops as nodes are enough for any chain.
            for _ in 0..count {
                match borrower[owner].filter(|_| !has_main[owner] && !is_trigger[owner]) {
                    Some(next) => owner = next,
                    None => return (owner != node).then_some(owner),
                }
            }
            None
        })
        .collect()
}

/// A depth-first walk from the triggers, then from whatever they do not reach.
struct Walk {
    /// When each node was met.
    met: Vec<usize>,
    is_reached: Vec<bool>,
    closes_loop: Vec<bool>,
}

impl Walk {
    fn over(workflow: &Workflow, triggers: &[usize], is_step: &[bool]) -> Self {
        let count = workflow.nodes.len();
        let mut out: Vec<Vec<(usize, usize)>> = vec![Vec::new(); count];
        let mut has_input = vec![false; count];
        for (at, edge) in workflow.edges.iter().enumerate().filter(|(_, edge)| edge.port == "main")
        {
            out[edge.from].push((edge.output, at));
            has_input[edge.to] = true;
        }
        out.iter_mut().for_each(|edges| edges.sort_unstable());
        let mut walk = Self {
            met: vec![usize::MAX; count],
            is_reached: vec![false; count],
            closes_loop: vec![false; workflow.edges.len()],
        };
        let mut is_open = vec![false; count];
        let mut clock = 0;
        let loose = (0..count).filter(|node| is_step[*node] && !has_input[*node]);
        let rest = 0..count;
        let starts = triggers.iter().copied().map(|node| (node, true));
        let starts =
            starts.chain(loose.map(|node| (node, false))).chain(rest.map(|node| (node, false)));
        for (start, is_reached) in starts.collect::<Vec<_>>() {
            if walk.met[start] == usize::MAX {
                walk.descend(workflow, &out, start, is_reached, &mut is_open, &mut clock);
            }
        }
        walk
    }

    /// Visits what `start` leads to; an edge back to a node still open closes a loop.
    fn descend(
        &mut self,
        workflow: &Workflow,
        out: &[Vec<(usize, usize)>],
        start: usize,
        is_reached: bool,
        is_open: &mut [bool],
        clock: &mut usize,
    ) {
        let mut stack = vec![(start, 0)];
        self.meet(start, is_reached, clock);
        is_open[start] = true;
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            let Some((_, edge)) = out[node].get(*next).copied() else {
                is_open[node] = false;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = workflow.edges[edge].to;
            if is_open[to] {
                self.closes_loop[edge] = true;
            } else if self.met[to] == usize::MAX {
                self.meet(to, is_reached, clock);
                is_open[to] = true;
                stack.push((to, 0));
            }
        }
    }

    fn meet(&mut self, node: usize, is_reached: bool, clock: &mut usize) {
        self.met[node] = *clock;
        self.is_reached[node] = is_reached;
        *clock += 1;
    }

    /// The steps, each after those it follows; among the free ones, the first met comes first.
    fn sorted(&self, workflow: &Workflow, is_step: &[bool]) -> Vec<usize> {
        let count = workflow.nodes.len();
        let mut waits_for = vec![0usize; count];
        let mut out = vec![Vec::new(); count];
        for (at, edge) in workflow.edges.iter().enumerate() {
            if edge.port == "main" && !self.closes_loop[at] {
                waits_for[edge.to] += 1;
                out[edge.from].push(edge.to);
            }
        }
        let key = |node: usize| Reverse((!self.is_reached[node], self.met[node], node));
        let mut free: BinaryHeap<_> =
            (0..count).filter(|node| waits_for[*node] == 0).map(key).collect();
        let mut sorted = Vec::with_capacity(count);
        while let Some(Reverse((_, _, node))) = free.pop() {
            if is_step[node] {
                sorted.push(node);
            }
            for to in &out[node] {
                waits_for[*to] -= 1;
                if waits_for[*to] == 0 {
                    free.push(key(*to));
                }
            }
        }
        sorted
    }
}
