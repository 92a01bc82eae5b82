//! An n8n workflow becomes one automation, exactly.

mod order;

use super::gazetteer::Gazetteer;
use super::node::{self, Role};
use crate::model::{
    Complexity, Evidence, Field, Span, Step, ToolRole, ToolUse, Trigger, TriggerKind,
};
use crate::text::sanitize_line;
use crate::text::workflow::{Node, Workflow};
use order::Order;

/// How sure a fact read from the file itself is.
const CERTAIN: f32 = 0.98;
/// A disabled node's service is rather not in use.
const DISABLED: f32 = 0.1;
/// A service known only from the address that a node calls.
const CALLED: f32 = 0.85;

/// What a workflow's nodes say, with the line of each as evidence.
pub(super) struct Reading {
    pub(super) trigger: Option<Trigger>,
    pub(super) steps: Vec<Step>,
    pub(super) tools: Vec<ToolUse>,
    pub(super) complexity: Complexity,
    pub(super) evidence: Vec<Evidence>,
}

/// Reads the nodes of `workflow`; `lines` are the spans of their lines in the readable text.
pub(super) fn read(gazetteer: &Gazetteer, workflow: &Workflow, lines: &[Span]) -> Reading {
    let order = Order::of(workflow);
    let mut evidence = Vec::new();
    let mut prove = |field, index: usize, node: usize, confidence| {
        if let (Some(span), Ok(index)) = (lines.get(node), u16::try_from(index)) {
            evidence.push(Evidence { field, index, span: *span, confidence });
        }
    };
    for node in &order.triggers {
        prove(Field::Trigger, 0, *node, CERTAIN);
    }
    let steps = steps(gazetteer, workflow, &order);
    for (at, node) in order.steps.iter().enumerate() {
        prove(Field::Steps, at, *node, CERTAIN);
        for lent in order.lent_to(*node) {
            prove(Field::Steps, at, *lent, CERTAIN);
        }
    }
    let (tools, proofs) = tools(gazetteer, workflow);
    for (at, nodes) in proofs.iter().enumerate() {
        for node in nodes {
            prove(Field::Tools, at, *node, tools[at].p);
        }
    }
    let complexity = complexity(&steps, &tools);
    Reading { trigger: trigger(gazetteer, workflow, &order), steps, tools, complexity, evidence }
}

fn trigger(gazetteer: &Gazetteer, workflow: &Workflow, order: &Order) -> Option<Trigger> {
    let first = &workflow.nodes[*order.triggers.first()?];
    let mut text = line(first);
    for other in &order.triggers[1..] {
        text.push_str("; also ");
        text.push_str(&line(&workflow.nodes[*other]));
    }
    let kind = node::trigger_kind(&first.kind).unwrap_or(TriggerKind::Manual);
    Some(Trigger { kind, text, tool: service(gazetteer, first), confidence: CERTAIN })
}

fn steps(gazetteer: &Gazetteer, workflow: &Workflow, order: &Order) -> Vec<Step> {
    let mut place = vec![None; workflow.nodes.len()];
    for (at, node) in order.steps.iter().enumerate() {
        place[*node] = u16::try_from(at).ok();
    }
    order
        .steps
        .iter()
        .map(|node| {
            let mut text = line(&workflow.nodes[*node]);
            let lent: Vec<String> =
                order.lent_to(*node).iter().map(|lent| line(&workflow.nodes[*lent])).collect();
            if !lent.is_empty() {
                text.push_str(", with ");
                text.push_str(&lent.join(", "));
            }
            let before = order.edges_into(*node);
            let mut follows: Vec<u16> =
                before.iter().filter_map(|edge| place[workflow.edges[*edge].from]).collect();
            follows.sort_unstable();
            follows.dedup();
            let branch = before.iter().find_map(|edge| workflow.edges[*edge].label.as_deref());
            Step {
                text,
                tool: service(gazetteer, &workflow.nodes[*node]),
                follows,
                branch: branch.map(|label| sanitize_line(label).into_owned()),
            }
        })
        .collect()
}

/// A node in words, without its author's remarks.
fn line(node: &Node) -> String {
    let line = node.line();
    match &node.notes {
        Some(notes) => line.replace(&format!(" – {}", sanitize_line(notes)), ""),
        None => line,
    }
}

fn service(gazetteer: &Gazetteer, node: &Node) -> Option<String> {
    match node::role(gazetteer, &node.kind) {
        Role::Service(name) => Some(name),
        Role::Core => called(gazetteer, node),
    }
}

/// The service that a node calls by its address.
fn called(gazetteer: &Gazetteer, node: &Node) -> Option<String> {
    let address = node.parameters.get("url")?.as_str()?.trim_start_matches('=');
    let host = url::Url::parse(address).ok()?.host_str()?.to_owned();
    let labels: Vec<&str> = host.split('.').collect();
    let name = labels.get(labels.len().checked_sub(2)?)?;
    let tool = gazetteer.find(&host).or_else(|| gazetteer.find(name).filter(|_| name.len() > 3))?;
    Some(tool.name.clone())
}

/// The services behind the nodes, each once, with the nodes that show it.
fn tools(gazetteer: &Gazetteer, workflow: &Workflow) -> (Vec<ToolUse>, Vec<Vec<usize>>) {
    let mut tools: Vec<ToolUse> = Vec::new();
    let mut proofs: Vec<Vec<usize>> = Vec::new();
    for (at, node) in workflow.nodes.iter().enumerate() {
        let Some(name) = service(gazetteer, node) else { continue };
        let is_typed = matches!(node::role(gazetteer, &node.kind), Role::Service(_));
        let p = if node.is_disabled {
            DISABLED
        } else if is_typed {
            CERTAIN
        } else {
            CALLED
        };
        let role = if node.is_disabled { ToolRole::Mentioned } else { ToolRole::Used };
        match tools.iter().position(|tool| tool.name == name) {
            Some(known) => {
                proofs[known].push(at);
                if p > tools[known].p {
                    (tools[known].p, tools[known].role) = (p, role);
                }
            }
            None => {
                tools.push(ToolUse { name, role, p });
                proofs.push(vec![at]);
            }
        }
    }
    (tools, proofs)
}

/// How much there is to build: few steps in a row are simple; many, or many branches, complex.
pub(super) fn complexity(steps: &[Step], tools: &[ToolUse]) -> Complexity {
    let branches = steps.iter().filter(|step| step.branch.is_some()).count();
    let used = tools.iter().filter(|tool| tool.role == ToolRole::Used).count();
    match steps.len() + branches + used {
        0..=7 => Complexity::Simple,
        8..=18 => Complexity::Moderate,
        _ => Complexity::Complex,
    }
}

#[cfg(test)]
mod tests;
