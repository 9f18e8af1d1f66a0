//! Tests of a watch as a process, and of the command `health`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The time limit of every wait, longer than anything here takes.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A toy tool that runs `watch`. It is killed when dropped.
pub(crate) struct Watching {
    child: Child,
    reports: Receiver<Value>,
    folder: PathBuf,
}

fn toy(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("TOY_INIT", "1").args(args);
    command
}

impl Watching {
    pub(crate) fn start(name: &str, mode: &str, args: &[&str]) -> Self {
        // The directory is in memory if possible, because a busy disk may keep a file empty for seconds between two calls.
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("keeping-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("spec.yaml"), format!("mode: {mode}\n")).unwrap();
        let spec = folder.join("spec.yaml");
        let mut command = toy(args);
        command.args(["--format", "json", "--spec"]).arg(spec);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (sender, reports) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap_or(Value::String(line)));
            }
        });
        Self { child, reports, folder }
    }

    pub(crate) fn spec(&self, mode: &str) {
        fs::write(self.folder.join("spec.yaml"), format!("mode: {mode}\n")).unwrap();
    }

    /// The outcome of the next report.
    pub(crate) fn outcome(&self) -> String {
        let report = self.reports.recv_timeout(TIME_LIMIT).unwrap();
        report["outcome"].as_str().unwrap_or_else(|| panic!("{report}")).to_owned()
    }

    /// Asserts that there is no report meanwhile.
    pub(crate) fn assert_quiet_for(&self, time: Duration) {
        if let Ok(report) = self.reports.recv_timeout(time) {
            panic!("{report}");
        }
    }

    /// Runs `health` for this spec and returns the exit code and the reason.
    pub(crate) fn health(&self) -> (i32, String) {
        health(&["--spec", &self.folder.join("spec.yaml").display().to_string()])
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "{name}");
    }

    /// Stops the watch as a container engine does. Returns the exit code and the duration.
    pub(crate) fn terminate(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        self.signal("TERM");
        (self.child.wait().unwrap().code(), began.elapsed())
    }

    /// The resident memory in kilobytes and the number of open files. The number is the smallest of several samples, because
    /// a pass opens files for a moment.
    pub(crate) fn costs(&self) -> (u64, usize) {
        let of = format!("/proc/{}", self.child.id());
        let status = fs::read_to_string(format!("{of}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kilobytes = resident.trim().trim_end_matches(" kB").parse().unwrap();
        let files = (0..20).map(|_| {
            thread::sleep(Duration::from_millis(7));
            fs::read_dir(format!("{of}/fd")).unwrap().count()
        });
        (kilobytes, files.min().unwrap())
    }

    /// The CPU time of all threads, in clock ticks.
    pub(crate) fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs `health` with these options.
pub(crate) fn health(args: &[&str]) -> (i32, String) {
    let output = toy(&["health", "--format", "json"]).args(args).output().unwrap();
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(answer["healthy"], output.status.code() == Some(0), "{line}");
    (output.status.code().unwrap(), answer["reason"].as_str().unwrap().to_owned())
}

/// Waits until `health` has this exit code, and returns the reason.
pub(crate) fn health_becomes(watching: &Watching, exit: i32) -> String {
    let began = Instant::now();
    loop {
        let (code, reason) = watching.health();
        if code == exit || began.elapsed() > TIME_LIMIT {
            assert_eq!(code, exit, "{reason}");
            return reason;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn a_watch_reports_news_and_health_reports_its_state() {
    assert_eq!(health(&["--spec", "/nowhere"]), (1, "no `toy-init watch` runs in this container".to_owned()));
    let mut watching = Watching::start("news", "converged", &["watch", "--every", "50ms"]);
    assert_eq!(watching.outcome(), "unchanged");
    assert!(health_becomes(&watching, 0).starts_with("converged"));
    watching.assert_quiet_for(Duration::from_secs(1));
    watching.spec("wrong");
    assert_eq!(watching.outcome(), "failed");
    let (code, reason) = watching.health();
    assert!(code == 0 && reason.contains("the last good spec is in force"), "{reason}");
    watching.spec("denied");
    assert_eq!(watching.outcome(), "failed");
    assert!(health_becomes(&watching, 1).starts_with("connecting to toy:1234 failed: the server says"));
    watching.assert_quiet_for(Duration::from_secs(1));
    watching.spec("converged");
    assert_eq!(watching.outcome(), "unchanged");
    let (code, took) = watching.terminate();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(watching.health().0, 1);
}

pub(crate) fn a_spec_that_is_overwritten_during_passes_is_never_reported_as_invalid() {
    let watching = Watching::start("torn", "converged", &["watch", "--every", "2ms"]);
    assert_eq!(watching.outcome(), "unchanged");
    // This is longer than a pass waits for a file that changes all the time.
    let end = Instant::now() + Duration::from_secs(12);
    while Instant::now() < end {
        for _ in 0..20 {
            watching.spec("converged");
        }
        watching.assert_quiet_for(Duration::from_micros(200));
    }
}

pub(crate) fn each_of_several_watches_answers_for_itself() {
    let one = Watching::start("one", "converged", &["watch"]);
    assert_eq!(one.outcome(), "unchanged");
    let other = Watching::start("other", "absent", &["watch", "--timeout", "1s", "--every", "50ms"]);
    assert_eq!(other.outcome(), "failed");
    assert!(health_becomes(&one, 0).starts_with("converged"));
    assert!(health_becomes(&other, 1).contains("was not ready within 1s"));
    // For a healthcheck without the spec of a watch, the first watch answers.
    assert_eq!(health(&["--spec", "/another"]).0, 0);
}

pub(crate) fn a_run_that_ends_by_itself_is_not_healthy_yet() {
    let running = Watching::start("busy", "absent", &["apply", "--timeout", "30s"]);
    let began = Instant::now();
    while running.health().1.starts_with("no `toy-init watch`") && began.elapsed() < TIME_LIMIT {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(running.health(), (1, "not yet: `apply` is running".to_owned()));
}

pub(crate) fn a_sighup_triggers_a_pass_at_once() {
    let watching = Watching::start("hangup", "converged", &["watch", "--every", "1h"]);
    assert_eq!(watching.outcome(), "unchanged");
    let before = watching.ticks();
    watching.assert_quiet_for(Duration::from_secs(2));
    assert!(watching.ticks() - before <= 2, "a watch at rest needs no processor");
    watching.signal("HUP");
    watching.assert_quiet_for(Duration::from_millis(500));
    assert_eq!(watching.health().0, 0);
}

pub(crate) fn hundreds_of_passes_leak_no_memory_and_no_file() {
    let watching = Watching::start("many", "converged", &["watch", "--every", "2ms"]);
    assert_eq!(watching.outcome(), "unchanged");
    watching.assert_quiet_for(Duration::from_secs(2));
    let (memory, files) = watching.costs();
    watching.assert_quiet_for(Duration::from_secs(4));
    let (later, files_later) = watching.costs();
    assert!(later <= memory + 256, "{memory} kB, then {later} kB");
    assert_eq!(files_later, files);
}
