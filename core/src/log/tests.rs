use std::sync::{Arc, Mutex};

use super::*;
use crate::redact;

/// Formats an event as one or more lines.
type Forms = fn(&Event<'_>) -> Vec<String>;

/// A subscriber that collects the lines instead of printing them.
struct Capture(Log, Arc<Mutex<Vec<String>>>, Forms);

fn plain(event: &Event<'_>) -> Vec<String> {
    let context = Context { tool: "fake-init", endpoint: "fake:1", spec: "spec.yaml" };
    vec![json(event, "NOW", context), text(event, "NOW", Paint::Plain)]
}

fn coloured(event: &Event<'_>) -> Vec<String> {
    vec![text(event, "NOW", Paint::Coloured)]
}

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn event(&self, event: &Event<'_>) {
        self.1.lock().unwrap().extend((self.2)(event));
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
    logged_with_report(true, level, log)
}

fn logged_with_report(includes_report: bool, level: LevelFilter, log: impl FnOnce()) -> Vec<String> {
    captured(includes_report, level, plain, log)
}

fn captured(includes_report: bool, level: LevelFilter, forms: Forms, log: impl FnOnce()) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let format = LineFormat::Json { spec: String::new() };
    let log_of = Log { tool: "fake-init", module: "fake_init".to_owned(), level, format, includes_report };
    let capture = Capture(log_of, lines.clone(), forms);
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
            "{\"timestamp\":\"NOW\",\"level\":\"INFO\",\"tool\":\"fake-init\",\"endpoint\":\"fake:1\",\
             \"spec\":\"spec.yaml\",\"message\":\"applied\",\
             \"cause\":\"\\\"no\\\"\\n\\u001b[2J\",\"stage\":\"a b\",\"done\":3,\"left\":-1,\"ok\":true,\
             \"target\":\"init_core::log::tests\"}\n",
            "NOW  INFO applied cause=\"no\"\\n\\u{1b}[2J stage=\"a b\" done=3 left=-1 ok=true\n",
        ]
    );
}

#[test]
fn only_events_of_this_project_up_to_the_level_are_written() {
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

#[test]
fn events_that_the_report_shows_on_the_same_terminal_are_not_written() {
    let logged_lines = |includes_report| {
        logged_with_report(includes_report, LevelFilter::INFO, || {
            tracing::info!(target: CHANGES, "applied");
            tracing::error!(target: OUTCOME, "failed");
            tracing::info!("planned");
        })
    };
    assert_eq!((logged_lines(true).len(), logged_lines(false).len()), (6, 2));
    assert!(logged_lines(false)[1].ends_with("planned\n"));
}

#[test]
fn only_the_level_has_a_colour_and_escape_sequences_are_escaped() {
    let lines = captured(true, LevelFilter::INFO, coloured, || {
        let cause = "\u{1b}[32mall well\u{1b}[0m";
        tracing::error!(%cause, "failed");
        tracing::warn!("look");
    });
    assert_eq!(
        lines.concat(),
        "NOW \u{1b}[1;31mERROR\u{1b}[0m failed cause=\\u{1b}[32mall well\\u{1b}[0m\n\
         NOW \u{1b}[33m WARN\u{1b}[0m look\n"
    );
}
