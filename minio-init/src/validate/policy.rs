//! Validates policy documents, written in the spec or in a file beside it.

use std::collections::BTreeMap;

use init_core::{FileRef, Files, SpecPath, Violations};
use serde_json::Value;

use crate::desired::document::{Document, Kind, Step};
use crate::desired::names;
use crate::spec::Policy;

/// The canned policies that every server has.
const BUILT_IN: [&str; 5] = ["readonly", "readwrite", "writeonly", "diagnostics", "consoleAdmin"];

pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.contains(&name)
}

pub(super) fn policies(
    at: &SpecPath,
    policies: BTreeMap<String, Policy>,
    files: &Files,
    violations: &mut Violations,
) -> BTreeMap<String, Document> {
    let mut documents = BTreeMap::new();
    for (name, policy) in policies {
        let at = at.key(&name);
        violations.check(&at, names::plain(&name));
        if is_built_in(&name) {
            violations.push(&at, "this policy is built in: give yours another name");
        }
        if let Some(document) = document(&at, &policy, Kind::Identity, files, violations) {
            documents.insert(name, document);
        }
    }
    documents
}

pub(super) fn document(
    at: &SpecPath,
    policy: &Policy,
    kind: Kind,
    files: &Files,
    violations: &mut Violations,
) -> Option<Document> {
    let (at, json, inside) = match (&policy.document, &policy.file) {
        (Some(json), None) => (at.key("document"), json.clone(), true),
        (None, Some(file)) => {
            let at = at.key("file");
            let bytes = violations.check(&at, files.read(&FileRef { file: file.clone() }))?;
            let json = serde_json::from_slice::<Value>(&bytes).map_err(|e| {
                format!("{} is no JSON: line {} column {}", file.display(), e.line(), e.column())
            });
            (at.clone(), violations.check(&at, json)?, false)
        }
        _ => {
            violations.push(at, "expected either `document` or `file`");
            return None;
        }
    };
    match Document::parse(&json, kind) {
        Ok(document) => Some(document),
        Err(problems) => {
            for (steps, problem) in problems {
                if inside {
                    violations.push(&path_below(&at, &steps), problem);
                } else {
                    violations.push(
                        &at,
                        format!("in the file, at {}: {problem}", path_below(&SpecPath::root(), &steps)),
                    );
                }
            }
            None
        }
    }
}

fn path_below(at: &SpecPath, steps: &[Step]) -> SpecPath {
    steps.iter().fold(at.clone(), |at, step| match step {
        Step::Key(key) => at.key(key),
        Step::Index(index) => at.index(*index),
    })
}
