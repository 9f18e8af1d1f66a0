//! Parses policy documents in JSON: strictly for a spec, with all mistakes reported, and leniently for a server.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value, json};

use super::condition::conditions;
use super::permission::{Matched, Permission};

const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];
/// The keys of a statement, in their usual order.
pub(crate) const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
/// The largest policy that MinIO accepts.
const SIZE_LIMIT: usize = 20 * 1024;

/// The most memory that the permissions of one document may take.
const MEANING_LIMIT: usize = 4 << 20;

/// The kind of a policy: a bucket policy names principals, an identity policy is attached to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Attached to users, groups and access keys.
    Identity,
    /// Set on a bucket.
    Bucket,
}

/// One step of a path in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Under a key.
    Key(String),
    /// At a position.
    Index(usize),
}

/// Collects problems.
#[derive(Default)]
struct Problems(ProblemList);

/// Problems, each with its path.
pub(super) type ProblemList = Vec<(Vec<Step>, String)>;

impl Problems {
    fn push(&mut self, at: &[Step], problem: impl fmt::Display) {
        self.0.push((at.to_vec(), problem.to_string()));
    }
}

fn child(at: &[Step], key: &str) -> Vec<Step> {
    let mut path = at.to_vec();
    path.push(Step::Key(key.to_owned()));
    path
}

/// The document in the form that is sent, and its permissions.
pub(super) fn document(json: &Value, kind: Kind) -> Result<(Value, BTreeSet<Permission>), ProblemList> {
    let mut problems = Problems::default();
    let statements = check(json, kind, &mut problems);
    if expanded_size(statements.iter().map(|(_, statement)| *statement)) > MEANING_LIMIT {
        problems.push(&[], "it spells out too many single permissions: use wildcards");
    }
    if !problems.0.is_empty() {
        return Err(problems.0);
    }
    let meaning = statements.iter().flat_map(|(_, statement)| permissions(statement)).collect();
    // A server may refuse a single statement that is not in a list.
    let list: Vec<Value> =
        statements.into_iter().map(|(_, statement)| Value::Object(statement.clone())).collect();
    let mut sent = json.clone();
    if let Some(fields) = sent.as_object_mut() {
        fields.insert("Statement".to_owned(), json!(list));
    }
    Ok((sent, meaning))
}

/// The permissions of a server's document; `None` for one without statements, or with too many permissions.
pub(super) fn lenient(json: &Value) -> Option<BTreeSet<Permission>> {
    let statements = json.get("Statement")?;
    let one = std::slice::from_ref(statements);
    let list = statements.as_array().map_or(one, Vec::as_slice);
    if expanded_size(list.iter().filter_map(Value::as_object)) > MEANING_LIMIT {
        return None;
    }
    Some(list.iter().filter_map(Value::as_object).flat_map(permissions).collect())
}

type Statement<'a> = (Vec<Step>, &'a Map<String, Value>);

fn check<'a>(json: &'a Value, kind: Kind, problems: &mut Problems) -> Vec<Statement<'a>> {
    let Some(fields) = json.as_object() else {
        problems.push(&[], "a policy document is a mapping with Version and Statement");
        return Vec::new();
    };
    if json.to_string().len() > SIZE_LIMIT {
        problems.push(&[], format!("a policy document has at most {} KiB", SIZE_LIMIT / 1024));
    }
    for key in fields.keys().filter(|key| !["Version", "Id", "ID", "Statement"].contains(&key.as_str())) {
        problems.push(&child(&[], key), "a policy document has only Version, Id and Statement");
    }
    let version = fields.get("Version").and_then(Value::as_str);
    if !version.is_some_and(|version| VERSIONS.contains(&version)) {
        problems.push(&child(&[], "Version"), "write Version: \"2012-10-17\"");
    }
    let at = child(&[], "Statement");
    let listed: Vec<Statement<'a>> = match fields.get("Statement") {
        Some(Value::Array(list)) if !list.is_empty() => {
            let step = |(index, statement)| statement_at(&at, index, statement, problems);
            list.iter().enumerate().filter_map(step).collect()
        }
        Some(Value::Object(statement)) => vec![(at, statement)],
        _ => {
            problems.push(&at, "a policy document has at least one statement");
            Vec::new()
        }
    };
    for (at, statement) in &listed {
        check_statement(at, statement, kind, problems);
    }
    listed
}

fn statement_at<'a>(
    at: &[Step],
    index: usize,
    statement: &'a Value,
    problems: &mut Problems,
) -> Option<Statement<'a>> {
    let mut path = at.to_vec();
    path.push(Step::Index(index));
    if statement.as_object().is_none() {
        problems.push(&path, "a statement is a mapping");
    }
    Some((path, statement.as_object()?))
}

fn check_statement(at: &[Step], statement: &Map<String, Value>, kind: Kind, problems: &mut Problems) {
    for key in statement.keys().filter(|key| !STATEMENT.contains(&key.as_str())) {
        problems.push(&child(at, key), format!("a statement has only {}", STATEMENT.join(", ")));
    }
    if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
        problems.push(&child(at, "Effect"), "write Effect: Allow or Deny");
    }
    for (key, not) in [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")] {
        let given: Vec<&str> = [key, not].into_iter().filter(|key| statement.contains_key(*key)).collect();
        match given.as_slice() {
            [] if key == "Principal" && kind == Kind::Identity => {}
            [] if key == "Resource" && kind == Kind::Identity && needs_no_resource(statement) => {}
            [] => problems.push(at, format!("a statement has {key} or {not}")),
            [given] if key == "Principal" && kind == Kind::Identity => {
                problems.push(&child(at, given), "only a bucket's policy says to whom; this one is attached");
            }
            [given] => check_values(&child(at, given), statement.get(*given), key == "Principal", problems),
            _ => problems.push(at, format!("a statement has {key} or {not}, not both")),
        }
    }
    if let Some(condition) = statement.get("Condition") {
        let by_operator = condition.as_object();
        if !by_operator.is_some_and(|operators| operators.values().all(Value::is_object)) {
            problems.push(&child(at, "Condition"), "conditions are mappings: operator, key, values");
        }
    }
}

/// True when all actions are `admin:`, `kms:` or `sts:` actions, which have no resource.
fn needs_no_resource(statement: &Map<String, Value>) -> bool {
    let actions = statement.get("Action").or_else(|| statement.get("NotAction"));
    let other = |action: &String| ["admin:", "kms:", "sts:"].iter().any(|prefix| action.starts_with(prefix));
    actions.is_some_and(|actions| values(actions).iter().all(other))
}

fn check_values(at: &[Step], value: Option<&Value>, principal: bool, problems: &mut Problems) {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let list = |value: &Value| match value {
        Value::Array(list) => !list.is_empty() && list.iter().all(text),
        one => text(one),
    };
    let fine = match value {
        Some(Value::Object(kinds)) if principal => !kinds.is_empty() && kinds.values().all(list),
        Some(value) => list(value),
        None => false,
    };
    if !fine {
        problems.push(at, "expected a string or a list of strings, and none of them empty");
    }
}

/// An upper bound for the bytes that all permissions take. A short document may expand to millions.
fn expanded_size<'a>(statements: impl Iterator<Item = &'a Map<String, Value>>) -> usize {
    let list = |statement: &Map<String, Value>, key: &str| {
        statement.get(key).map_or((1, 0), |value| {
            let values = values(value);
            (values.len().max(1), values.iter().map(String::len).max().unwrap_or(0))
        })
    };
    let one = |statement: &'a Map<String, Value>| {
        let condition = statement.get("Condition").map_or(0, |condition| 4 * condition.to_string().len());
        let lists = ["Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"];
        lists
            .iter()
            .map(|key| list(statement, key))
            .fold((1_usize, 256 + condition), |(count, bytes), (more, length)| {
                (count.saturating_mul(more), bytes + length)
            })
    };
    statements.map(one).fold(0, |sum, (count, bytes)| sum.saturating_add(count.saturating_mul(bytes)))
}

/// Every permission of a statement.
fn permissions(statement: &Map<String, Value>) -> Vec<Permission> {
    let allow = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    let conditions = conditions(statement.get("Condition"));
    let actions = matched(statement, "Action", "NotAction");
    let resources = matched(statement, "Resource", "NotResource");
    let mut all = Vec::new();
    for principal in matched(statement, "Principal", "NotPrincipal") {
        for action in &actions {
            for resource in &resources {
                let (principal, action, resource) = (principal.clone(), action.clone(), resource.clone());
                all.push(Permission { allow, principal, action, resource, conditions: conditions.clone() });
            }
        }
    }
    all
}

fn matched(statement: &Map<String, Value>, key: &str, not: &str) -> Vec<Matched> {
    // A server may return the element that was not given as an empty list.
    let given = |key: &str| statement.get(key).filter(|value| !values(value).is_empty());
    match (given(key), given(not)) {
        (Some(value), _) => values(value).into_iter().map(Matched::One).collect(),
        (None, Some(value)) => vec![Matched::AllExcept(values(value))],
        (None, None) => vec![Matched::Absent],
    }
}

/// The values of a scalar, a list, or a map of principals by type; `**` is `*`.
fn values(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(values).collect(),
        Value::Object(kinds) => kinds
            .iter()
            .flat_map(|(kind, value)| values(value).into_iter().map(move |value| principal(kind, &value)))
            .collect(),
        Value::String(text) => BTreeSet::from([wildcards(text)]),
        other => BTreeSet::from([other.to_string()]),
    }
}

/// A principal; `"*"` and `{"AWS": "*"}` both stand for everybody.
fn principal(kind: &str, value: &str) -> String {
    if kind == "AWS" { value.to_owned() } else { format!("{kind}:{value}") }
}

fn wildcards(text: &str) -> String {
    let mut shorter = text.to_owned();
    while shorter.contains("**") {
        shorter = shorter.replace("**", "*");
    }
    shorter
}
