//! Writes a report as JSON records, one per line: changes, conflicts, violations of the spec, and last the summary.
//!
//! The log drivers of container engines split lines at 16 KiB, after which they are not valid JSON. Lines are therefore kept
//! shorter, whatever a server or a spec contains: long texts and lists are truncated with a mark, and a property that is
//! still too long is replaced by the beginning of its JSON as a string.

use serde::Serialize;
use serde_json::{Value, to_value};

use crate::change::{Change, Subject};
use crate::error::Failure;
use crate::escape;
use crate::json::{Bounds, part};
use crate::ledger::Step;
use crate::redact::Redactor;
use crate::report::Report;

/// The length at which log drivers split lines, in bytes, including the line ending.
const LINE: usize = 16 * 1024;
/// The length limits of texts, tried in this order until the line is short enough.
const LIMITS: [usize; 4] = [4096, 1024, 256, 32];
/// The length limit of a property or a list, as a multiple of that of a text.
const COLLECTION_FACTOR: usize = 4;

/// All records, each with a line ending.
pub(crate) fn lines<C: Change>(report: &Report<C>, redactor: &Redactor) -> serde_json::Result<String> {
    let mut records = Vec::new();
    for step in &report.changes {
        records.push(change_record(common_fields("change", report), step)?);
    }
    for conflict in &report.conflicts {
        records.push(common_fields("conflict", report).fields_of(to_value(conflict)?));
    }
    for violation in report.error.iter().flat_map(|error| &error.violations) {
        records.push(common_fields("violation", report).fields_of(to_value(violation)?));
    }
    records.push(summary(report)?);
    records.iter().map(|record| record.line(redactor)).collect()
}

/// The fields of every record.
fn common_fields<C>(kind: &str, report: &Report<C>) -> Record {
    let record = Record::default().field("record", Field::Trusted(kind.into()));
    let record = record.field("tool", Field::Trusted(report.tool.into()));
    let endpoint = report.endpoint.as_str();
    let record = if endpoint.is_empty() { record } else { record.untrusted("endpoint", endpoint) };
    record.untrusted("spec", report.spec.as_str())
}

fn change_record<C: Change>(record: Record, step: &Step<C>) -> serde_json::Result<Record> {
    let Subject { kind, name, within } = step.change.subject();
    let mut record = record.trusted("op", step.change.op())?.trusted("kind", kind)?.untrusted("name", name);
    if let Some(within) = within {
        record = record.untrusted("in", within);
    }
    for (name, property) in step.change.properties().iter() {
        record = record.untrusted(name, to_value(property)?);
    }
    record = record.trusted("status", step.status)?;
    Ok(match &step.problem {
        Some(problem) => record.untrusted("problem", problem.as_str()),
        None => record,
    })
}

fn summary<C: Change>(report: &Report<C>) -> serde_json::Result<Record> {
    let record = common_fields("summary", report)
        .trusted("report", report.report)?
        .trusted("version", report.version)?
        .trusted("command", report.command)?
        .trusted("outcome", report.outcome)?
        .trusted("summary", report.summary)?;
    let Some(Failure { exit, kind, message, causes, remedy, .. }) = &report.error else { return Ok(record) };
    let error = Record::default()
        .trusted("exit", exit)?
        .trusted("kind", kind)?
        .untrusted("message", message.as_str());
    let error = error.field("causes", Field::List(causes.clone())).untrusted("remedy", remedy.as_str());
    Ok(record.field("error", Field::Inner(error)))
}

/// One JSON object as a list of fields.
#[derive(Default)]
struct Record(Vec<(String, Field)>);

enum Field {
    /// A fixed word or a number of the tool.
    Trusted(Value),
    /// A value that may contain text of a spec or a server.
    Untrusted(Value),
    /// A list of such texts, which may be truncated.
    List(Vec<String>),
    Inner(Record),
}

impl Record {
    fn field(mut self, name: &str, field: Field) -> Self {
        self.0.push((name.to_owned(), field));
        self
    }

    fn trusted(self, name: &str, value: impl Serialize) -> serde_json::Result<Self> {
        Ok(self.field(name, Field::Trusted(to_value(value)?)))
    }

    fn untrusted(self, name: &str, value: impl Into<Value>) -> Self {
        self.field(name, Field::Untrusted(value.into()))
    }

    /// Adds all fields of an object.
    fn fields_of(self, object: Value) -> Self {
        let Value::Object(fields) = object else { return self };
        fields.into_iter().fold(self, |record, (name, value)| record.untrusted(&name, value))
    }

    fn line(&self, redactor: &Redactor) -> serde_json::Result<String> {
        let mut line = String::new();
        for limit in LIMITS {
            line = self.with_limit(redactor, limit)? + "\n";
            if line.len() < LINE {
                break;
            }
        }
        Ok(line)
    }

    fn with_limit(&self, redactor: &Redactor, limit: usize) -> serde_json::Result<String> {
        let sanitized = |value: &Value| part(value, redactor, Bounds { untrusted_depth: 0, limit });
        let mut parts = Vec::with_capacity(self.0.len());
        for (name, field) in &self.0 {
            let json = match field {
                Field::Trusted(value) => value.to_string(),
                Field::Untrusted(text @ Value::String(_)) => sanitized(text)?,
                Field::Untrusted(value) => truncated(sanitized(value)?, limit),
                Field::List(items) => list(items, limit, |item| sanitized(&item.into()))?,
                Field::Inner(record) => record.with_limit(redactor, limit)?,
            };
            parts.push(format!("\"{name}\":{json}"));
        }
        Ok(format!("{{{}}}", parts.join(",")))
    }
}

/// The JSON of a property, or a string with its beginning if it is too long.
fn truncated(json: String, limit: usize) -> String {
    if json.len() <= COLLECTION_FACTOR * limit {
        return json;
    }
    format!("\"{}\"", escape::json(&escape::bounded(&json, limit, str::to_owned)))
}

/// The first items of a list, and the number of the others.
fn list(
    items: &[String],
    limit: usize,
    json: impl Fn(&str) -> serde_json::Result<String>,
) -> serde_json::Result<String> {
    let (mut parts, mut length) = (Vec::new(), 0);
    for (position, item) in items.iter().enumerate() {
        let part = json(item)?;
        length += part.len();
        if position > 0 && length > COLLECTION_FACTOR * limit {
            parts.push(json(&format!("… and {} more", items.len() - position))?);
            break;
        }
        parts.push(part);
    }
    Ok(format!("[{}]", parts.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESCAPED: &str = "\u{1b}\u{202e}é\"\\";

    fn read(record: &Record) -> Value {
        let line = record.line(&Redactor::default()).unwrap();
        assert!(line.len() < LINE && line.ends_with("}\n") && line.lines().count() == 1, "{}", line.len());
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn a_short_record_is_not_truncated() {
        let record = Record::default()
            .untrusted("name", "a")
            .untrusted("config", serde_json::json!({"to": {"k": ["v"]}}));
        let record = record.field("causes", Field::List(vec!["x".into(), "y".into()]));
        assert_eq!(
            record.line(&Redactor::default()).unwrap(),
            "{\"name\":\"a\",\"config\":{\"to\":{\"k\":[\"v\"]}},\"causes\":[\"x\",\"y\"]}\n"
        );
    }

    #[test]
    fn every_line_is_shorter_than_the_limit() {
        let huge = ESCAPED.repeat(8_000);
        let many: serde_json::Map<_, _> =
            (0..500).map(|n| (format!("{ESCAPED}{n}"), ESCAPED.into())).collect();
        let of = |value: &Value| {
            let record = Record::default().untrusted("name", huge.as_str()).untrusted("in", huge.as_str());
            (0..30).fold(record, |record, n| record.untrusted(&format!("property_{n}"), value.clone()))
        };
        for value in [huge.as_str().into(), Value::Object(many), vec![huge.clone(); 3].into()] {
            let record = read(&of(&value));
            assert!(record["name"].as_str().unwrap().ends_with("bytes more)"), "{record}");
            assert!(record["property_29"].as_str().unwrap().ends_with("bytes more)"), "{record}");
        }
        let causes = Field::List(vec![huge.clone(); 100]);
        let error = Record::default().untrusted("message", huge.as_str()).field("causes", causes);
        let record =
            read(&Record::default().field("error", Field::Inner(error.untrusted("remedy", huge.as_str()))));
        let causes = record["error"]["causes"].as_array().unwrap();
        let (first, last) = (causes[0].as_str().unwrap(), causes.last().unwrap().as_str().unwrap());
        assert!(first.ends_with("bytes more)") && last.ends_with(" more"), "{record}");
    }

    #[test]
    fn only_a_long_property_is_truncated() {
        let config: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("key{n:04}"), n.into())).collect();
        let record = Record::default().untrusted("name", "orders").untrusted("config", Value::Object(config));
        let record = read(&record);
        let shown = record["config"].as_str().unwrap();
        assert!(record["name"] == "orders" && shown.starts_with("{\"key0000\":0,") && shown.len() > 4_000);
    }
}
