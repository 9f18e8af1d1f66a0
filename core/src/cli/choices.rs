//! The enumerated values of the command line. Their doc comments are texts of `--help`.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Converge the server to the spec and verify it
    Apply,
    /// Show what apply would do, without doing it; exit 3 on drift
    Plan,
    /// Converge, and keep it so: again at every interval, at SIGHUP, and when the spec or a secret changes
    Watch,
    /// Ask the watch in this container how it is: exit 0 when it has converged lately, 1 otherwise
    Health,
    /// Check the spec, without a server or secrets
    Validate,
    /// List what the spec provisions, without a server or secrets
    Describe,
    /// Print the spec of a live server, from a spec of the connection alone
    Export,
    /// Print the JSON Schema of the spec
    Schema,
    /// Check the init services of a Compose project, which stdin has from `docker compose config --format json`
    Policy,
    /// Print the completions of a shell for this command line
    Completions,
}

/// The format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line of JSON
    Json,
    /// Records for a collector of logs: a line of JSON for each change and one for the summary, each below 16 KiB
    Jsonl,
    /// Text for people
    Text,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line of JSON for each event
    Json,
    /// Text for people
    Text,
}

/// The use of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// The level of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing
    Off,
    /// The error that ended the run
    Error,
    /// Problems on the way, and findings that somebody should look at
    Warn,
    /// Every change and every wait
    Info,
    /// Every step
    Debug,
    /// Every request, by name
    Trace,
}

impl Command {
    /// Returns true if the command connects to a server, so that a credential in the environment could be mistaken for the
    /// one that the run uses.
    pub(crate) fn reaches_a_server(self) -> bool {
        match self {
            Self::Apply | Self::Plan | Self::Watch | Self::Export => true,
            Self::Health
            | Self::Validate
            | Self::Describe
            | Self::Schema
            | Self::Policy
            | Self::Completions => false,
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.to_possible_value();
        f.write_str(word.as_ref().map_or("", |word| word.get_name()))
    }
}
