//! Validates the function libraries of a spec and reads their files.

use std::collections::BTreeMap;

use init_core::{FileRef, Files, SpecPath, Violations};

use crate::desired::{Library, digest};
use crate::spec::LibrarySpec;

pub(super) fn validate(
    functions: &BTreeMap<String, LibrarySpec>,
    files: &Files,
    found: &mut Violations,
) -> BTreeMap<String, Library> {
    let mut libraries = BTreeMap::new();
    for (name, library) in functions {
        let at = SpecPath::root().key("functions").key(name);
        let Some(code) = code(library, files, &at, found) else { continue };
        match library_name(&code) {
            Some(inside) if inside == name => {
                let digest = digest(code.as_bytes()).chars().take(32).collect();
                libraries.insert(name.clone(), Library { code, digest });
            }
            Some(inside) => found.push(&at, format!("the library's first line names it `{inside}`")),
            None => found.push(&at, format!("the library's first line is not `#!ENGINE name={name}`")),
        }
    }
    libraries
}

/// The source text of a library, from the spec or from a file.
fn code(library: &LibrarySpec, files: &Files, at: &SpecPath, found: &mut Violations) -> Option<String> {
    match (&library.file, &library.code) {
        (Some(file), None) => {
            let bytes = found.check(at, files.read(&FileRef { file: file.clone() }))?;
            found.check(at, String::from_utf8(bytes).map_err(|_| "the library is not UTF-8"))
        }
        (None, Some(code)) => Some(code.clone()),
        (Some(_), Some(_)) | (None, None) => {
            found.push(at, "write either `file`, the path of the source text, or `code`, the text itself");
            None
        }
    }
}

/// The name in `#!lua name=counters`.
fn library_name(code: &str) -> Option<&str> {
    let header = code.lines().next()?.strip_prefix("#!")?;
    header.split_whitespace().skip(1).find_map(|word| word.strip_prefix("name="))
}
