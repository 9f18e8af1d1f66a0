//! From a command line to a report: what every tool's `main` calls.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tracing::error;

use crate::backend::Backend;
use crate::cli::{self, Command, Options};
use crate::error::Error;
use crate::exit::Exit;
use crate::ledger::{Status, Step};
use crate::peer::Texts;
use crate::readiness::shown;
use crate::reconcile::Driver;
use crate::redact::{self, Redactor};
use crate::report::{Findings, Report};
use crate::secrets::Secrets;
use crate::shown::printable;
use crate::stop::{Bounds, Cut, Stop};
use crate::{environment, extension, last_resort, limits, log, policy, spec, words};

/// A thread without work is kept this long: longer than a run.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// What a run takes from the process it is in.
pub struct Host {
    /// Read when the spec is `-`.
    pub stdin: Box<dyn Read + Send>,
    /// Searched for credentials.
    pub environment: Vec<(OsString, OsString)>,
    /// Ends the run.
    pub stop: Stop,
}

/// The whole tool: parses the command line, runs it, prints the report, and says how to exit.
pub fn run<B: Backend>() -> ExitCode {
    let options = match cli::parse(B::NAME, std::env::args_os()) {
        Ok(options) => options,
        Err(exit) => return exit.into(),
    };
    log::init(B::NAME, options.log);
    last_resort::on_panic(B::NAME, &options);
    if options.command == Command::Schema {
        return print(schema::<B>(), Exit::Converged).into();
    }
    if options.command == Command::Policy {
        return policy().into();
    }
    let began = Instant::now();
    let report = in_runtime::<B>(&options);
    let took = began.elapsed();
    let page = report.render(options.format, io::stdout().is_terminal().then_some(took));
    if !last_resort::claim() {
        // The process is being ended by the one that has it.
        loop {
            std::thread::park();
        }
    }
    let exit = print(page, report.exit());
    if exit == report.exit() {
        report.log(Some(took));
    }
    exit.into()
}

fn in_runtime<B: Backend>(options: &Options) -> Report<B::Change> {
    let failed = |error| Report::new(B::NAME, options.command, Error::Start(error).into());
    if let Err(error) = limits::descriptors() {
        return failed(error);
    }
    // A thread that once started is kept: name look-ups find it even where there may be no other.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().thread_keep_alive(KEEP).build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(error),
    };
    let report = runtime.block_on(async {
        match host() {
            Ok(host) => {
                if limits::thread().is_ok() {
                    // First the thread that a run cannot do without, then the one that it can.
                    let _ = spawn_blocking(|| {}).await;
                    last_resort::watch(B::NAME, options);
                }
                execute::<B>(options, host).await
            }
            Err(error) => failed(error),
        }
    });
    // A name look-up that hangs in its thread must not hold the exit back.
    runtime.shutdown_background();
    report
}

#[expect(clippy::disallowed_methods, reason = "the one look at the environment, to refuse credentials in it")]
fn host() -> io::Result<Host> {
    let environment = std::env::vars_os().collect();
    Ok(Host { stdin: Box::new(io::stdin()), environment, stop: Stop::on_signals()? })
}

/// One command, from its options to its report. Prints nothing.
pub async fn execute<B: Backend>(options: &Options, host: Host) -> Report<B::Change> {
    let findings = findings::<B>(options, host).await.unwrap_or_else(Findings::from);
    Report::new(B::NAME, options.command, findings)
}

async fn findings<B: Backend>(options: &Options, host: Host) -> Result<Findings<B::Change>, Error> {
    let bounds = Bounds::new(options.timeout, host.stop);
    let credentials = environment::credentials(host.environment, B::CREDENTIAL_VARIABLES);
    if !credentials.is_empty() {
        return Err(Error::Environment(credentials));
    }
    let (desired, yaml) = desired::<B>(options, host.stdin, &bounds).await?;
    match options.command {
        Command::Validate | Command::Schema | Command::Policy | Command::Completions => Ok(Findings::none()),
        Command::Describe => Ok(describe::<B>(&desired)),
        Command::Apply | Command::Plan => {
            let requires = B::requires(&desired);
            let secrets = limits::thread().map_err(Error::Start).and_then(|()| {
                Secrets::read(&options.secrets_dir, &requires.secrets).map_err(Error::Secrets)
            });
            let secrets = match secrets {
                Ok(secrets) => secrets,
                Err(error) => {
                    return Ok(Findings { endpoint: shown(&requires.endpoints), ..Findings::from(error) });
                }
            };
            let texts = Texts::new(Redactor::new(&secrets, [yaml.as_str(), &vocabulary::<B>()]));
            redact::set_current(Arc::clone(&texts.redactor));
            Ok(Driver::<B>::new(&desired, &secrets, texts, bounds).run(options.command).await)
        }
    }
}

/// Reads and validates the spec. Standard input may be slow, so it is read beside the signals.
async fn desired<B: Backend>(
    options: &Options,
    stdin: Box<dyn Read + Send>,
    bounds: &Bounds,
) -> Result<(B::Desired, String), Error> {
    let source = options.spec.clone();
    let reading = async {
        if limits::thread().is_err() {
            return Ok(spec::read(&source, stdin));
        }
        spawn_blocking(move || spec::read(&source, stdin)).await
    };
    let text = match bounds.within(reading).await {
        Ok(read) => read.map_err(|error| Error::Start(error.into()))??,
        Err(Cut::Stopped(signal)) => return Err(Error::Stopped(signal)),
        Err(Cut::Deadline) => {
            let (of, doing) = (format!("the spec {}", options.spec), "reading it".to_owned());
            return Err(Error::Deadline { of, within: options.timeout, doing, last: None });
        }
    };
    let parsed = text.parse::<B::Spec>()?;
    let desired = B::validate(parsed, &text.files).map_err(|violations| text.locate(violations))?;
    Ok((desired, text.into_yaml()))
}

/// What the spec provisions on a server that has nothing: conflicts belong to a server, and there is none.
fn describe<B: Backend>(desired: &B::Desired) -> Findings<B::Change> {
    let plan = B::plan(desired, &B::Observed::default());
    let step = |change: &B::Change| Step { change: change.clone(), status: Status::Planned, problem: None };
    Findings { steps: plan.changes().iter().map(step).collect(), ..Findings::none() }
}

/// The words that the tool itself uses: the fields and choices of its specs, and those of every report.
fn vocabulary<B: Backend>() -> String {
    let schema = schema::<B>().unwrap_or_default();
    words::of(&serde_json::from_str(&schema).unwrap_or_default())
}

/// The JSON Schema of the spec, from its types.
pub fn schema<B: Backend>() -> Result<String, serde_json::Error> {
    let mut schema = schemars::schema_for!(B::Spec);
    schema.insert("title".to_owned(), format!("{} spec", B::NAME).into());
    // An editor must not mark them as unknown.
    schema.insert(
        "patternProperties".to_owned(),
        serde_json::json!({ format!("^{}", extension::PREFIX): true }),
    );
    serde_json::to_string_pretty(&schema).map(|json| json + "\n")
}

/// The findings about the project on standard input, a line for each.
fn policy() -> Exit {
    match policy::read(io::stdin()).and_then(|text| policy::findings(&text)) {
        Ok(findings) if findings.is_empty() => print(Ok(policy::KEPT.to_owned()), Exit::Converged),
        Ok(findings) => {
            print(Ok(findings.into_iter().map(|line| printable(&line) + "\n").collect()), Exit::Findings)
        }
        Err(problem) => {
            error!(
                exit = Exit::Spec.code(),
                problem, "could not read the Compose project from standard input"
            );
            Exit::Spec
        }
    }
}

/// Writes to stdout. A reader that went away is no failure of the run.
fn print(page: Result<String, serde_json::Error>, exit: Exit) -> Exit {
    let written = page.map_err(io::Error::from).and_then(|page| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(page.as_bytes())?;
        stdout.flush()
    });
    match written {
        Err(problem) if problem.kind() != io::ErrorKind::BrokenPipe => {
            error!(%problem, "could not write the report");
            Exit::Internal
        }
        _ => exit,
    }
}
