//! The command line, the same for all tools. Every option is also an environment variable.

use std::ffi::OsString;
use std::fmt;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use serde::Serialize;

use crate::exit::Exit;
use crate::spec::Source;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Converge the server to the spec and verify it
    Apply,
    /// Show what apply would do, without doing it; exit 3 on drift
    Plan,
    /// Check the spec, without a server or secrets
    Validate,
    /// List what the spec provisions, without a server or secrets
    Describe,
    /// Print the JSON Schema of the spec
    Schema,
}

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line of JSON
    Json,
    /// Text for people
    Text,
}

/// How much the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing
    Off,
    /// What went wrong on the way
    Error,
    /// Every change and every wait
    Info,
    /// Every step
    Debug,
    /// Every request, by name
    Trace,
}

/// A command line, resolved.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to do.
    pub command: Command,
    /// Where the spec is.
    pub spec: Source,
    /// Where the secrets are.
    pub secrets_dir: PathBuf,
    /// The bound of the whole run.
    pub timeout: Duration,
    /// How the report is written.
    pub format: Format,
    /// How much the log says.
    pub log: LogLevel,
}

#[derive(Parser)]
#[command(version, disable_help_subcommand = true)]
struct Args {
    /// What to do
    #[arg(value_enum, default_value = "apply")]
    command: Command,
    /// The spec, as YAML; `-` reads standard input
    #[arg(long, value_name = "PATH", env = "INIT_SPEC")]
    spec: PathBuf,
    /// The directory whose files are the secrets that the spec names
    #[arg(long, value_name = "PATH", env = "INIT_SECRETS_DIR", default_value = "/run/secrets")]
    secrets_dir: PathBuf,
    /// The bound of the whole run, such as 90s or 2m
    #[arg(long, value_name = "DURATION", env = "INIT_TIMEOUT", default_value = "120s", value_parser = duration)]
    timeout: Duration,
    /// How the report on stdout is written [default: text on a terminal, else json]
    #[arg(long, value_enum, env = "INIT_FORMAT")]
    format: Option<Format>,
    /// How much the log on stderr says
    #[arg(long, value_enum, env = "INIT_LOG", default_value = "info")]
    log: LogLevel,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apply => "apply",
            Self::Plan => "plan",
            Self::Validate => "validate",
            Self::Describe => "describe",
            Self::Schema => "schema",
        })
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed =
        humantime::parse_duration(text).map_err(|error| format!("{error}; write 90s, 2m or 500ms"))?;
    if parsed.is_zero() {
        Err("a run needs some time; write 90s, 2m or 500ms".to_owned())
    } else {
        Ok(parsed)
    }
}

/// The options, or the exit of a command line that asks for help or is wrong (clap has said so by then).
pub fn parse(name: &'static str, args: impl IntoIterator<Item = OsString>) -> Result<Options, Exit> {
    let matches =
        command(name).try_get_matches_from(args).and_then(|matches| Args::from_arg_matches(&matches));
    let args = matches.map_err(|error| {
        // A reader that is gone needs no help.
        let _ = error.print();
        if error.use_stderr() { Exit::Usage } else { Exit::Converged }
    })?;
    let by_terminal = if std::io::stdout().is_terminal() { Format::Text } else { Format::Json };
    Ok(Options {
        command: args.command,
        spec: args.spec.into(),
        secrets_dir: args.secrets_dir,
        timeout: args.timeout,
        format: args.format.unwrap_or(by_terminal),
        log: args.log,
    })
}

/// The command line of one tool.
fn command(name: &'static str) -> clap::Command {
    Args::command()
        .name(name)
        .bin_name(name)
        .about(format!("{name} converges a server to one declarative spec, verifies it, and reports"))
        .after_help(Exit::table())
        .mut_arg("spec", |arg| arg.required(false).default_value(format!("/etc/{name}/spec.yaml")))
        .mut_args(|arg| arg.hide_env_values(true))
}

/// What `--help` prints.
pub fn help(name: &'static str) -> String {
    command(name).render_long_help().to_string()
}
