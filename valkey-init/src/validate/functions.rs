//! The function libraries of a spec.

use std::collections::BTreeMap;

use init_core::{FileRef, Files, SpecPath, Violations};

use crate::desired::{Library, digest};

pub(super) fn validate(
    functions: &BTreeMap<String, FileRef>,
    files: &Files,
    found: &mut Violations,
) -> BTreeMap<String, Library> {
    let mut libraries = BTreeMap::new();
    for (name, file) in functions {
        let at = SpecPath::root().key("functions").key(name);
        let Some(bytes) = found.check(&at, files.read(file)) else { continue };
        let Some(code) = found.check(&at, String::from_utf8(bytes).map_err(|_| "the library is not UTF-8"))
        else {
            continue;
        };
        match library_name(&code) {
            Some(inside) if inside == name => {
                let digest = digest(code.as_bytes()).chars().take(32).collect();
                libraries.insert(name.clone(), Library { code, digest });
            }
            Some(inside) => found.push(&at, format!("the library calls itself `{inside}` in its first line")),
            None => found.push(&at, format!("the library's first line is not `#!ENGINE name={name}`")),
        }
    }
    libraries
}

/// The name in `#!lua name=counters`.
fn library_name(code: &str) -> Option<&str> {
    let header = code.lines().next()?.strip_prefix("#!")?;
    header.split_whitespace().skip(1).find_map(|word| word.strip_prefix("name="))
}
