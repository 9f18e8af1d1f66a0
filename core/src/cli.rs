//! The command line, the same for all tools. Every option is also an environment variable.

mod help;
mod words;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser};

use self::help::Argument;
use self::words::Choice;
pub use self::words::{Command, Format, LogLevel};
use crate::exit::Exit;
use crate::spec::{Source, nearest};

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

/// Why there are no options: the command line asked for a text, or is wrong.
enum Ended {
    Asked(String),
    Wrong(String),
}

/// The options, or the exit of a command line that asks for help or is wrong (it has been told so by then).
pub fn parse(name: &'static str, args: impl IntoIterator<Item = OsString>) -> Result<Options, Exit> {
    read(name, args).map_err(|ended| {
        // A reader that is gone needs no help.
        match ended {
            Ended::Asked(page) => {
                let _ = io::stdout().lock().write_all(page.as_bytes());
                Exit::Converged
            }
            Ended::Wrong(problem) => {
                let _ = writeln!(io::stderr(), "error: {problem}\n\nFor more information, try '--help'.");
                Exit::Usage
            }
        }
    })
}

/// What `--help` prints.
pub fn help(name: &'static str) -> String {
    help::long(name)
}

fn read(name: &str, args: impl IntoIterator<Item = OsString>) -> Result<Options, Ended> {
    let (command, options) = (help::command(), help::options(name));
    let mut given = Given(BTreeMap::new());
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next().map_err(|error| Ended::Wrong(error.to_string()))? {
        match arg {
            Arg::Short('h') => return Err(Ended::Asked(help::short(name))),
            Arg::Long("help") => return Err(Ended::Asked(help::long(name))),
            Arg::Short('V') | Arg::Long("version") => {
                return Err(Ended::Asked(format!("{name} {}\n", env!("CARGO_PKG_VERSION"))));
            }
            Arg::Long(long) => match options.iter().find(|option| option.name == long) {
                Some(option) => given.take(option, value(&mut parser))?,
                None => return Err(unexpected(name, &options, &format!("--{long}"))),
            },
            Arg::Short(short) => return Err(unexpected(name, &options, &format!("-{short}"))),
            Arg::Value(word) if given.0.contains_key(command.name) => {
                return Err(unexpected(name, &options, &word.to_string_lossy()));
            }
            Arg::Value(word) => given.take(&command, Some(word))?,
        }
    }
    for option in &options {
        given.fill(option)?;
    }
    given.resolve(&command, &options)
}

/// What belongs to an option. What looks like the next one is not its value, unless `=` says so.
fn value(parser: &mut Parser) -> Option<OsString> {
    parser.optional_value().or_else(|| {
        let value = parser.value().ok()?;
        let text = value.to_string_lossy();
        (text == "-" || !text.starts_with('-')).then_some(value)
    })
}

fn unexpected(name: &str, options: &[Argument], word: &str) -> Ended {
    let known: Vec<&str> = options.iter().map(|option| option.name).chain(["help", "version"]).collect();
    let tip = nearest(word.trim_start_matches('-'), &known)
        .filter(|_| word.starts_with("--"))
        .map_or_else(String::new, |near| format!("\n\n  tip: a similar argument exists: '--{near}'"));
    Ended::Wrong(format!("unexpected argument '{word}' found{tip}\n\n{}", help::usage(name)))
}

/// What was given for each argument, by its name.
struct Given(BTreeMap<&'static str, OsString>);

impl Given {
    fn take(&mut self, argument: &Argument, value: Option<OsString>) -> Result<(), Ended> {
        let shown = &argument.shown;
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Err(Ended::Wrong(format!("a value is required for '{shown}' but none was supplied")));
        };
        if self.0.insert(argument.name, value).is_some() {
            return Err(Ended::Wrong(format!("the argument '{shown}' cannot be used multiple times")));
        }
        Ok(())
    }

    /// The variable of an option counts where the command line does not name it.
    fn fill(&mut self, option: &Argument) -> Result<(), Ended> {
        let variable =
            option.variable.filter(|_| !self.0.contains_key(option.name)).and_then(std::env::var_os);
        if variable.is_some() { self.take(option, variable) } else { Ok(()) }
    }

    /// What counts for an argument, as text.
    fn text(&self, argument: &Argument) -> Option<String> {
        let given = self.0.get(argument.name).map(|value| value.to_string_lossy().into_owned());
        given.or_else(|| argument.default.clone())
    }

    fn path(&self, argument: &Argument) -> PathBuf {
        let given = self.0.get(argument.name).map(PathBuf::from);
        given.unwrap_or_else(|| argument.default.clone().unwrap_or_default().into())
    }

    fn choice<C: Choice>(&self, argument: &Argument) -> Result<Option<C>, Ended> {
        let Some(word) = self.text(argument) else { return Ok(None) };
        let known: Vec<&str> = argument.words.iter().map(|(known, _)| *known).collect();
        C::of(&word).map(Some).ok_or_else(|| {
            let tip = nearest(&word, &known)
                .map_or_else(String::new, |near| format!("\n\n  tip: a similar value exists: '{near}'"));
            let known = known.join(", ");
            Ended::Wrong(format!(
                "invalid value '{word}' for '{}'\n  [possible values: {known}]{tip}",
                argument.shown
            ))
        })
    }

    fn resolve(&self, command: &Argument, options: &[Argument; 5]) -> Result<Options, Ended> {
        let [spec, secrets_dir, timeout, format, log] = options;
        let text = self.text(timeout).unwrap_or_default();
        let timeout = duration(&text).map_err(|problem| {
            Ended::Wrong(format!("invalid value '{text}' for '{}': {problem}", timeout.shown))
        })?;
        let by_terminal = if io::stdout().is_terminal() { Format::Text } else { Format::Json };
        Ok(Options {
            command: self.choice(command)?.unwrap_or(Command::Apply),
            spec: self.path(spec).into(),
            secrets_dir: self.path(secrets_dir),
            timeout,
            format: self.choice(format)?.unwrap_or(by_terminal),
            log: self.choice(log)?.unwrap_or(LogLevel::Info),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Options, String> {
        let args = ["fake-init"].iter().chain(args).map(OsString::from);
        read("fake-init", args).map_err(|ended| match ended {
            Ended::Asked(page) | Ended::Wrong(page) => page,
        })
    }

    #[test]
    fn every_option_is_taken_with_and_without_an_equals_sign() {
        for args in [
            &["plan", "--spec", "-", "--secrets-dir=/s", "--timeout", "2m", "--format=text", "--log", "off"]
                [..],
            &["--log=off", "--format", "text", "--timeout=2m", "--secrets-dir", "/s", "--spec=-", "plan"],
        ] {
            let options = parsed(args).unwrap();
            assert_eq!(
                (options.command, options.format, options.log),
                (Command::Plan, Format::Text, LogLevel::Off)
            );
            assert_eq!((options.spec, options.timeout), (Source::Stdin, Duration::from_secs(120)));
            assert_eq!(options.secrets_dir, PathBuf::from("/s"));
        }
        let options = parsed(&[]).unwrap();
        assert_eq!((options.command, options.log), (Command::Apply, LogLevel::Info));
        assert_eq!(options.spec, Source::File(PathBuf::from("/etc/fake-init/spec.yaml")));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_was_probably_meant() {
        for (args, problem) in [
            (
                &["--spce", "x"][..],
                "unexpected argument '--spce' found\n\n  tip: a similar argument exists: '--spec'",
            ),
            (&["-x"], "unexpected argument '-x' found\n\nUsage: fake-init [OPTIONS] [COMMAND]"),
            (&["plan", "apply"], "unexpected argument 'apply' found"),
            (
                &["plna"],
                "invalid value 'plna' for '[COMMAND]'\n  [possible values: apply, plan, validate, describe, schema]\n\n  tip: a similar value exists: 'plan'",
            ),
            (
                &["--format", "xml"],
                "invalid value 'xml' for '--format <FORMAT>'\n  [possible values: json, text]",
            ),
            (&["--spec"], "a value is required for '--spec <PATH>' but none was supplied"),
            (&["--spec", "--log", "off"], "a value is required for '--spec <PATH>' but none was supplied"),
            (&["--spec="], "a value is required for '--spec <PATH>' but none was supplied"),
            (&["--log", "off", "--log", "off"], "the argument '--log <LOG>' cannot be used multiple times"),
            (&["--timeout", "0s"], "invalid value '0s' for '--timeout <DURATION>': a run needs some time"),
        ] {
            let told = parsed(args).unwrap_err();
            assert!(told.starts_with(problem), "{args:?}: {told}");
        }
    }

    #[test]
    fn the_summary_has_a_line_for_each_option() {
        let page = parsed(&["-h"]).unwrap_err();
        for line in [
            "  [COMMAND]               What to do [default: apply] [possible values: apply, plan, ",
            "      --timeout <DURATION>    The bound of the whole run, such as 90s or 2m [env: INIT_TIMEOUT] [default: 120s]",
            "  -h, --help                  Print help (see more with '--help')",
        ] {
            assert!(page.contains(line), "{page}");
        }
        assert_eq!(parsed(&["-V"]).unwrap_err(), concat!("fake-init ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}
