//! The output on a terminal: the toy tool runs in a pseudo-terminal of `script` (util-linux).

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::screen::Screen;

/// Runs the toy tool in a terminal and returns its exit code and the output.
fn run_in_terminal(args: &str, mode: &str, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let this = std::env::current_exe().unwrap();
    let toy = format!("echo 'mode: {mode}' | TOY_INIT=1 {} {args} --spec -", this.display());
    let mut command = Command::new("script");
    command.args(["--quiet", "--flush", "--return", "--command", &toy, "/dev/null"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_remove("NO_COLOR").env("TERM", "xterm").env("TZ", "XST-3").envs(environment.iter().copied());
    let mut child = command.spawn().unwrap();
    // The keyboard stays open, because `script` would echo its end.
    let _keyboard = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn a_terminal_gets_colours_and_each_change_once() {
    let (code, sent) = run_in_terminal("apply", "fresh", &[]);
    assert!(code == Some(0) && sent.contains("\u{1b}[32m+\u{1b}[0m create toy"), "{sent}");
    let rows = Screen::of(&sent).rows;
    assert_eq!(rows.iter().filter(|row| row.contains("create toy")).count(), 1, "{rows:#?}");
    assert!(!sent.contains("outcome="), "the report says how it ended: {sent}");
    let last = rows.iter().rfind(|row| !row.is_empty()).unwrap();
    assert!(last.starts_with("1 added on toy:1234 in 0.") && last.ends_with(" s"), "{last}");
    for (args, environment) in [
        ("apply", [("NO_COLOR", "1")].as_slice()),
        ("apply", &[("TERM", "dumb")]),
        ("apply --color never", &[]),
        ("apply", &[("INIT_COLOR", "never")]),
    ] {
        let (_, sent) = run_in_terminal(args, "fresh", environment);
        assert!(sent.contains("+ create toy") && !sent.contains('\u{1b}'), "{args} {environment:?}: {sent}");
    }
    let (_, sent) = run_in_terminal("apply --log debug", "fresh", &[]);
    assert!(sent.contains("applied change=create toy") && sent.contains("outcome="), "{sent}");
    let (_, sent) = run_in_terminal("apply --log-format json", "fresh", &[]);
    let logged = |row: &String| row.contains("\"message\":\"applied\"");
    assert!(Screen::of(&sent).rows.iter().any(logged), "two streams of different formats: {sent}");
}

pub(crate) fn a_failure_is_red_and_reported_once() {
    let (code, sent) = run_in_terminal("apply", "denied", &[]);
    assert!(
        code == Some(77) && sent.contains("\u{1b}[1;31merror:\u{1b}[0m connecting to toy:1234"),
        "{sent}"
    );
    assert_eq!(sent.matches("connecting to toy:1234 failed").count(), 1, "{sent}");
    assert!(!sent.contains("\u{1b}[31mno"), "a colour of the server's own: {sent}");
    let (code, sent) = run_in_terminal("plan", "conflict", &[]);
    assert!(code == Some(4) && sent.contains("\u{1b}[1;31m!\u{1b}[0m conflict at mode"), "{sent}");
}

pub(crate) fn log_lines_are_written_above_the_progress_bar_which_is_erased_at_the_end() {
    let (code, sent) = run_in_terminal("apply", "slow", &[]);
    assert_eq!(code, Some(0), "{sent}");
    assert!(
        sent.contains("[........................] applying create_toy 0/1 the paint\\n\\u{1b}[31m"),
        "{sent}"
    );
    let rows = Screen::of(&sent).rows;
    assert!(rows.iter().any(|row| row.ends_with("WARN the paint is wet")), "{rows:#?}");
    assert!(!rows.iter().any(|row| row.contains("applying")), "{rows:#?}");
    // The same bar is drawn again below the line.
    let after = sent.split_once("the paint is wet").unwrap().1;
    assert!(after.trim_start().starts_with(['|', '/', '-', '\\']), "{after}");
}

pub(crate) fn a_wait_shows_its_cause_at_once_and_the_remaining_time() {
    let (code, sent) = run_in_terminal("apply --timeout 2s", "absent", &[]);
    assert_eq!(code, Some(69), "{sent}");
    assert!(sent.contains("| waiting for toy:1234 (0 s, 1 s left): nobody is there"), "{sent}");
    assert!(sent.contains("waiting for toy:1234 (1 s, 0 s left): nobody is there"), "{sent}");
    let rows = Screen::of(&sent).rows;
    assert!(!rows.iter().any(|row| row.contains("waiting for")), "{rows:#?}");
    assert!(rows.iter().any(|row| row.contains("because nobody is there")), "{rows:#?}");
    // A terminal that cannot move its cursor gets log lines instead.
    let (_, sent) = run_in_terminal("apply --timeout 1s", "absent", &[("TERM", "dumb")]);
    assert!(
        sent.contains("INFO waiting server=\"toy:1234\" cause=nobody is there waited=0 left=0"),
        "{sent}"
    );
    assert!(!sent.contains('\u{1b}'), "{sent}");
}

pub(crate) fn the_time_is_local_to_the_second_and_utc_is_marked() {
    let stamp = |zone: &str| {
        let (_, sent) = run_in_terminal("plan", "converged", &[("TZ", zone)]);
        let row = Screen::of(&sent).rows.into_iter().find(|row| row.contains("planned")).unwrap();
        row.split(' ').next().unwrap().to_owned()
    };
    let (local, utc) = (stamp("XST-3"), stamp("UTC0"));
    assert!(local.len() == 8 && utc.len() == 9 && utc.ends_with('Z'), "{local} {utc}");
    let seconds = |stamp: &str| {
        stamp.trim_end_matches('Z').split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap())
    };
    let ahead = (seconds(&local) - seconds(&utc)).rem_euclid(24 * 3600);
    assert!((3 * 3600 - 60..=3 * 3600).contains(&ahead), "{local} {utc}");
    assert!(stamp("Nowhere/At_All").ends_with('Z'));
}

pub(crate) fn every_json_line_names_its_tool_and_server() {
    let ended = crate::run("", &["apply", "--format", "jsonl"], "fresh");
    let records = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let kinds: Vec<Value> = records.map(|record| record["record"].clone()).collect();
    assert_eq!(kinds, ["change", "summary"], "{}", ended.shown);
    for line in &ended.log {
        assert_eq!((&line["tool"], &line["endpoint"]), (&"toy-init".into(), &"toy:1234".into()), "{line}");
        assert!(line["spec"].is_string() && line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    assert_eq!(ended.log.last().unwrap()["compared"], "1 toy", "{}", ended.shown);
    let text = crate::run("", &["apply", "--log-format", "json", "--format", "text"], "converged");
    assert!(text.stdout.ends_with("unchanged on toy:1234\n"), "{}", text.stdout);
    let coloured = crate::run("", &["plan", "--format", "text", "--color", "always"], "drift");
    assert!(coloured.stdout.contains("\u{1b}[32m+\u{1b}[0m create toy"), "{}", coloured.stdout);
    assert!(coloured.stdout.ends_with("1 to add on toy:1234\n"), "{}", coloured.stdout);
}
