//! One run of an init tool in its container.

mod exported;
mod form;
mod host;
mod inside;
mod watching;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{Output, docker, image};
use crate::scratch::{Scratch, unique};

pub use host::leave_network;
pub use watching::Costs;

/// A file of a run: where it is on the host, and in the container.
type Place = (PathBuf, String);

/// The network namespace of a run.
#[derive(Clone, Debug)]
enum Namespace {
    Own,
    Host,
    Of(String),
}

/// A run to be made.
#[derive(Clone, Debug)]
pub struct Init {
    image: String,
    network: String,
    namespace: Namespace,
    args: Vec<String>,
    docker: Vec<String>,
    files: Vec<Place>,
    tool: &'static str,
    scratch: Arc<Scratch>,
}

/// A run that has begun.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    began: Instant,
    scratch: Arc<Scratch>,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub exit: i32,
    /// The report.
    pub report: Value,
    /// Standard output as it was.
    pub stdout: String,
    /// The log.
    pub log: String,
    /// The time that the container ran, as seen from outside.
    pub took: Duration,
}

impl Init {
    /// `tool` with a spec, beside the servers of the stack.
    pub fn new(tool: &'static str, spec: &str) -> Self {
        let scratch = Scratch::new();
        scratch.file("spec.yaml", spec.as_bytes());

        Self {
            image: image(tool),
            network: "dayzero_default".to_owned(),
            namespace: Namespace::Host,
            args: Vec::new(),
            docker: Vec::new(),
            files: Vec::new(),
            tool,
            scratch: Arc::new(scratch),
        }
    }

    /// The same run with another spec.
    fn with_spec(&self, spec: &str) -> Self {
        let scratch = Scratch::new();
        scratch.file("spec.yaml", spec.as_bytes());
        Self { scratch: Arc::new(scratch), ..self.clone() }
    }

    /// Arguments of the tool: a command, options.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(ToString::to_string));
        self
    }

    /// Arguments of `docker run`, which need a namespace of its own.
    pub fn docker(mut self, args: &[&str]) -> Self {
        self.docker.extend(args.iter().map(ToString::to_string));
        self
    }

    /// Another network, from the host of all runs there.
    pub fn on(self, network: &str) -> Self {
        self.placed(network, Namespace::Host)
    }

    /// The network, with a namespace of its own; `none` for no network at all.
    pub fn network(self, network: &str) -> Self {
        self.placed(network, Namespace::Own)
    }

    /// The network, from the host that a server's container is: for servers that outlast the run.
    pub fn at(self, network: &str, container: &str) -> Self {
        self.placed(network, Namespace::Of(container.to_owned()))
    }

    fn placed(self, network: &str, namespace: Namespace) -> Self {
        Self { network: network.to_owned(), namespace, ..self }
    }

    /// A secret at `/run/secrets/NAME`.
    pub fn secret(self, name: &str, value: &str) -> Self {
        self.secret_with_mode(name, value, 0o644)
    }

    /// A secret whose file belongs to who runs the suite, with a mode.
    pub fn secret_with_mode(self, name: &str, value: &str, mode: u32) -> Self {
        let path = self.scratch.file_with_mode(&format!("secret-{name}"), value.as_bytes(), mode);
        self.mount(path, &format!("/run/secrets/{name}"))
    }

    /// A plain file at `path` in the container.
    pub fn file(self, path: &str, content: &[u8]) -> Self {
        let name = path.replace('/', "-");
        let source = self.scratch.file(&name, content);
        self.mount(source, path)
    }

    fn mount(mut self, source: PathBuf, target: &str) -> Self {
        self.files.push((source, target.to_owned()));
        self
    }

    /// The spec and all other files.
    fn places(&self) -> Vec<Place> {
        let spec = (self.scratch.path().join("spec.yaml"), format!("/etc/{}/spec.yaml", self.tool));
        [[spec].as_slice(), &self.files].concat()
    }

    /// The mode of its network.
    fn mode(&self) -> String {
        match &self.namespace {
            Namespace::Host if self.docker.is_empty() => host::on(&self.network),
            Namespace::Of(container) if self.docker.is_empty() => format!("container:{container}"),
            _ => self.network.clone(),
        }
    }

    /// Begins it.
    pub fn start(self) -> Running {
        let name = unique();
        let mut command = Command::new("docker");
        command.args(["run", "--rm", "--name", &name, "--network", &self.mode()]);
        for (source, target) in self.places() {
            command.args(["--volume", &format!("{}:{target}:ro", source.display())]);
        }
        // The options that may be overridden come first: the last one counts.
        command.args(["--user", "12345:12345", "--read-only", "--cap-drop", "ALL"]);
        command.args(["--security-opt", "no-new-privileges"]).args(&self.docker);
        command.arg(&self.image).args(&self.args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot run docker: {error}"));
        Running { name, child, began: Instant::now(), scratch: self.scratch }
    }

    /// Begins it and waits for its end.
    pub fn run(self) -> Ended {
        let ended = self.clone().start().wait();
        exported::check(&self, &ended);
        ended
    }
}

impl Init {
    /// Plans, and then applies: both end with this exit and the same words, because a plan has the server check its changes as
    /// a run does before its first write.
    pub fn refused(self, exit: i32) -> Ended {
        let planned = self.clone().args(&["plan"]).run().expect(exit, "failed");
        let applied = self.run().expect(exit, "failed");
        assert_eq!(planned.report["error"], applied.report["error"]);
        applied
    }
}

impl Running {
    /// Sends a signal to the tool, which is process 1 of its container.
    pub fn signal(&self, signal: &str) {
        docker(&["kill", "--signal", signal, &self.name]).ok();
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        docker(&["logs", &self.name]).stderr
    }

    /// The container's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits for its end.
    pub fn wait(self) -> Ended {
        let output =
            self.child.wait_with_output().unwrap_or_else(|error| panic!("cannot wait for docker: {error}"));
        let Output { exit, stdout, stderr } = Output::of(&output);
        Ended::new(exit, stdout, stderr, self.began.elapsed())
    }
}

impl Ended {
    fn new(exit: i32, stdout: String, log: String, took: Duration) -> Self {
        let report = serde_json::from_str(&stdout).unwrap_or(Value::Null);
        if report.is_object() {
            form::check(&report);
        }
        Self { exit, report, stdout, log, took }
    }

    /// Itself, when it ended as expected; everything it said, when it did not.
    pub fn expect(self, exit: i32, outcome: &str) -> Self {
        assert_eq!((self.exit, self.outcome()), (exit, outcome), "{}\n{}", self.stdout, self.log);
        self
    }

    /// True when it ended within its `--timeout` and the two seconds that an attempt under way may take after it. The rest is
    /// for the engine, which starts and removes the container slowly on a machine with much to do.
    pub fn is_in_time(&self, timeout: Duration) -> bool {
        self.took <= timeout + Duration::from_secs(2 + 20)
    }

    /// The report's outcome.
    pub fn outcome(&self) -> &str {
        self.report["outcome"].as_str().unwrap_or("no report")
    }

    /// Each change as `op name: status`; a name that something holds as `holder/name`.
    pub fn changes(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |change: &Value| {
            let holder = change["in"].as_str().map(|holder| format!("{holder}/")).unwrap_or_default();
            format!("{} {holder}{}: {}", text(&change["op"]), text(&change["name"]), text(&change["status"]))
        };
        self.steps().iter().map(line).collect()
    }

    /// The operation of each change.
    pub fn operations(&self) -> Vec<String> {
        self.steps().iter().map(|change| change["op"].as_str().unwrap_or_default().to_owned()).collect()
    }

    fn steps(&self) -> Vec<Value> {
        self.report["changes"].as_array().cloned().unwrap_or_default()
    }

    /// The message and the causes of the error, as one text.
    pub fn error(&self) -> String {
        let error = &self.report["error"];
        let causes = error["causes"].as_array().cloned().unwrap_or_default();
        let problems = self.report["changes"].as_array().cloned().unwrap_or_default();
        let mut parts = vec![error["message"].as_str().unwrap_or_default().to_owned()];
        parts.extend(causes.iter().filter_map(|cause| cause.as_str().map(str::to_owned)));
        parts.extend(problems.iter().filter_map(|change| change["problem"].as_str().map(str::to_owned)));
        parts.join("\n")
    }
}
