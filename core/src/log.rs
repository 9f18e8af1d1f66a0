//! The log on stderr: JSON lines for a collector, text for a person. Events only: nothing here opens a span
//! (docs/adr/0006).

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::set_global_default;
use tracing::{Event, Metadata, Subscriber};

use crate::cli::LogLevel;
use crate::redact::{self, Rule};
use crate::shown;

/// Starts logging for this process. Only our own modules are heard: a driver's debug target would print
/// what crosses the wire, and passwords cross it.
pub(crate) fn init(tool: &str, level: LogLevel) {
    let terminal = io::stderr().is_terminal();
    // A second call, as in tests, keeps the first.
    let _ = set_global_default(Log { tool: tool.replace('-', "_"), level: level.into(), terminal });
}

struct Log {
    tool: String,
    level: LevelFilter,
    terminal: bool,
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next();
        *metadata.level() <= self.level
            && (matches!(root, Some("init_core" | "init_net")) || root == Some(&self.tool))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        let now = now();
        let line = if self.terminal { text(event, &now) } else { json(event, &now) };
        // An error of writing to stderr is ignored: the run's exit must not depend on whoever reads its log.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[expect(
    clippy::disallowed_methods,
    reason = "a line of the log has the time; a plan and a report have none"
)]
fn now() -> String {
    humantime::format_rfc3339_micros(SystemTime::now()).to_string()
}

fn json(event: &Event<'_>, now: &str) -> String {
    let mut line = Json(String::from("{"));
    line.raw("timestamp", format_args!("\"{now}\""));
    line.raw("level", format_args!("\"{}\"", event.metadata().level()));
    event.record(&mut line);
    line.raw("target", format_args!("\"{}\"", event.metadata().target()));
    line.0 + "}\n"
}

/// Fields that hold a text of ours (`redact`); a peer may have had a part in any other.
const OWN: [&str; 7] = ["change", "stage", "server", "tool", "endpoint", "kind", "outcome"];
/// The longest value of a field, in bytes.
const LIMIT: usize = 8 * 1024;

/// A field's value as it may be written down.
fn safe(field: &str, value: impl fmt::Display) -> String {
    let rule = if OWN.contains(&field) { Rule::Own } else { Rule::Peer };
    let redactor = redact::current();
    let safe = |text: &str| match &redactor {
        Some(redactor) => redactor.text(text, rule).into_owned(),
        None => text.to_owned(),
    };
    shown::bounded(value, LIMIT, safe)
}

struct Json(String);

impl Json {
    fn text(&mut self, name: &str, value: impl fmt::Display) {
        self.raw(name, format_args!("\"{}\"", shown::json(&safe(name, value))));
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

fn text(event: &Event<'_>, now: &str) -> String {
    let mut line = Text(format!("{now} {:>5}", event.metadata().level()));
    event.record(&mut line);
    line.0 + "\n"
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push(' ');
        if field.name() != "message" {
            let _ = write!(self.0, "{}=", field.name());
        }
        self.0 += &shown::printable(&safe(field.name(), format_args!("{value:?}")));
    }
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Formats instead of printing.
    struct Capture(Log, Arc<Mutex<Vec<String>>>);

    impl Subscriber for Capture {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            self.0.enabled(metadata)
        }

        fn event(&self, event: &Event<'_>) {
            self.1.lock().unwrap().extend([json(event, "NOW"), text(event, "NOW")]);
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            self.0.new_span(span)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    fn logged(level: LevelFilter, log: impl FnOnce()) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let capture = Capture(Log { tool: "fake_init".to_owned(), level, terminal: false }, lines.clone());
        tracing::subscriber::with_default(capture, log);
        let lines = lines.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn a_line_is_one_object_or_one_text_with_every_field() {
        let lines = logged(LevelFilter::INFO, || {
            let cause = "\"no\"\n\u{1b}[2J";
            tracing::info!(%cause, stage = "a b", done = 3_usize, left = -1_i64, ok = true, "app{}", "lied");
        });
        assert_eq!(
            lines,
            [
                "{\"timestamp\":\"NOW\",\"level\":\"INFO\",\"message\":\"applied\",\
                 \"cause\":\"\\\"no\\\"\\n\\u001b[2J\",\"stage\":\"a b\",\"done\":3,\"left\":-1,\"ok\":true,\
                 \"target\":\"init_core::log::tests\"}\n",
                "NOW  INFO applied cause=\"no\"\\n\\u{1b}[2J stage=\"a b\" done=3 left=-1 ok=true\n",
            ]
        );
    }

    #[test]
    fn only_our_own_modules_are_heard_and_only_up_to_the_level() {
        let lines = logged(LevelFilter::INFO, || {
            tracing::debug!("too much");
            tracing::error!(target: "driver", "not ours");
            tracing::error!(target: "init_core_too", "not ours either");
            tracing::warn!(target: "fake_init::wire", "ours");
        });
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("\"level\":\"WARN\"") && lines[0].contains("fake_init::wire"));
    }

    #[test]
    fn every_field_is_redacted_escaped_and_bounded() {
        let names = std::collections::BTreeMap::from([("log".parse().unwrap(), "log-canary".into())]);
        let secrets = crate::Secrets::of(names);
        redact::set_current(std::sync::Arc::new(redact::Redactor::new(&secrets, [])));
        let lines = logged(LevelFilter::INFO, || {
            let cause = "no log-canary\u{9b}\u{202e}\u{2028}\r\n";
            tracing::info!(%cause, stage = "log-canary", huge = "x".repeat(100_000), "said {cause}");
        });
        for line in &lines {
            assert!(!line.contains("log-canary") && line.matches("{secret: log}").count() == 3, "{line}");
            assert!(line.matches(char::is_control).collect::<String>() == "\n", "{line:?}");
            assert!(!line.contains(['\u{202e}', '\u{2028}']) && line.len() < 10_000, "{line:?}");
        }
        assert!(serde_json::from_str::<serde_json::Value>(&lines[0]).is_ok(), "{}", lines[0]);
    }
}
