//! A report as records, a line each: a change, a conflict, a place of the spec that is wrong, and last the summary.
//!
//! Log drivers of container engines cut a line at 16 KiB, and what is cut there is no JSON any more. So each line is made
//! shorter, whatever a server or a spec has in it: long texts and lists are cut with a mark, and of a property that is still
//! too long the beginning of its JSON stands there as a text.

use serde::Serialize;
use serde_json::{Value, to_value};

use crate::change::{Change, Subject};
use crate::error::Failure;
use crate::json::{Bounds, part};
use crate::ledger::Step;
use crate::redact::Redactor;
use crate::report::Report;
use crate::shown;

/// Where drivers cut, in bytes, the line ending included.
const LINE: usize = 16 * 1024;
/// How long a text may be, tried in this order until the line is short enough.
const LIMITS: [usize; 4] = [4096, 1024, 256, 32];
/// A property or a list may be so many times as long as a text.
const MANY: usize = 4;

/// All records, each with its line ending.
pub(crate) fn lines<C: Change>(report: &Report<C>, redactor: &Redactor) -> serde_json::Result<String> {
    let mut records = Vec::new();
    for step in &report.changes {
        records.push(of_change(beginning("change", report), step)?);
    }
    for conflict in &report.conflicts {
        records.push(beginning("conflict", report).all(to_value(conflict)?));
    }
    for violation in report.error.iter().flat_map(|error| &error.violations) {
        records.push(beginning("violation", report).all(to_value(violation)?));
    }
    records.push(summary(report)?);
    records.iter().map(|record| record.line(redactor)).collect()
}

/// What every record has.
fn beginning<C>(kind: &str, report: &Report<C>) -> Record {
    let record = Record::default().field("record", Field::Ours(kind.into()));
    let record = record.field("tool", Field::Ours(report.tool.into()));
    let endpoint = report.endpoint.as_str();
    let record = if endpoint.is_empty() { record } else { record.theirs("endpoint", endpoint) };
    record.theirs("spec", report.spec.as_str())
}

fn of_change<C: Change>(record: Record, step: &Step<C>) -> serde_json::Result<Record> {
    let Subject { kind, name, within } = step.change.subject();
    let mut record = record.ours("op", step.change.op())?.ours("kind", kind)?.theirs("name", name);
    if let Some(within) = within {
        record = record.theirs("in", within);
    }
    for (name, property) in step.change.properties().iter() {
        record = record.theirs(name, to_value(property)?);
    }
    record = record.ours("status", step.status)?;
    Ok(match &step.problem {
        Some(problem) => record.theirs("problem", problem.as_str()),
        None => record,
    })
}

fn summary<C: Change>(report: &Report<C>) -> serde_json::Result<Record> {
    let record = beginning("summary", report)
        .ours("report", report.report)?
        .ours("version", report.version)?
        .ours("command", report.command)?
        .ours("outcome", report.outcome)?
        .ours("summary", report.summary)?;
    let Some(Failure { exit, kind, message, causes, remedy, .. }) = &report.error else { return Ok(record) };
    let error = Record::default().ours("exit", exit)?.ours("kind", kind)?.theirs("message", message.as_str());
    let error = error.field("causes", Field::List(causes.clone())).theirs("remedy", remedy.as_str());
    Ok(record.field("error", Field::Inner(error)))
}

/// One object, field by field.
#[derive(Default)]
struct Record(Vec<(String, Field)>);

enum Field {
    /// Words and numbers of ours.
    Ours(Value),
    /// What a spec or a server may have had a part in.
    Theirs(Value),
    /// The same, of which the last ones may be left out.
    List(Vec<String>),
    Inner(Record),
}

impl Record {
    fn field(mut self, name: &str, field: Field) -> Self {
        self.0.push((name.to_owned(), field));
        self
    }

    fn ours(self, name: &str, value: impl Serialize) -> serde_json::Result<Self> {
        Ok(self.field(name, Field::Ours(to_value(value)?)))
    }

    fn theirs(self, name: &str, value: impl Into<Value>) -> Self {
        self.field(name, Field::Theirs(value.into()))
    }

    /// The fields of an object.
    fn all(self, object: Value) -> Self {
        let Value::Object(fields) = object else { return self };
        fields.into_iter().fold(self, |record, (name, value)| record.theirs(&name, value))
    }

    fn line(&self, redactor: &Redactor) -> serde_json::Result<String> {
        let mut line = String::new();
        for limit in LIMITS {
            line = self.within(redactor, limit)? + "\n";
            if line.len() < LINE {
                break;
            }
        }
        Ok(line)
    }

    fn within(&self, redactor: &Redactor, limit: usize) -> serde_json::Result<String> {
        let safe = |value: &Value| part(value, redactor, Bounds { inside: 0, limit });
        let mut parts = Vec::with_capacity(self.0.len());
        for (name, field) in &self.0 {
            let json = match field {
                Field::Ours(value) => value.to_string(),
                Field::Theirs(text @ Value::String(_)) => safe(text)?,
                Field::Theirs(value) => cut(safe(value)?, limit),
                Field::List(items) => list(items, limit, |item| safe(&item.into()))?,
                Field::Inner(record) => record.within(redactor, limit)?,
            };
            parts.push(format!("\"{name}\":{json}"));
        }
        Ok(format!("{{{}}}", parts.join(",")))
    }
}

/// The JSON of a property, or a text that begins with it.
fn cut(json: String, limit: usize) -> String {
    if json.len() <= MANY * limit {
        return json;
    }
    format!("\"{}\"", shown::json(&shown::bounded(&json, limit, str::to_owned)))
}

/// As many items as have room, and how many more there are.
fn list(
    items: &[String],
    limit: usize,
    json: impl Fn(&str) -> serde_json::Result<String>,
) -> serde_json::Result<String> {
    let (mut parts, mut length) = (Vec::new(), 0);
    for (position, item) in items.iter().enumerate() {
        let part = json(item)?;
        length += part.len();
        if position > 0 && length > MANY * limit {
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
    fn what_is_short_is_as_it_was() {
        let record =
            Record::default().theirs("name", "a").theirs("config", serde_json::json!({"to": {"k": ["v"]}}));
        let record = record.field("causes", Field::List(vec!["x".into(), "y".into()]));
        assert_eq!(
            record.line(&Redactor::default()).unwrap(),
            "{\"name\":\"a\",\"config\":{\"to\":{\"k\":[\"v\"]}},\"causes\":[\"x\",\"y\"]}\n"
        );
    }

    #[test]
    fn a_line_is_short_whatever_it_has() {
        let huge = ESCAPED.repeat(8_000);
        let many: serde_json::Map<_, _> =
            (0..500).map(|n| (format!("{ESCAPED}{n}"), ESCAPED.into())).collect();
        let of = |value: &Value| {
            let record = Record::default().theirs("name", huge.as_str()).theirs("in", huge.as_str());
            (0..30).fold(record, |record, n| record.theirs(&format!("property_{n}"), value.clone()))
        };
        for value in [huge.as_str().into(), Value::Object(many), vec![huge.clone(); 3].into()] {
            let record = read(&of(&value));
            assert!(record["name"].as_str().unwrap().ends_with("bytes more)"), "{record}");
            assert!(record["property_29"].as_str().unwrap().ends_with("bytes more)"), "{record}");
        }
        let causes = Field::List(vec![huge.clone(); 100]);
        let error = Record::default().theirs("message", huge.as_str()).field("causes", causes);
        let record =
            read(&Record::default().field("error", Field::Inner(error.theirs("remedy", huge.as_str()))));
        let causes = record["error"]["causes"].as_array().unwrap();
        let (first, last) = (causes[0].as_str().unwrap(), causes.last().unwrap().as_str().unwrap());
        assert!(first.ends_with("bytes more)") && last.ends_with(" more"), "{record}");
    }

    #[test]
    fn a_long_property_alone_is_cut_before_the_others() {
        let config: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("key{n:04}"), n.into())).collect();
        let record = Record::default().theirs("name", "orders").theirs("config", Value::Object(config));
        let record = read(&record);
        let shown = record["config"].as_str().unwrap();
        assert!(record["name"] == "orders" && shown.starts_with("{\"key0000\":0,") && shown.len() > 4_000);
    }
}
