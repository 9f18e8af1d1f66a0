//! A scenario: one run of the driver with the fake backend, and its output for snapshots.

use std::fmt::Write as _;
use std::time::Duration;

use init_core::export::Scope;
use init_core::{Command, Format, Host, LogLevel, Options, Signal, Source, Stop, execute};

use crate::fake::{Fake, SERVER, Server};

pub(crate) const SPEC: &str = "endpoint: server:1234\nitems: {a: 1, b: 2}\n";

/// The inputs of one run.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) spec: &'static str,
    pub(crate) server: Server,
    pub(crate) environment: &'static [(&'static str, &'static str)],
    pub(crate) signal: Option<(u64, Signal)>,
    /// The path of the spec, instead of its text.
    pub(crate) spec_at: Option<&'static str>,
    pub(crate) without_secrets: bool,
}

impl Scenario {
    pub(crate) fn new(name: &'static str, server: Server) -> Self {
        Self {
            name,
            spec: SPEC,
            server,
            environment: &[],
            signal: None,
            spec_at: None,
            without_secrets: false,
        }
    }

    pub(crate) fn spec(name: &'static str, spec: &'static str) -> Self {
        Self { spec, ..Self::new(name, Server::default()) }
    }

    /// Runs one command. Returns the exit code, the calls of the server, and the report as JSON and as text.
    pub(crate) async fn run(&self, command: Command) -> String {
        self.run_with_records(command).await.0
    }

    /// Runs one command and also returns the report as records.
    pub(crate) async fn run_with_records(&self, command: Command) -> (String, String) {
        SERVER.with_borrow_mut(|server| *server = self.server.clone());
        let (sender, stop) = Stop::channel();
        if let Some((after, signal)) = self.signal {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(after)).await;
                sender.send_replace(Some(signal));
                sender.closed().await;
            });
        }
        let source = self.spec_at.map_or(Source::Stdin, |path| Source::File(path.into()));
        let options = Options {
            command,
            spec: source,
            secrets_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lifecycle/secrets").into(),
            timeout: Duration::from_secs(30),
            every: Duration::from_secs(60),
            format: Format::Json,
            log: LogLevel::Off,
            scope: Scope::default(),
            without_secrets: self.without_secrets,
        };
        let environment = self.environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let host = Host { stdin: Box::new(self.spec.as_bytes()), environment, stop };
        let started = tokio::time::Instant::now();
        let report = execute::<Fake>(&options, host).await;
        let calls = SERVER.with_borrow(|server| tally(&server.calls));
        let mut shown = format!("== {} / {command}: exit {}\n", self.name, report.exit().code());
        let _ =
            writeln!(shown, "calls: {calls}; within bound: {}", started.elapsed() < Duration::from_secs(32));
        shown += &report.render(Format::Json, None).unwrap();
        shown += &report.render(Format::Text, None).unwrap();
        let records = report.render(Format::Jsonl, None).unwrap();
        let stable = |text: String| text.replace(env!("CARGO_MANIFEST_DIR"), "CORE");
        (stable(shown), stable(records))
    }
}

/// The calls in order, with repetitions folded. Long sequences are truncated, because jitter makes them differ.
fn tally(calls: &[&str]) -> String {
    let run = |run: &[&str]| match run {
        [one] => (*one).to_owned(),
        few if few.len() <= 4 => format!("{}x{}", few[0], few.len()),
        many => format!("{} many times", many[0]),
    };
    let mut runs: Vec<_> = calls.chunk_by(|a, b| a == b).map(run).collect();
    if runs.len() > 16 {
        runs.truncate(4);
        runs.push("and so on".to_owned());
    }
    runs.join(" ")
}
