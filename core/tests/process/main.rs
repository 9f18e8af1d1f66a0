//! Tests with whole processes: the last log line, resource limits, the watchdog, terminals and watches.
//!
//! The test binary executes itself: with `TOY_INIT` in the environment it is the toy tool. Therefore it has no harness.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed, and this one waits on processes and reads of them"
)]

mod keeping;
#[path = "../../../integration/src/terminal.rs"]
#[expect(unreachable_pub, reason = "the file is also a public module of another crate")]
mod screen;
mod terminal;
mod toy;

use std::io::Write as _;
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

struct Finished {
    code: Option<i32>,
    report: Value,
    stdout: String,
    log: Vec<Value>,
    shown: String,
}

/// Runs the toy tool under `sh`, after the shell commands of `limits`.
fn run(limits: &str, args: &[&str], mode: &str) -> Finished {
    let this = std::env::current_exe().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits} exec \"$0\" \"$@\" --spec -")]).arg(this).args(args);
    command.env("TOY_INIT", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A process that fails at once does not read its input.
    let _ = child.stdin.take().unwrap().write_all(format!("mode: {mode}\n").as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (report, log) = (text(&output.stdout), text(&output.stderr));
    let line =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{limits} {args:?} {mode}: {log}"));
    Finished {
        code: output.status.code(),
        report: serde_json::from_str(&report).unwrap_or_default(),
        log: log.lines().map(line).collect(),
        shown: report.clone() + &log,
        stdout: report,
    }
}

impl Finished {
    /// Asserts the exit code, and that the report and the last log line agree with it. Returns that line.
    fn expect(&self, code: i32, outcome: &str) -> &Value {
        assert_eq!(self.code, Some(code), "{}", self.shown);
        assert_eq!(self.report["outcome"], outcome, "{}", self.shown);
        let last = self.log.last().unwrap();
        assert_eq!((&last["outcome"], &last["exit"]), (&outcome.into(), &code.into()), "{}", self.shown);
        last
    }
}

fn the_log_of_a_failed_run_ends_with_an_error() {
    let last = run("", &["apply"], "denied");
    let last = last.expect(77, "failed");
    for (field, value) in [
        ("level", "ERROR"),
        ("tool", "toy-init"),
        ("endpoint", "toy:1234"),
        ("kind", "denied"),
        ("message", "connecting to toy:1234 failed"),
        ("cause", "the server says\n\u{1b}[31mno"),
    ] {
        assert_eq!(last[field], value, "{last}");
    }
    assert!(last["remedy"].as_str().unwrap().contains("secret files"), "{last}");
    let conflict = run("", &["plan"], "conflict");
    let last = conflict.expect(4, "conflict");
    assert_eq!((&last["level"], &last["kind"]), (&"ERROR".into(), &"conflict".into()));
    assert_eq!(last["cause"], "mode: it is another\r\nline");
    assert_eq!(run("", &["apply"], "wrong").expect(65, "failed")["level"], "ERROR");
    assert_eq!(run("", &["apply"], "converged").expect(0, "unchanged")["level"], "INFO");
    assert_eq!(run("", &["plan"], "drift").expect(3, "drift")["level"], "INFO");
    assert_eq!(run("", &["apply"], "drift").expect(70, "failed")["kind"], "internal");
}

fn texts_of_a_server_are_escaped_in_report_and_log() {
    let ended = run("", &["apply", "--format", "text"], "denied");
    assert!(ended.shown.contains("\n  because the server says\\n\\u{1b}[31mno\n"), "{}", ended.shown);
    assert!(!ended.shown.contains('\u{1b}'), "{:?}", ended.shown);
}

/// The smallest limit is five, with which the dynamic loader still reaches `main`.
fn a_process_with_too_few_file_descriptors_reports_it() {
    for files in 5..40 {
        let ended = run(&format!("ulimit -n {files};"), &["plan", "--timeout", "10s"], "converged");
        if ended.code == Some(0) {
            assert!(files > 8, "{files}: {}", ended.shown);
            continue;
        }
        ended.expect(70, "failed");
        assert!(ended.report["error"]["remedy"].as_str().unwrap().contains("ulimit -n"), "{}", ended.shown);
    }
}

fn a_panic_ends_with_a_report_that_names_the_location() {
    let ended = run("", &["plan"], "panic");
    let last = ended.expect(70, "failed");
    assert!(last["message"].as_str().unwrap().contains("tests/process/toy.rs:"), "{last}");
    assert!(!ended.shown.contains("canary"), "{}", ended.shown);
}

fn busy_code_is_ended_soon_after_the_deadline() {
    let ended = run("", &["plan", "--timeout", "1s"], "busy");
    let last = ended.expect(69, "failed");
    assert!(last["message"].as_str().unwrap().contains("not done within 1s"), "{last}");
}

fn the_memory_is_protected_from_core_dumps_and_other_processes() {
    let ended = run("ulimit -c 1024;", &["plan"], "private");
    ended.expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["problem"], "Ok(NotDumpable), core Some(0)", "{}", ended.shown);
}

fn an_invalid_variable_is_named_and_completions_are_printed() {
    let this = std::env::current_exe().unwrap();
    let said = |variable: (&str, &str), args: &[&str]| {
        let mut command = Command::new(&this);
        let output = command.env("TOY_INIT", "1").env(variable.0, variable.1).args(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    for (name, value) in [
        ("INIT_FORMAT", "xml"),
        ("INIT_TIMEOUT", "60"),
        ("INIT_LOG", "loud"),
        ("INIT_LOG_FORMAT", "xml"),
        ("INIT_COLOR", "red"),
        ("INIT_SPEC", ""),
    ] {
        let (code, told) = said((name, value), &["plan"]);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.lines().next().unwrap().ends_with(&format!(" (from the variable {name})")), "{told}");
    }
    let (code, told) = said(("INIT_FORMAT", "json"), &["plan", "--format", "xml"]);
    assert!(code == Some(2) && !told.contains("variable"), "{told}");
    for shell in ["bash", "zsh", "fish"] {
        let (code, script) = said(("INIT_LOG", "info"), &["completions", shell]);
        assert!(code == Some(0) && script.contains("toy-init") && script.contains("secrets-dir"), "{script}");
    }
}

fn main() -> ExitCode {
    if std::env::var_os("TOY_INIT").is_some() {
        return init_core::run::<toy::Toy>();
    }
    let only = std::env::args().nth(1).filter(|name| !name.starts_with('-')).unwrap_or_default();
    macro_rules! named {
        ($($test:path),* $(,)?) => { [$((stringify!($test), $test as fn())),*] };
    }
    let tests = named![
        an_invalid_variable_is_named_and_completions_are_printed,
        the_log_of_a_failed_run_ends_with_an_error,
        texts_of_a_server_are_escaped_in_report_and_log,
        a_process_with_too_few_file_descriptors_reports_it,
        a_panic_ends_with_a_report_that_names_the_location,
        the_memory_is_protected_from_core_dumps_and_other_processes,
        busy_code_is_ended_soon_after_the_deadline,
        keeping::a_watch_reports_news_and_health_reports_its_state,
        keeping::a_spec_that_is_overwritten_during_passes_is_never_reported_as_invalid,
        keeping::each_of_several_watches_answers_for_itself,
        keeping::a_run_that_ends_by_itself_is_not_healthy_yet,
        keeping::a_sighup_triggers_a_pass_at_once,
        keeping::hundreds_of_passes_leak_no_memory_and_no_file,
        terminal::a_terminal_gets_colours_and_each_change_once,
        terminal::a_failure_is_red_and_reported_once,
        terminal::log_lines_are_written_above_the_progress_bar_which_is_erased_at_the_end,
        terminal::a_wait_shows_its_cause_at_once_and_the_remaining_time,
        terminal::the_time_is_local_to_the_second_and_utc_is_marked,
        terminal::every_json_line_names_its_tool_and_server,
    ];
    for (name, test) in tests.into_iter().filter(|(name, _)| name.contains(&only)) {
        test();
        let _ = writeln!(std::io::stdout(), "test {name} ... ok");
    }
    ExitCode::SUCCESS
}
