//! Entry points of the fuzzer for the parsers of server answers, which must accept any bytes. The tool itself does not
//! use this file.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Access, Catalog};
use crate::observe;

/// Parses the bytes as each kind of answer. No parser may panic, whatever the bytes are.
pub fn answer(bytes: &[u8]) {
    if let Ok(value) = redis::parse_redis_value(bytes) {
        observe::parse_any_answer(&value);
    }
    let text = String::from_utf8_lossy(bytes);
    observe::parse_any_answer(&redis::Value::BulkString(bytes.to_vec()));
    rules(&text);
}

/// Evaluates ACL rules, alone and after a rule that changes nothing.
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
