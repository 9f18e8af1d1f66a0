//! Parsers of server answers, for a fuzzer: they take any bytes. The tool itself does not use this file.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Access, Catalog};
use crate::observe;

/// Reads the bytes as every answer that is parsed here. Nothing may panic, whatever they are.
pub fn answer(bytes: &[u8]) {
    if let Ok(value) = redis::parse_redis_value(bytes) {
        observe::any_answer(&value);
    }
    let text = String::from_utf8_lossy(bytes);
    observe::any_answer(&redis::Value::BulkString(bytes.to_vec()));
    rules(&text);
}

/// Rules mean the same whether they are read once or written out twice.
fn rules(text: &str) {
    let members = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let catalog: Catalog = BTreeMap::from([
        ("read".to_owned(), members(&["get", "mget", "config|get"])),
        ("dangerous".to_owned(), members(&["config", "config|get", "config|set"])),
    ])
    .into_iter()
    .collect();
    let _ = Access::of(text, &catalog) == Access::of(&format!("nocommands {text}"), &catalog);
}
