//! Policy documents, compared by what they allow.
//!
//! A server may reorder statements, write one value as a list, drop duplicates and change wildcards, so texts cannot
//! be compared. The meaning of a document is its set of single permissions: one effect, principal, action and
//! resource each, under one set of conditions.

mod condition;
mod evaluate;
mod parse;
mod permission;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

pub(crate) use parse::{Kind, STATEMENT, Step};
use permission::{Matched, Permission};

/// A policy document as it is sent, and its meaning.
#[derive(Clone, Debug)]
pub struct Document {
    json: Value,
    meaning: BTreeSet<Permission>,
}

impl Document {
    /// Parses the document of a spec. It reports everything that is wrong with it, each with its path in the
    /// document.
    pub fn parse(json: &Value, kind: Kind) -> Result<Self, Vec<(Vec<Step>, String)>> {
        parse::document(json, kind).map(|(json, meaning)| Self { json, meaning })
    }

    /// Reads the document of a server, which may have content that is invalid in a spec.
    pub(crate) fn read(json: &Value) -> Option<Self> {
        parse::lenient(json).map(|meaning| Self { json: json.clone(), meaning })
    }

    /// The JSON that it was read from.
    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    /// The JSON text that is sent.
    pub(crate) fn text(&self) -> String {
        self.json.to_string()
    }

    /// The reason why MinIO cannot use this policy, although it accepts it or refuses it with an unclear message.
    pub(crate) fn unusable_by_minio(&self) -> Option<&'static str> {
        let all_except = |part: fn(&Permission) -> &Matched| {
            self.meaning.iter().any(|permission| matches!(part(permission), Matched::AllExcept(_)))
        };
        if all_except(|permission| &permission.action) {
            Some("MinIO stores a NotAction and then cannot read the policy: list the actions in Action")
        } else if all_except(|permission| &permission.principal) {
            Some("MinIO knows no NotPrincipal: list the principals in Principal")
        } else if self.json.get("Version").and_then(Value::as_str) != Some("2012-10-17") {
            Some("MinIO knows only Version 2012-10-17")
        } else if self.meaning.iter().any(|permission| condition::bare_ipv6(&permission.conditions)) {
            Some(
                "MinIO takes an address of IPv6 without a prefix length for the whole /32 around it: write /128",
            )
        } else {
            None
        }
    }

    /// The bytes that it has as MinIO stores it: each element of a statement is a list there.
    pub(crate) fn stored_size(&self) -> usize {
        const LISTS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];
        let statements = self.json.get("Statement").and_then(Value::as_array).into_iter().flatten();
        let elements = statements.filter_map(Value::as_object).flatten();
        let brackets = elements.filter(|(key, value)| LISTS.contains(&key.as_str()) && value.is_string());
        self.text().len() + 2 * brackets.count()
    }

    /// True when it neither allows nor denies anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.meaning.is_empty()
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.meaning == other.meaning
    }
}

impl Eq for Document {}

impl PartialOrd for Document {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Document {
    fn cmp(&self, other: &Self) -> Ordering {
        self.meaning.cmp(&other.meaning)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json.fmt(f)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn identity(statement: &Value) -> Document {
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        Document::parse(&document, Kind::Identity).unwrap()
    }

    #[test]
    fn documents_are_equal_whatever_their_spelling() {
        let written = identity(&json!([
            {"Sid": "a", "Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]},
            {"Effect": "Deny", "Action": ["s3:DeleteObject"], "Resource": "*",
             "Condition": {"Bool": {"aws:SecureTransport": false}}},
        ]));
        let answered = identity(&json!([
            {"Effect": "Deny", "Action": ["s3:DeleteObject"], "Resource": ["**"],
             "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]},
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*"]},
            {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*"]},
        ]));
        assert_eq!(written, answered);
    }

    #[test]
    fn a_document_that_no_server_takes_is_too_large() {
        let json = |actions: usize| {
            let actions: Vec<_> = (0..actions).map(|n| format!("s3:Get{n:05}")).collect();
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
        };
        assert!(Document::parse(&json(1000), Kind::Identity).is_ok());
        let problems = Document::parse(&json(1500), Kind::Identity).unwrap_err();
        assert_eq!(problems, [(Vec::new(), "a policy document has at most 20 KiB".to_owned())]);
    }

    #[test]
    fn documents_with_other_permissions_differ() {
        let base = json!({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*"]});
        let with = |key: &str, value: Value| {
            let mut changed = base.clone();
            changed[key] = value;
            identity(&json!([changed]))
        };
        let written = identity(&json!([base]));
        assert_ne!(written, with("Effect", json!("Deny")));
        assert_ne!(written, with("Action", json!(["s3:PutObject"])));
        assert_ne!(written, with("Resource", json!(["arn:aws:s3:::A/*"])));
        assert_ne!(written, with("Condition", json!({"Bool": {"aws:SecureTransport": "true"}})));
        assert_ne!(
            written,
            identity(
                &json!([{"Effect": "Allow", "NotAction": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*"]}])
            )
        );
    }

    proptest! {
        #[test]
        fn splitting_and_shuffling_statements_changes_nothing(
            mut actions in proptest::collection::vec("s3:[A-Z]{3}", 1..4), resources in proptest::collection::vec("arn:aws:s3:::[a-z]{3}", 1..4),
        ) {
            let whole = identity(&json!([{"Effect": "Allow", "Action": actions, "Resource": resources}]));
            actions.reverse();
            let split: Vec<Value> = actions.iter().flat_map(|action| resources.iter().map(move |resource| {
                json!({"Effect": "Allow", "Action": action, "Resource": resource})
            })).collect();
            prop_assert_eq!(whole, identity(&json!(split)));
        }
    }
}
