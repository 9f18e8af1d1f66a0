//! Writes a policy document in a canonical form, because a server stores its lists as sets and returns them in any
//! order.

use init_core::export::Node;
use serde_json::Value;

use crate::desired::document::{Document, STATEMENT};

pub(super) fn node(document: &Document) -> Node {
    let json = document.json();
    let one = json.get("Statement").map(std::slice::from_ref).unwrap_or_default();
    let statements = json.get("Statement").and_then(Value::as_array).map_or(one, Vec::as_slice);
    let text = |key: &str| json.get(key).filter(|value| is_present(value)).map(Node::from);
    Node::map()
        .with_some("Version", text("Version"))
        .with_some("Id", text("Id").or_else(|| text("ID")))
        .with("Statement", statements.iter().map(statement).collect::<Vec<_>>())
}

fn statement(statement: &Value) -> Node {
    STATEMENT.into_iter().fold(Node::map(), |node, key| {
        let value = statement.get(key).filter(|value| is_present(value));
        node.with_some(
            key,
            value.map(|value| match key {
                "Sid" | "Effect" => Node::from(value),
                "Condition" => conditions(value),
                "Principal" | "NotPrincipal" => principals(value),
                _ => set(value, key.ends_with("Resource")),
            }),
        )
    })
}

/// False for an element that a server returns empty because it was not given.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The principals: `"*"` for everybody, or a list for each type.
fn principals(value: &Value) -> Node {
    match value {
        Value::String(text) if text == "*" => text.as_str().into(),
        Value::Object(_) => by_key(value, |value| set(value, false)),
        other => set(other, false),
    }
}

fn conditions(value: &Value) -> Node {
    by_key(value, |keys| by_key(keys, |value| set(value, false)))
}

fn by_key(value: &Value, each: impl Fn(&Value) -> Node) -> Node {
    let fields = value.as_object().into_iter().flatten();
    let mut fields: Vec<_> = fields.map(|(key, value)| (key.clone(), each(value))).collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    Node::Map(fields)
}

/// A sorted list of strings, each once.
fn set(value: &Value, of_resources: bool) -> Node {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let mut list: Vec<Value> = list.to_vec();
    if of_resources {
        // MinIO writes `**` for all resources, where `*` means the same.
        list.iter_mut().filter(|value| **value == "**").for_each(|value| *value = "*".into());
    }
    list.sort_by_key(Value::to_string);
    list.dedup();
    Node::List(list.iter().map(Into::into).collect())
}
