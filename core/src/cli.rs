//! The command line, which is the same for all tools. Every option can also be set by an environment variable.

mod choices;
mod suggestion;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use clap_complete::Shell;

pub use self::choices::{Color, Command, Format, LogFormat, LogLevel};
use crate::escape::printable;
use crate::exit::Exit;
use crate::export::{Only, Scope};
use crate::spec::Source;

/// The parsed command line with defaults filled in.
#[derive(Clone, Debug)]
pub struct Options {
    /// The command.
    pub command: Command,
    /// The source of the spec.
    pub spec: Source,
    /// The directory of the secrets.
    pub secrets_dir: PathBuf,
    /// The time limit of the whole run.
    pub timeout: Duration,
    /// The longest pause of a watch between two passes.
    pub every: Duration,
    /// The format of the report.
    pub format: Format,
    /// The level of the log.
    pub log: LogLevel,
    /// The sections and names that `export` writes.
    pub scope: Scope,
    /// Set if `plan` neither reads nor compares passwords.
    pub without_secrets: bool,
}

/// The appearance of the output, which does not affect what a run does.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The format of the log. The default depends on whether stderr is a terminal.
    pub log_format: Option<LogFormat>,
    /// The use of colours.
    pub color: Color,
}

/// The arguments as clap parses them. The doc comments are the texts of `--help`.
#[derive(Debug, Parser)]
#[command(after_long_help = Exit::table())]
struct Arguments {
    /// The command
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

    /// The format of the report on stdout [default: text on a terminal, else json]
    #[arg(long, value_enum, env = "INIT_FORMAT")]
    format: Option<Format>,

    /// The level of the log on stderr
    #[arg(long, value_enum, env = "INIT_LOG", default_value = "info")]
    log: LogLevel,

    /// The format of the log on stderr [default: text on a terminal, else json]
    #[arg(long, value_enum, env = "INIT_LOG_FORMAT")]
    log_format: Option<LogFormat>,

    /// The use of colours in texts
    #[arg(long, value_enum, value_name = "WHEN", env = "INIT_COLOR", default_value = "auto")]
    color: Color,

    /// export: only these sections of a spec, each with or without a pattern for its names: `users,topics=app-*`
    #[arg(long, value_name = "SECTION[=PATTERN]", env = "INIT_ONLY", value_delimiter = ',')]
    only: Vec<Only>,

    /// plan: compare everything but passwords, whose files need not be there
    #[arg(long, env = "INIT_WITHOUT_SECRETS")]
    without_secrets: bool,
}

/// Parses the command line. For help, completions or an error, the text is printed here and the exit code is returned.
pub fn parse(
    name: &'static str,
    sections: &[&str],
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Options, Style), Exit> {
    let args: Vec<OsString> = args.into_iter().collect();
    let arguments = match parse_arguments(name, &args)
        .and_then(|arguments| check_combinations(name, sections, arguments))
    {
        Ok(arguments) => arguments,
        Err(error) => return Err(print_error(&error, &args)),
    };
    if let (Command::Completions, Some(shell)) = (arguments.command, arguments.shell) {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut definition(name), name, &mut script);
        let _ = io::stdout().lock().write_all(&script);
        return Err(Exit::Converged);
    }
    let default_format = if io::stdout().is_terminal() { Format::Text } else { Format::Json };
    let style = Style { log_format: arguments.log_format, color: arguments.color };
    let options = Options {
        command: arguments.command,
        spec: arguments.spec.into(),
        secrets_dir: arguments.secrets_dir,
        timeout: arguments.timeout,
        every: arguments.every,
        format: arguments.format.unwrap_or(default_format),
        log: arguments.log,
        scope: Scope::new(arguments.only),
        without_secrets: arguments.without_secrets,
    };
    Ok((options, style))
}

/// The text of `--help`.
pub fn help(name: &'static str) -> String {
    definition(name).render_long_help().to_string()
}

fn definition(name: &'static str) -> clap::Command {
    let about = format!("{name} converges a server to one declarative spec, verifies it, and reports");
    let spec = format!("/etc/{name}/spec.yaml");
    let version = version(option_env!("DAYZERO_COMMIT"));
    let arguments = Arguments::command().name(name).bin_name(name).about(about).version(version);
    let arguments = arguments.mut_args(|arg| arg.hide_env_values(true));
    arguments.mut_arg("spec", |arg| arg.required(false).default_value(spec))
}

/// The version, with the commit from which a released binary was built.
fn version(commit: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match commit {
        Some(commit) if !commit.is_empty() => format!("{version} ({commit})"),
        _ => version.to_owned(),
    }
}

fn parse_arguments(name: &'static str, args: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut definition = definition(name);
    let is_completions = args.iter().any(|arg| arg == "completions");
    let matches = definition.try_get_matches_from_mut(args);
    let matches = matches.map_err(|error| suggestion::with_suggestion(error, &definition, is_completions))?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut definition))?;
    if arguments.shell.is_some() && arguments.command != Command::Completions {
        let problem = format!("a shell belongs to `completions`, not to `{}`", arguments.command);
        return Err(definition.error(ErrorKind::UnknownArgument, problem));
    }
    Ok(arguments)
}

/// Checks that each option belongs to the command, and that the specs of this tool have the sections of `--only`.
fn check_combinations(
    name: &'static str,
    sections: &[&str],
    arguments: Arguments,
) -> Result<Arguments, clap::Error> {
    let unknown = arguments.only.iter().find(|only| !sections.contains(&only.section.as_str()));
    let problem = match (arguments.command, unknown) {
        _ if arguments.spec.len() > 1 && arguments.spec.iter().any(|path| path.as_os_str() == "-") => {
            "--spec: standard input (`-`) is a whole spec, and no part of one".to_owned()
        }
        (Command::Export, _) if sections.is_empty() => format!("`export` of {name} is not there yet"),
        (Command::Export, Some(only)) => {
            format!("--only: there is no section `{}`; known here: {}", only.section, sections.join(", "))
        }
        (command, _) if !arguments.only.is_empty() && command != Command::Export => {
            format!("--only belongs to `export`, not to `{command}`")
        }
        (Command::Plan, _) if arguments.without_secrets && sections.is_empty() => {
            format!("`plan --without-secrets` of {name} is not there yet")
        }
        (command, _) if arguments.without_secrets && command != Command::Plan => {
            format!("--without-secrets belongs to `plan`, not to `{command}`")
        }
        _ => return Ok(arguments),
    };
    Err(definition(name).error(ErrorKind::ArgumentConflict, problem))
}

/// Prints help to stdout and errors to stderr. A write error is ignored: the exit code is the same without a reader.
fn print_error(error: &clap::Error, args: &[OsString]) -> Exit {
    let text = error.to_string();
    if !error.use_stderr() {
        let _ = io::stdout().lock().write_all(text.as_bytes());
        return Exit::Converged;
    }
    let _ = io::stderr()
        .lock()
        .write_all(error_text(&text, variable_of_invalid_option(error, args).as_deref()).as_bytes());
    Exit::Usage
}

/// The text of an error, with the environment variable from which the value comes.
fn error_text(text: &str, variable: Option<&str>) -> String {
    let lines = text.lines().enumerate().map(|(number, line)| match variable {
        Some(variable) if number == 0 => format!("{} (from the variable {variable})\n", printable(line)),
        _ => printable(line) + "\n",
    });
    lines.collect()
}

/// The environment variable of the invalid option, unless the command line contains the option.
fn variable_of_invalid_option(error: &clap::Error, args: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = shown.split([' ', '=']).next()?;
    let named = |arg: &OsString| arg.to_str().and_then(|arg| arg.split('=').next()) == Some(option);
    let definition = Arguments::command();
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
