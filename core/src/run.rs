//! From a command line to a report: what every tool's `main` calls.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

use crate::backend::Backend;
use crate::cli::{self, Command, Options};
use crate::compared::compared;
use crate::error::Error;
use crate::exit::Exit;
use crate::export::{Connection, Untyped};
use crate::health::{self, Health};
use crate::host::{self, Host};
use crate::input::{self, schema};
use crate::ledger::{Status, Step};
use crate::peer::Texts;
use crate::readiness::{Waiting, shown};
use crate::reconcile::Driver;
use crate::report::{Findings, Report};
use crate::secrets::Secrets;
use crate::shown::printable;
use crate::spec::Text;
use crate::stop::{Again, Bounds};
use crate::terminal::Look;
use crate::text::Seen;
use crate::variables::Variables;
use crate::watch::{Sidecar, watch};
use crate::{environment, last_resort, limits, log, policy};

/// A thread without work is kept this long: longer than a run.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// The whole tool: parses the command line, runs it, prints the report, and says how to exit.
pub fn run<B: Backend>() -> ExitCode {
    let (options, style) = match cli::parse(B::NAME, B::SECTIONS, std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(exit) => return exit.into(),
    };
    let look = Look::of_process(style);
    let private = limits::private();
    log::init(B::NAME, &options, look);
    if let Err(problem) = private {
        warn!(%problem, "other processes of this user, or a core dump, may read this one's memory");
    }
    if options.command == Command::Health {
        let (page, exit) = health::ask(B::NAME, &options);
        return print(Ok(page), exit).into();
    }
    if options.command == Command::Policy {
        return policy::<B>().into();
    }
    last_resort::on_panic(B::NAME, &options, look);
    let exit = match options.command {
        Command::Schema => return print(schema::<B>(), Exit::Converged).into(),
        Command::Watch => kept::<B>(&options, look),
        _ => once::<B>(&options, look),
    };
    exit.into()
}

/// One run and its report.
fn once<B: Backend>(options: &Options, look: Look) -> Exit {
    let began = Instant::now();
    last_resort::allow(options.timeout);
    let report = in_runtime(B::NAME, (options, look), async |host, health| {
        health.busy_with(options.command);
        execute::<B>(options, host).await
    });
    let report = report.unwrap_or_else(|error| failed::<B>(options, error));
    let page = report.render(options.format, Some(seen(look, began)));
    hold();
    let exit = print(page, report.exit());
    if exit == report.exit() {
        report.log(Some(began.elapsed()));
    }
    exit
}

/// Passes until a signal, and a report of each that says something new.
fn kept<B: Backend>(options: &Options, look: Look) -> Exit {
    let tell = |report: &Report<B::Change>, began: Instant| {
        print(report.render(options.format, Some(seen(look, began))), report.exit());
        report.log(Some(began.elapsed()));
    };
    let exit = in_runtime(B::NAME, (options, look), async |host, health| {
        let again = Again::on_hangup()?;
        Ok(watch::<B>(options, Sidecar { host, again, health }, tell).await)
    });
    let exit = exit.and_then(|exit| exit).unwrap_or_else(|error| {
        let report = failed::<B>(options, error);
        tell(&report, Instant::now());
        report.exit()
    });
    hold();
    exit
}

fn failed<B: Backend>(options: &Options, error: io::Error) -> Report<B::Change> {
    Report::new(B::NAME, options, Error::Start(error).into())
}

/// What a text has for a person who sees it at once.
fn seen(look: Look, began: Instant) -> Seen {
    Seen { took: look.seen().then(|| began.elapsed()), paint: look.report_paint() }
}

/// Goes on only where nobody else is ending this process.
fn hold() {
    if !last_resort::claim() {
        loop {
            std::thread::park();
        }
    }
}

fn in_runtime<T>(
    tool: &'static str,
    (options, look): (&Options, Look),
    work: impl AsyncFnOnce(Host, Health) -> T,
) -> io::Result<T> {
    limits::descriptors()?;
    // A thread that once started is kept: name look-ups find it even where there may be no other.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().thread_keep_alive(KEEP).build()?;
    let done = runtime.block_on(async {
        let host = Host::of_process()?;
        if limits::thread().is_ok() {
            // First the thread that a run cannot do without, then the one that it can.
            let _ = spawn_blocking(|| {}).await;
            last_resort::watch(tool, options, look);
        }
        let health = Health::default();
        health.answer(tool, options);
        Ok(work(host, health).await)
    });
    // A name look-up that hangs in its thread must not hold the exit back.
    runtime.shutdown_background();
    done
}

/// One command, from its options to its report. Prints nothing.
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
    warn_of(&credentials);
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
            let (secrets, texts) = match prepared::<B>(options, &text, &desired) {
                Ok(prepared) => prepared,
                Err(findings) => return Ok(*findings),
            };
            let mut waiting = Waiting::default();
            let driver = Driver::<B>::new((&desired, &secrets), texts, bounds, &mut waiting);
            // Boxed: the compiler follows the types of nested futures only so deep.
            let findings = Box::pin(driver.run(options.command)).await;
            let compared = if findings.error.is_none() { compared::<B>(&desired) } else { String::new() };
            Ok(Findings { compared, ..findings })
        }
    }
}

/// The secrets that a run needs, and what its texts go through on their way out; or what is told where a secret is missing.
fn prepared<B: Backend>(
    options: &Options,
    text: &Text,
    desired: &B::Desired,
) -> Result<(Secrets, Texts), Box<Findings<B::Change>>> {
    let requires = input::requires::<B>(desired);
    let secrets = input::secrets(options, &requires)
        .map_err(|error| Findings { endpoint: shown(&requires.endpoints), ..Findings::from(error) })?;
    let texts = input::texts(&secrets, text, &input::vocabulary::<B>());
    Ok((secrets, texts))
}

/// A command that reaches no server goes on with a credential beside it, and tells what the others would refuse.
fn warn_of(credentials: &[String]) {
    if !credentials.is_empty() {
        let variables = credentials.join(", ");
        warn!(
            variables,
            "the environment holds what looks like a credential; apply, plan, watch and export refuse it"
        );
    }
}

/// The spec of the server that a spec's connection leads to: what else the given spec has is written anew.
async fn export<B: Backend>(
    options: &Options,
    text: &Text,
    bounds: Bounds,
) -> Result<Findings<B::Change>, Error> {
    let (connection, ignored) = Connection::of(text.parse::<Untyped>()?.0, B::SECTIONS, B::CARRIED);
    if !ignored.is_empty() {
        info!(sections = ignored.join(", "), "of the given spec only the connection is used");
    }
    let desired = input::desired::<B>(&text.beside(connection.alone()))?;
    let (secrets, texts) = match prepared::<B>(options, text, &desired) {
        Ok(prepared) => prepared,
        Err(findings) => return Ok(*findings),
    };
    let scope = options.scope.clone().carrying(connection.carried());
    let mut waiting = Waiting::default();
    let driver = Driver::<B>::new((&desired, &secrets), texts, bounds, &mut waiting);
    Ok(Box::pin(driver.export(&connection, &scope)).await)
}

/// What the spec provisions on a server that has nothing: conflicts belong to a server, and there is none.
fn describe<B: Backend>(desired: &B::Desired) -> Findings<B::Change> {
    let plan = B::plan(desired, &B::Observed::default());
    let step = |change: &B::Change| Step { change: change.clone(), status: Status::Planned, problem: None };
    Findings { steps: plan.changes().iter().map(step).collect(), ..Findings::none() }
}

/// The findings about the project on standard input, a line for each.
fn policy<B: Backend>() -> Exit {
    warn_of(&environment::credentials(&host::environment(), B::CREDENTIAL_VARIABLES));
    match policy::read(io::stdin()).and_then(|text| policy::findings(&text)) {
        Ok(findings) if findings.is_empty() => print(Ok(policy::KEPT.to_owned()), Exit::Converged),
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
