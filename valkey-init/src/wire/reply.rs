//! Reads RESP values by meaning: a map and a flat array are read alike, and so are a bulk and a simple string.

use redis::Value;

/// The text of a string of any kind.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text.clone()),
        Value::Okay => Some("OK".to_owned()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The items of an array or a set.
pub(crate) fn array(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) | Value::Set(items) => items,
        _ => &[],
    }
}

/// The entries of a map, or of an array that alternates keys and values.
pub(crate) fn pairs(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Map(entries) => entries.iter().filter_map(|(key, value)| Some((text(key)?, value))).collect(),
        other => array(other)
            .chunks_exact(2)
            .filter_map(|pair| match pair {
                [key, value] => Some((text(key)?, value)),
                _ => None,
            })
            .collect(),
    }
}
