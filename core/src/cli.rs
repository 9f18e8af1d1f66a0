//! The command line, the same for all tools. Every option is also an environment variable.

mod meant;
mod words;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use clap_complete::Shell;

pub use self::words::{Color, Command, Format, LogFormat, LogLevel};
use crate::exit::Exit;
use crate::export::{Only, Scope};
use crate::shown::printable;
use crate::spec::Source;

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
    /// How long a watch waits between two passes, at most.
    pub every: Duration,
    /// How the report is written.
    pub format: Format,
    /// How much the log says.
    pub log: LogLevel,
    /// export: what is asked for.
    pub scope: Scope,
    /// plan: passwords are not compared.
    pub without_secrets: bool,
}

/// How the process writes, as far as the command line says. It changes nothing of what a run does.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// How the log is written; by what stderr leads to where it is not said.
    pub log_format: Option<LogFormat>,
    /// Whether texts have colours.
    pub color: Color,
}

/// The command line as it is written.
#[derive(Debug, Parser)]
#[command(after_long_help = Exit::table())]
struct Line {
    /// What to do
    #[arg(value_enum, default_value = "apply")]
    command: Command,

    /// completions: the shell to complete for
    #[arg(required_if_eq("command", "completions"))]
    shell: Option<Shell>,

    /// The spec, as YAML: a file, or a directory of *.yaml and *.yml; repeated, all are one spec; `-` reads standard input
    #[arg(long, value_name = "PATH", env = "INIT_SPEC")]
    spec: Vec<PathBuf>,

    /// The directory whose files are the secrets that the spec names
    #[arg(long, value_name = "PATH", env = "INIT_SECRETS_DIR", default_value = "/run/secrets")]
    secrets_dir: PathBuf,

    /// The bound of the whole run, such as 90s or 2m; watch: of each pass
    #[arg(long, value_name = "DURATION", env = "INIT_TIMEOUT", default_value = "120s", value_parser = duration)]
    timeout: Duration,

    /// watch: the longest pause between two passes
    #[arg(long, value_name = "DURATION", env = "INIT_EVERY", default_value = "60s", value_parser = duration)]
    every: Duration,

    /// How the report on stdout is written [default: text on a terminal, else json]
    #[arg(long, value_enum, env = "INIT_FORMAT")]
    format: Option<Format>,

    /// How much the log on stderr says
    #[arg(long, value_enum, env = "INIT_LOG", default_value = "info")]
    log: LogLevel,

    /// How the log on stderr is written [default: text on a terminal, else json]
    #[arg(long, value_enum, env = "INIT_LOG_FORMAT")]
    log_format: Option<LogFormat>,

    /// Whether texts have colours
    #[arg(long, value_enum, value_name = "WHEN", env = "INIT_COLOR", default_value = "auto")]
    color: Color,

    /// export: only these sections of a spec, each with or without a pattern for its names: `users,topics=app-*`
    #[arg(long, value_name = "SECTION[=PATTERN]", env = "INIT_ONLY", value_delimiter = ',')]
    only: Vec<Only>,

    /// plan: compare everything but passwords, whose files need not be there
    #[arg(long, env = "INIT_WITHOUT_SECRETS")]
    without_secrets: bool,
}

/// The options and how to write, or the exit of a command line that asks for help or is wrong (it has been told so by then).
pub fn parse(
    name: &'static str,
    sections: &[&str],
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Options, Style), Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    let line = match read(name, &args).and_then(|line| judged(name, sections, line)) {
        Ok(line) => line,
        Err(error) => return Err(tell(&error, &args)),
    };
    if let (Command::Completions, Some(shell)) = (line.command, line.shell) {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut definition(name), name, &mut script);
        let _ = io::stdout().lock().write_all(&script);
        return Err(Exit::Converged);
    }
    let by_terminal = if io::stdout().is_terminal() { Format::Text } else { Format::Json };
    let style = Style { log_format: line.log_format, color: line.color };
    let options = Options {
        command: line.command,
        spec: line.spec.into(),
        secrets_dir: line.secrets_dir,
        timeout: line.timeout,
        every: line.every,
        format: line.format.unwrap_or(by_terminal),
        log: line.log,
        scope: Scope::new(line.only),
        without_secrets: line.without_secrets,
    };
    Ok((options, style))
}

/// What `--help` prints.
pub fn help(name: &'static str) -> String {
    definition(name).render_long_help().to_string()
}

fn definition(name: &'static str) -> clap::Command {
    let about = format!("{name} converges a server to one declarative spec, verifies it, and reports");
    let spec = format!("/etc/{name}/spec.yaml");
    let version = version(option_env!("DAYZERO_COMMIT"));
    let line = Line::command().name(name).bin_name(name).about(about).version(version);
    let line = line.mut_args(|arg| arg.hide_env_values(true));
    line.mut_arg("spec", |arg| arg.required(false).default_value(spec))
}

/// The version, with the commit that a released binary is made of.
fn version(commit: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match commit {
        Some(commit) if !commit.is_empty() => format!("{version} ({commit})"),
        _ => version.to_owned(),
    }
}

fn read(name: &'static str, args: &[OsString]) -> Result<Line, clap::Error> {
    let mut definition = definition(name);
    let is_completions = args.iter().any(|arg| arg == "completions");
    let matches = definition.try_get_matches_from_mut(args);
    let matches = matches.map_err(|error| meant::meant(error, &definition, is_completions))?;
    let line = Line::from_arg_matches(&matches).map_err(|error| error.format(&mut definition))?;
    if line.shell.is_some() && line.command != Command::Completions {
        let problem = format!("a shell belongs to `completions`, not to `{}`", line.command);
        return Err(definition.error(ErrorKind::UnknownArgument, problem));
    }
    Ok(line)
}

/// Options that belong to one command, and sections that this tool's specs have.
fn judged(name: &'static str, sections: &[&str], line: Line) -> Result<Line, clap::Error> {
    let unknown = line.only.iter().find(|only| !sections.contains(&only.section.as_str()));
    let problem = match (line.command, unknown) {
        _ if line.spec.len() > 1 && line.spec.iter().any(|path| path.as_os_str() == "-") => {
            "--spec: standard input (`-`) is a whole spec, and no part of one".to_owned()
        }
        (Command::Export, _) if sections.is_empty() => format!("`export` of {name} is not there yet"),
        (Command::Export, Some(only)) => {
            format!("--only: there is no section `{}`; known here: {}", only.section, sections.join(", "))
        }
        (command, _) if !line.only.is_empty() && command != Command::Export => {
            format!("--only belongs to `export`, not to `{command}`")
        }
        (Command::Plan, _) if line.without_secrets && sections.is_empty() => {
            format!("`plan --without-secrets` of {name} is not there yet")
        }
        (command, _) if line.without_secrets && command != Command::Plan => {
            format!("--without-secrets belongs to `plan`, not to `{command}`")
        }
        _ => return Ok(line),
    };
    Err(definition(name).error(ErrorKind::ArgumentConflict, problem))
}

/// Prints what was asked for to stdout, and what is wrong to stderr. A reader that is gone needs neither.
fn tell(error: &clap::Error, args: &[OsString]) -> Exit {
    let text = error.to_string();
    if !error.use_stderr() {
        let _ = io::stdout().lock().write_all(text.as_bytes());
        return Exit::Converged;
    }
    let _ = io::stderr().lock().write_all(wrong(&text, variable(error, args).as_deref()).as_bytes());
    Exit::Usage
}

/// The text of an error, with the variable that the value came from.
fn wrong(text: &str, variable: Option<&str>) -> String {
    let lines = text.lines().enumerate().map(|(number, line)| match variable {
        Some(variable) if number == 0 => format!("{} (from the variable {variable})\n", printable(line)),
        _ => printable(line) + "\n",
    });
    lines.collect()
}

/// The variable of the option that is wrong, unless the command line names the option.
fn variable(error: &clap::Error, args: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = shown.split([' ', '=']).next()?;
    let named = |arg: &OsString| arg.to_str().and_then(|arg| arg.split('=').next()) == Some(option);
    let definition = Line::command();
    let argument = definition.get_arguments().find(|arg| arg.get_long() == option.strip_prefix("--"))?;
    let variable = argument.get_env()?.to_string_lossy().into_owned();
    (!args.iter().any(named)).then_some(variable)
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed =
        humantime::parse_duration(text).map_err(|error| format!("{error}; write 90s, 2m or 500ms"))?;
    if parsed.is_zero() { Err("it needs some time; write 90s, 2m or 500ms".to_owned()) } else { Ok(parsed) }
}

#[cfg(test)]
mod tests;
