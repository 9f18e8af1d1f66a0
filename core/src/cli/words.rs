//! The words that stand for a choice on the command line, each with what it means.

use std::fmt;

use serde::Serialize;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One line of JSON
    Json,
    /// Text for people
    Text,
}

/// How much the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A word and what it means, as help shows it.
pub(super) type Word = (&'static str, &'static str);

/// A choice between words.
pub(super) trait Choice: Copy + 'static {
    /// Every choice with its word, in the order of help.
    const ALL: &'static [(Self, Word)];

    /// The words alone.
    fn words() -> Vec<Word> {
        Self::ALL.iter().map(|(_, word)| *word).collect()
    }

    /// The choice that a word stands for.
    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, (known, _))| *known == word).map(|(choice, _)| *choice)
    }
}

impl Choice for Command {
    const ALL: &'static [(Self, Word)] = &[
        (Self::Apply, ("apply", "Converge the server to the spec and verify it")),
        (Self::Plan, ("plan", "Show what apply would do, without doing it; exit 3 on drift")),
        (Self::Validate, ("validate", "Check the spec, without a server or secrets")),
        (Self::Describe, ("describe", "List what the spec provisions, without a server or secrets")),
        (Self::Schema, ("schema", "Print the JSON Schema of the spec")),
    ];
}

impl Choice for Format {
    const ALL: &'static [(Self, Word)] =
        &[(Self::Json, ("json", "One line of JSON")), (Self::Text, ("text", "Text for people"))];
}

impl Choice for LogLevel {
    const ALL: &'static [(Self, Word)] = &[
        (Self::Off, ("off", "Nothing")),
        (Self::Error, ("error", "What went wrong on the way")),
        (Self::Info, ("info", "Every change and every wait")),
        (Self::Debug, ("debug", "Every step")),
        (Self::Trace, ("trace", "Every request, by name")),
    ];
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
