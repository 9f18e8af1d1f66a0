//! Writes a log line as one JSON object, for log collectors.

use std::fmt::{self, Write as _};

use tracing::Event;
use tracing::field::{Field, Visit};

use super::safe::safe;
use crate::escape;

/// The fields of every line, by which a collector distinguishes several runs.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) tool: &'static str,
    /// Empty until the spec has been read.
    pub(super) endpoint: &'a str,
    pub(super) spec: &'a str,
}

pub(super) fn json(event: &Event<'_>, now: &str, context: Context<'_>) -> String {
    let mut line = Json(String::from("{"));
    line.raw("timestamp", format_args!("\"{now}\""));
    line.raw("level", format_args!("\"{}\"", event.metadata().level()));
    line.raw("tool", format_args!("\"{}\"", context.tool));
    if !context.endpoint.is_empty() {
        line.text("endpoint", context.endpoint);
    }
    line.text("spec", context.spec);
    event.record(&mut line);
    line.raw("target", format_args!("\"{}\"", event.metadata().target()));
    line.0 + "}\n"
}

struct Json(String);

impl Json {
    fn text(&mut self, name: &str, value: impl fmt::Display) {
        self.raw(name, format_args!("\"{}\"", escape::json(&safe(name, value))));
    }

    fn raw(&mut self, name: &str, value: impl fmt::Display) {
        let comma = if self.0.ends_with('{') { "" } else { "," };
        let _ = write!(self.0, "{comma}\"{name}\":{value}");
    }
}

impl Visit for Json {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field.name(), format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.raw(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.raw(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.raw(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.raw(field.name(), value);
    }
}
