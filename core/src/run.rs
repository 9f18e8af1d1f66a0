//! The entry point of every tool: from the command line to the report.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

use crate::backend::Backend;
use crate::cli::{self, Command, Options};
use crate::compared::compared;
use crate::error::Error;
use crate::escape::printable;
use crate::exit::Exit;
use crate::export::{Connection, Untyped};
use crate::health::{self, Health};
use crate::host::{self, Host};
use crate::input::{self, schema};
use crate::ledger::{Status, Step};
use crate::peer::Texts;
use crate::readiness::{Waiting, join_endpoints};
use crate::reconcile::Driver;
use crate::report::{Findings, Report};
use crate::secrets::Secrets;
use crate::spec::Text;
use crate::stop::{Bounds, PassTrigger};
use crate::terminal::Appearance;
use crate::text::TextStyle;
use crate::variables::Variables;
use crate::watch::{Sidecar, watch};
use crate::{environment, limits, log, policy, watchdog};

/// The time for which an idle thread is kept, longer than any run.
const KEEP_ALIVE: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the whole tool: parses the command line, executes the command, prints the report, and returns the exit code.
pub fn run<B: Backend>() -> ExitCode {
    let (options, style) = match cli::parse(B::NAME, B::SECTIONS, std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(exit) => return exit.into(),
    };
    let appearance = Appearance::of_process(style);
    let protected = limits::protect_memory();
    log::init(B::NAME, &options, appearance);
    if let Err(problem) = protected {
        warn!(%problem, "other processes of this user, or a core dump, may read this one's memory");
    }
    if options.command == Command::Health {
        let (output, exit) = health::ask(B::NAME, &options);
        return print(Ok(output), exit).into();
    }
    if options.command == Command::Policy {
        return policy::<B>().into();
    }
    watchdog::on_panic(B::NAME, &options, appearance);
    let exit = match options.command {
        Command::Schema => return print(schema::<B>(), Exit::Converged).into(),
        Command::Watch => run_watch::<B>(&options, appearance),
        _ => run_once::<B>(&options, appearance),
    };
    exit.into()
}

/// Executes a command other than `watch` and prints its report.
fn run_once<B: Backend>(options: &Options, appearance: Appearance) -> Exit {
    let started = Instant::now();
    watchdog::arm(options.timeout);
    let report = in_runtime(B::NAME, (options, appearance), async |host, health| {
        health.running(options.command);
        execute::<B>(options, host).await
    });
    let report = report.unwrap_or_else(|error| start_failure::<B>(options, error));
    let output = report.render(options.format, Some(text_style(appearance, started)));
    claim_report_or_park();
    let exit = print(output, report.exit());
    if exit == report.exit() {
        report.log(Some(started.elapsed()));
    }
    exit
}

/// Executes `watch`: makes passes until a signal, and prints a report for each pass with news.
fn run_watch<B: Backend>(options: &Options, appearance: Appearance) -> Exit {
    let print_report = |report: &Report<B::Change>, started: Instant| {
        print(report.render(options.format, Some(text_style(appearance, started))), report.exit());
        report.log(Some(started.elapsed()));
    };
    let exit = in_runtime(B::NAME, (options, appearance), async |host, health| {
        let trigger = PassTrigger::on_hangup()?;
        Ok(watch::<B>(options, Sidecar { host, trigger, health }, print_report).await)
    });
    let exit = exit.and_then(|exit| exit).unwrap_or_else(|error| {
        let report = start_failure::<B>(options, error);
        print_report(&report, Instant::now());
        report.exit()
    });
    claim_report_or_park();
    exit
}

fn start_failure<B: Backend>(options: &Options, error: io::Error) -> Report<B::Change> {
    Report::new(B::NAME, options, Error::Start(error).into())
}

/// The style of a text report, which shows the duration on a terminal.
fn text_style(appearance: Appearance, started: Instant) -> TextStyle {
    TextStyle {
        duration: appearance.is_visible().then(|| started.elapsed()),
        paint: appearance.report_paint(),
    }
}

/// Claims the report, or blocks forever if the watchdog is ending the process already.
fn claim_report_or_park() {
    if !watchdog::claim_report() {
        loop {
            std::thread::park();
        }
    }
}

fn in_runtime<T>(
    tool: &'static str,
    (options, appearance): (&Options, Appearance),
    work: impl AsyncFnOnce(Host, Health) -> T,
) -> io::Result<T> {
    limits::check_descriptors()?;
    // An idle thread is kept, so that name resolution can use it even if no further thread can be started.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().thread_keep_alive(KEEP_ALIVE).build()?;
    let done = runtime.block_on(async {
        let host = Host::of_process()?;
        if limits::check_thread().is_ok() {
            // The thread that a run needs is started before the optional one of the watchdog.
            let _ = spawn_blocking(|| {}).await;
            watchdog::start(tool, options, appearance);
        }
        let health = Health::default();
        health.serve_health(tool, options);
        Ok(work(host, health).await)
    });
    // A name resolution that hangs in its thread must not delay the exit.
    runtime.shutdown_background();
    done
}

/// Executes one command and returns its report, without printing it.
pub async fn execute<B: Backend>(options: &Options, host: Host) -> Report<B::Change> {
    let findings = findings::<B>(options, host).await.unwrap_or_else(Findings::from);
    Report::new(B::NAME, options, findings)
}

async fn findings<B: Backend>(options: &Options, host: Host) -> Result<Findings<B::Change>, Error> {
    let bounds = Bounds::new(options.timeout, host.stop);
    let credentials = environment::credentials(&host.environment, B::CREDENTIAL_VARIABLES);
    if !credentials.is_empty() && options.command.reaches_a_server() {
        return Err(Error::Environment(credentials));
    }
    warn_of_credentials(&credentials);
    let variables = Variables::new(&host.environment, B::CREDENTIAL_VARIABLES);
    let text = input::text::<B>(options, host.stdin, &variables, &bounds).await?;
    let mut desired = input::desired::<B>(&text)?;
    match options.command {
        Command::Validate | Command::Schema | Command::Policy | Command::Completions | Command::Health => {
            Ok(Findings::none())
        }
        Command::Describe => Ok(describe::<B>(&desired)),
        Command::Export => export::<B>(options, &text, bounds).await,
        Command::Apply | Command::Plan | Command::Watch => {
            if options.without_secrets {
                B::without_passwords(&mut desired);
            }
            let (secrets, texts) = match prepare::<B>(options, &text, &desired) {
                Ok(prepare) => prepare,
                Err(findings) => return Ok(*findings),
            };
            let mut waiting = Waiting::default();
            let driver = Driver::<B>::new((&desired, &secrets), texts, bounds, &mut waiting);
            // Boxed, because the types of nested futures would exceed the compiler's recursion limit.
            let findings = Box::pin(driver.run(options.command)).await;
            let compared = if findings.error.is_none() { compared::<B>(&desired) } else { String::new() };
            Ok(Findings { compared, ..findings })
        }
    }
}

/// Reads the secrets of a run and creates the redaction of its texts. The error is the result for a missing secret.
fn prepare<B: Backend>(
    options: &Options,
    text: &Text,
    desired: &B::Desired,
) -> Result<(Secrets, Texts), Box<Findings<B::Change>>> {
    let requires = input::requires::<B>(desired);
    let secrets = input::secrets(options, &requires).map_err(|error| Findings {
        endpoint: join_endpoints(&requires.endpoints),
        ..Findings::from(error)
    })?;
    let texts = input::texts(&secrets, text, &input::vocabulary::<B>());
    Ok((secrets, texts))
}

/// Warns of credentials in the environment, which are refused only by the commands that connect to a server.
fn warn_of_credentials(credentials: &[String]) {
    if !credentials.is_empty() {
        let variables = credentials.join(", ");
        warn!(
            variables,
            "the environment holds what looks like a credential; apply, plan, watch and export refuse it"
        );
    }
}

/// Executes `export`. Only the connection of the given spec is used; its sections are ignored.
async fn export<B: Backend>(
    options: &Options,
    text: &Text,
    bounds: Bounds,
) -> Result<Findings<B::Change>, Error> {
    let (connection, ignored) = Connection::of(text.parse::<Untyped>()?.0, B::SECTIONS, B::DEPENDENT_KEYS);
    if !ignored.is_empty() {
        info!(sections = ignored.join(", "), "of the given spec only the connection is used");
    }
    let desired = input::desired::<B>(&text.with_yaml(connection.to_yaml()))?;
    let (secrets, texts) = match prepare::<B>(options, text, &desired) {
        Ok(prepare) => prepare,
        Err(findings) => return Ok(*findings),
    };
    let scope = options.scope.clone().with_dependent_keys(connection.carried());
    let mut waiting = Waiting::default();
    let driver = Driver::<B>::new((&desired, &secrets), texts, bounds, &mut waiting);
    Ok(Box::pin(driver.export(&connection, &scope)).await)
}

/// Executes `describe`: plans against an empty server. Conflicts with an empty server mean nothing and are left out.
fn describe<B: Backend>(desired: &B::Desired) -> Findings<B::Change> {
    let plan = B::plan(desired, &B::Observed::default());
    let step = |change: &B::Change| Step { change: change.clone(), status: Status::Planned, problem: None };
    Findings { steps: plan.changes().iter().map(step).collect(), ..Findings::none() }
}

/// Executes `policy`: prints the findings about the project on standard input, one per line.
fn policy<B: Backend>() -> Exit {
    warn_of_credentials(&environment::credentials(&host::environment(), B::CREDENTIAL_VARIABLES));
    match policy::read(io::stdin()).and_then(|text| policy::findings(&text)) {
        Ok(findings) if findings.is_empty() => print(Ok(policy::NO_FINDINGS.to_owned()), Exit::Converged),
        Ok(findings) => {
            print(Ok(findings.into_iter().map(|line| printable(&line) + "\n").collect()), Exit::Negative)
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

/// Writes to stdout. A closed pipe is not a failure of the run.
fn print(output: Result<String, serde_json::Error>, exit: Exit) -> Exit {
    let written = output.map_err(io::Error::from).and_then(|output| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(output.as_bytes())?;
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
