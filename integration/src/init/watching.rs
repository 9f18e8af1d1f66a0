//! A run that goes on: what it has said so far, what it reads changed under it, and what it costs.

use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::{Init, Running, form};
use crate::command::docker;
use crate::eventually;

/// Longer than anything that a test waits for takes.
const PATIENCE: Duration = Duration::from_secs(180);

/// Kilobytes that a watch with nothing to do may hold in memory.
const RESIDENT: u64 = 8 * 1024;
/// Kilobytes for pages that a later pass is the first to touch.
const TOUCHED: u64 = 256;
/// Connections of a pass that may be going on while files are counted.
const IN_A_PASS: u64 = 3;

/// The resources of the machine that a run holds.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Kilobytes in memory.
    pub resident: u64,
    /// Open files.
    pub files: u64,
}

impl Costs {
    /// However many quiet passes lie between the two: little memory, no more of it than before, and no file left open.
    fn stay(self, after: Self) {
        assert!(
            after.resident <= RESIDENT && after.resident <= self.resident + TOUCHED,
            "{self:?} {after:?}"
        );
        assert!(after.files <= self.files + IN_A_PASS, "{self:?} {after:?}");
    }
}

/// The report of each line, which has the form of every report.
fn checked(lines: &str) -> Vec<Value> {
    let report = |line: &str| {
        let report: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        form::check(&report);
        report
    };
    lines.lines().map(report).collect()
}

impl Init {
    /// Begins a watch with this interval, and waits until it has converged once.
    pub fn watch(self, every: &str) -> Running {
        let running = self.args(&["watch", "--every", every]).start();
        running.becomes_well();
        running
    }
}

impl Running {
    /// Every report so far.
    pub fn reports(&self) -> Vec<Value> {
        checked(&docker(&["logs", &self.name]).stdout)
    }

    /// The outcome of every report so far.
    pub fn outcomes(&self) -> Vec<String> {
        let outcome = |report: &Value| report["outcome"].as_str().unwrap_or_default().to_owned();
        self.reports().iter().map(outcome).collect()
    }

    /// Changes the text of the spec, in the file that is mounted.
    pub fn edit_spec(&self, edit: impl FnOnce(&str) -> String) {
        let path = self.scratch.path().join("spec.yaml");
        let edited = fs::read_to_string(&path).and_then(|text| fs::write(&path, edit(&text)));
        edited.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Writes another value into the file of a secret.
    pub fn rotate(&self, name: &str, value: &str) {
        let path = self.scratch.path().join(format!("secret-{name}"));
        fs::write(&path, value).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// The result of its container's health check: healthy or not, and the reason.
    pub fn health(&self) -> (bool, String) {
        let asked = docker(&["exec", &self.name, "/init", "health"]);
        assert!(asked.exit == 0 || asked.exit == 1, "{asked:?}");
        let answer: Value = serde_json::from_str(&asked.stdout).unwrap_or_default();
        (asked.exit == 0, answer["reason"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until its first pass has planned something, or has ended with nothing to do.
    pub fn has_begun(&self) {
        eventually("it has begun", PATIENCE, || self.log().contains("planned") || !self.reports().is_empty());
    }

    /// Waits until it is well.
    pub fn becomes_well(&self) {
        self.becomes("well", true);
    }

    /// Waits until it is not.
    pub fn becomes_unwell(&self) {
        self.becomes("unwell", false);
    }

    fn becomes(&self, what: &str, well: bool) {
        let began = Instant::now();
        loop {
            let asked = docker(&["exec", &self.name, "/init", "health"]);
            if (asked.exit == 0) == well && asked.exit >= 0 && asked.exit <= 1 {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "not {what}: {asked:?}\n{:?}", docker(&["logs", &self.name]));
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until something is so, and shows what the watch said if it never is.
    pub fn until(&self, what: &str, mut so: impl FnMut() -> bool) {
        let began = Instant::now();
        eventually(what, PATIENCE + Duration::from_secs(1), || {
            let is = so();
            assert!(is || began.elapsed() < PATIENCE, "{what}: {:?}", docker(&["logs", &self.name]));
            is
        });
    }

    /// Its memory and its open files.
    pub fn costs(&self) -> Costs {
        let line = "grep VmRSS /proc/1/status | tr -dc 0-9; echo; ls /proc/1/fd | wc -l";
        let pid = format!("container:{}", self.name);
        let args =
            ["run", "--rm", "--user", "0:0", "--cap-add", "SYS_PTRACE", "--pid", &pid, "--network", "none"];
        let said = docker(&[args.as_slice(), &["debian:trixie-slim", "sh", "-c", line]].concat()).ok();
        let mut numbers = said.lines().map(|line| line.trim().parse().unwrap_or(0));
        Costs { resident: numbers.next().unwrap_or(0), files: numbers.next().unwrap_or(0) }
    }

    /// Meanwhile a watch that has converged says nothing, in no report and no line of the log, and costs no more than before.
    #[expect(clippy::print_stderr, reason = "figures for who runs the test with --nocapture")]
    pub fn is_quiet<T>(&self, meanwhile: impl FnOnce() -> T) -> T {
        let (before, said) = (self.costs(), self.log());
        let done = meanwhile();
        let after = self.costs();
        eprintln!("{}: {before:?}, then {after:?}", self.name);
        before.stay(after);
        assert_eq!(self.log(), said);
        assert_eq!(self.outcomes().len(), 1, "{:?}", self.reports());
        done
    }

    /// Ends it as an engine does, which takes less than five seconds and is no failure. What it said.
    pub fn terminate(self) -> Vec<Value> {
        let (name, before) = (self.name.clone(), now());
        self.signal("TERM");
        let ended = self.wait();
        assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
        let took = between_signal_and_end(&name, before);
        assert!(took < Duration::from_secs(5), "{took:?}\n{}", ended.log);
        checked(&ended.stdout)
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// By the engine's own account: on a busy machine its clients are slow to send a signal and to notice an end.
fn between_signal_and_end(container: &str, since: Duration) -> Duration {
    let (filter, since) = (format!("container={container}"), since.as_secs().to_string());
    let until = (now().as_secs() + 1).to_string();
    let range = ["events", "--since", &since, "--until", &until, "--filter", &filter];
    let told = docker(&[range.as_slice(), &["--format", "{{.TimeNano}} {{.Action}}"]].concat()).ok();
    let at = |action: &str| {
        let line = told.lines().rev().find_map(|line| line.strip_suffix(action));
        let time = line.and_then(|time| time.trim().parse().ok());
        Duration::from_nanos(time.unwrap_or_else(|| panic!("no {action} of {container}: {told}")))
    };
    at(" die").saturating_sub(at(" kill"))
}
