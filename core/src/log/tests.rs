use std::sync::{Arc, Mutex};

use super::*;
use crate::redact;

/// The lines that an event is written as.
type Forms = fn(&Event<'_>) -> Vec<String>;

/// Formats instead of printing.
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
    logged_beside(true, level, log)
}

fn logged_beside(repeats: bool, level: LevelFilter, log: impl FnOnce()) -> Vec<String> {
    captured(repeats, level, plain, log)
}

fn captured(repeats: bool, level: LevelFilter, forms: Forms, log: impl FnOnce()) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let form = Form::Json { spec: String::new() };
    let log_of = Log { tool: "fake-init", module: "fake_init".to_owned(), level, form, repeats };
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

#[test]
fn what_the_report_says_on_the_same_terminal_is_not_said_twice() {
    let told = |repeats| {
        logged_beside(repeats, LevelFilter::INFO, || {
            tracing::info!(target: CHANGES, "applied");
            tracing::error!(target: OUTCOME, "failed");
            tracing::info!("planned");
        })
    };
    assert_eq!((told(true).len(), told(false).len()), (6, 2));
    assert!(told(false)[1].ends_with("planned\n"));
}

#[test]
fn a_colour_is_ours_alone_and_only_the_level_has_one() {
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
