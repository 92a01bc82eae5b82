//! From JSON in one of its shapes to a workflow.

use super::{Edge, Node, Workflow, label};
use serde_json::{Map, Value};
use std::collections::HashMap;

type Object = Map<String, Value>;

/// A port's outputs in a file: a list of lists of targets.
struct Wires<'a> {
    from: usize,
    port: &'a str,
    outputs: &'a [Value],
}

pub(super) fn workflow(value: &Value) -> Option<Workflow> {
    let (record, graph) = find_graph(value)?;
    let mut workflow = Workflow {
        id: number(record, "id").or_else(|| number(graph, "id")),
        name: text(record, "name").or_else(|| text(graph, "name")).unwrap_or_default(),
        description: text(record, "description")
            .or_else(|| text(graph, "description"))
            .or_else(|| text(graph.get("meta").and_then(Value::as_object)?, "description"))
            .unwrap_or_default(),
        author: record
            .get("user")
            .and_then(Value::as_object)
            .and_then(|u| text(u, "name").or_else(|| text(u, "username"))),
        created: text(record, "createdAt").or_else(|| text(graph, "createdAt")),
        categories: names(record.get("categories").or(graph.get("tags"))),
        ..Workflow::default()
    };
    let mut index = HashMap::new();
    for node in graph.get("nodes")?.as_array()?.iter().filter_map(Value::as_object) {
        add_node(&mut workflow, &mut index, node);
    }
    if let Some(connections) = graph.get("connections").and_then(Value::as_object) {
        connect(&mut workflow, &index, connections);
    }
    Some(workflow)
}

/// The record that describes the workflow, and the object that holds its nodes.
fn find_graph(value: &Value) -> Option<(&Object, &Object)> {
    let mut record = value.as_object()?;
    // Search answers and webhooks wrap a record once more, as `data` or `workflow`.
    for _ in 0..3 {
        if is_graph(record) {
            return Some((record, record));
        }
        let inner = record.get("workflow").or_else(|| record.get("data"))?.as_object()?;
        if is_graph(inner) {
            return Some((record, inner));
        }
        record = inner;
    }
    None
}

/// Whether this object holds a workflow's nodes: each a type with parameters or a position.
fn is_graph(object: &Object) -> bool {
    let Some(nodes) = object.get("nodes").and_then(Value::as_array) else { return false };
    let is_node = |node: &Value| {
        node.get("type").is_some_and(Value::is_string)
            && (node.get("parameters").is_some() || node.get("position").is_some())
    };
    match nodes.first() {
        Some(first) => is_node(first),
        None => object.get("connections").is_some_and(Value::is_object),
    }
}

fn add_node(workflow: &mut Workflow, index: &mut HashMap<String, usize>, node: &Object) {
    let kind = text(node, "type").unwrap_or_default();
    let parameters = node.get("parameters").cloned().unwrap_or(Value::Null);
    if kind.ends_with(".stickyNote") {
        let content = parameters.get("content").and_then(Value::as_str).map(str::trim);
        workflow.notes.extend(content.filter(|c| !c.is_empty()).map(str::to_owned));
        return;
    }
    let name = text(node, "name").unwrap_or_else(|| label::kind_label(&kind));
    index.entry(name.clone()).or_insert(workflow.nodes.len());
    workflow.nodes.push(Node {
        name,
        kind,
        version: node.get("typeVersion").and_then(Value::as_f64).unwrap_or(1.0),
        parameters,
        is_disabled: node.get("disabled").and_then(Value::as_bool).unwrap_or(false),
        splits_errors: text(node, "onError").as_deref() == Some("continueErrorOutput"),
        notes: text(node, "notes"),
    });
}

fn connect(workflow: &mut Workflow, index: &HashMap<String, usize>, connections: &Object) {
    for (name, ports) in connections {
        let from = index.get(name.as_str()).copied();
        for (port, outputs) in ports.as_object().into_iter().flatten() {
            let outputs = outputs.as_array().map_or(&[][..], Vec::as_slice);
            match from {
                Some(from) => wire(workflow, index, &Wires { from, port, outputs }),
                None => workflow.dangling += targets(outputs).count(),
            }
        }
    }
}

fn wire(workflow: &mut Workflow, index: &HashMap<String, usize>, wires: &Wires<'_>) {
    for (output, target) in targets(wires.outputs) {
        let name = target.get("node").and_then(Value::as_str).unwrap_or_default();
        let Some(&to) = index.get(name) else {
            workflow.dangling += 1;
            continue;
        };
        let label = (wires.port == "main")
            .then(|| label::output_label(&workflow.nodes[wires.from], output, wires.outputs.len()))
            .flatten();
        let port = wires.port.to_owned();
        workflow.edges.push(Edge { from: wires.from, to, port, output, label });
    }
}

/// Each wired target with the output it hangs on; unwired outputs stand as `null` in the file.
fn targets(outputs: &[Value]) -> impl Iterator<Item = (usize, &Value)> {
    outputs.iter().enumerate().flat_map(|(output, list)| {
        let list = list.as_array().map_or(&[][..], Vec::as_slice);
        list.iter().filter(|target| target.is_object()).map(move |target| (output, target))
    })
}

fn text(object: &Object, key: &str) -> Option<String> {
    let text = object.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn number(object: &Object, key: &str) -> Option<u64> {
    object.get(key)?.as_u64()
}

/// Names out of a list of `{name}` objects or of strings.
fn names(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let name = |entry: &Value| entry.as_str().or(entry.get("name")?.as_str()).map(str::to_owned);
    list.iter().filter_map(name).collect()
}
