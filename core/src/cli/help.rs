//! What `--help` and `-h` print: the same table, at length and in one line for each option.

use std::fmt::Write as _;

use super::words::{Choice, Command, Format, LogLevel, Word};
use crate::exit::Exit;

/// One argument of the command line.
pub(super) struct Argument {
    /// As it is shown: `--spec <PATH>`.
    pub(super) shown: String,
    /// As it is written: `spec`.
    pub(super) name: &'static str,
    /// The variable that stands in for it.
    pub(super) variable: Option<&'static str>,
    pub(super) default: Option<String>,
    pub(super) words: Vec<Word>,
    about: &'static str,
}

impl Argument {
    fn option(name: &'static str, value: &str, variable: &'static str, about: &'static str) -> Self {
        let shown = format!("--{name} <{value}>");
        Self { shown, name, variable: Some(variable), default: None, words: Vec::new(), about }
    }

    fn by_default(self, value: &str) -> Self {
        Self { default: Some(value.to_owned()), ..self }
    }

    fn one_of(self, words: Vec<Word>) -> Self {
        Self { words, ..self }
    }
}

/// The one argument without a name.
pub(super) fn command() -> Argument {
    let shown = "[COMMAND]".to_owned();
    let words = Command::words();
    let default = Some("apply".to_owned());
    Argument { shown, name: "", variable: None, default, words, about: "What to do" }
}

/// Every option of the tool that is called `name`.
pub(super) fn options(name: &str) -> [Argument; 5] {
    let option = Argument::option;
    [
        option("spec", "PATH", "INIT_SPEC", "The spec, as YAML; `-` reads standard input")
            .by_default(&format!("/etc/{name}/spec.yaml")),
        option(
            "secrets-dir",
            "PATH",
            "INIT_SECRETS_DIR",
            "The directory whose files are the secrets that the spec names",
        )
        .by_default("/run/secrets"),
        option("timeout", "DURATION", "INIT_TIMEOUT", "The bound of the whole run, such as 90s or 2m")
            .by_default("120s"),
        option(
            "format",
            "FORMAT",
            "INIT_FORMAT",
            "How the report on stdout is written [default: text on a terminal, else json]",
        )
        .one_of(Format::words()),
        option("log", "LOG", "INIT_LOG", "How much the log on stderr says")
            .by_default("info")
            .one_of(LogLevel::words()),
    ]
}

/// The usage line.
pub(super) fn usage(name: &str) -> String {
    format!("Usage: {name} [OPTIONS] [COMMAND]")
}

fn page(name: &str, entry: impl Fn(&mut String, &Argument), rest: &str) -> String {
    let about = format!("{name} converges a server to one declarative spec, verifies it, and reports");
    let mut page = format!("{about}\n\n{}\n\nArguments:\n", usage(name));
    entry(&mut page, &command());
    page += "\nOptions:\n";
    for option in options(name) {
        entry(&mut page, &option);
    }
    page + rest + "\n" + Exit::table().as_str()
}

/// What `--help` prints.
pub(super) fn long(name: &str) -> String {
    let entry = |page: &mut String, argument: &Argument| {
        let indent = if argument.name.is_empty() { "  " } else { "      " };
        let _ = writeln!(page, "{indent}{}\n          {}", argument.shown, argument.about);
        if !argument.words.is_empty() {
            page.push_str("\n          Possible values:\n");
        }
        let width = argument.words.iter().map(|(word, _)| word.len()).max().unwrap_or_default() + 1;
        for (word, about) in &argument.words {
            let _ = writeln!(page, "          - {:width$} {about}", format!("{word}:"));
        }
        page.push_str("          \n");
        if let Some(variable) = argument.variable {
            let _ = writeln!(page, "          [env: {variable}]");
        }
        if let Some(default) = &argument.default {
            let _ = writeln!(page, "          [default: {default}]");
        }
        if !argument.name.is_empty() {
            page.push('\n');
        }
    };
    let rest = "  -h, --help\n          Print help (see a summary with '-h')\n\n  -V, --version\n          Print version\n";
    page(name, entry, rest)
}

/// What `-h` prints.
pub(super) fn short(name: &str) -> String {
    let entry = |page: &mut String, argument: &Argument| {
        let indent = if argument.name.is_empty() { "  " } else { "      " };
        let _ = write!(page, "{indent}{:22}  {}", argument.shown, argument.about);
        if let Some(variable) = argument.variable {
            let _ = write!(page, " [env: {variable}]");
        }
        if let Some(default) = &argument.default {
            let _ = write!(page, " [default: {default}]");
        }
        if !argument.words.is_empty() {
            let words: Vec<&str> = argument.words.iter().map(|(word, _)| *word).collect();
            let _ = write!(page, " [possible values: {}]", words.join(", "));
        }
        page.push('\n');
    };
    let rest = format!(
        "  {:26}  Print help (see more with '--help')\n  {:26}  Print version\n",
        "-h, --help", "-V, --version"
    );
    page(name, entry, &rest)
}
