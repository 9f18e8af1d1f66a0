//! A report for people: a plan reads like a diff, an error like advice.

use std::fmt;

use serde::Serialize;

use crate::error::Failure;
use crate::ledger::Status;
use crate::report::{Report, op};

/// The report, to be displayed.
pub(crate) struct Page<'a, C>(pub(crate) &'a Report<C>);

impl<C: Serialize + fmt::Display> fmt::Display for Page<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let outcome = serde_json::to_value(report.outcome).unwrap_or_default();
        let outcome = outcome.as_str().unwrap_or_default();
        writeln!(f, "{} {} {}: {outcome}", report.tool, report.version, report.command)?;
        for step in &report.changes {
            writeln!(f, "  {} {}{}", sign(&op(&step.change)), step.change, became(step.status))?;
            if let Some(problem) = &step.problem {
                writeln!(f, "      {problem}")?;
            }
        }
        for conflict in &report.conflicts {
            writeln!(f, "  ! conflict at {conflict}")?;
        }
        report.error.as_ref().map_or(Ok(()), |error| write_failure(f, error))
    }
}

/// A text from elsewhere on one line, unable to steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    shown
}

/// `+` for what comes into being, `-` for what is taken away, `~` for what is changed.
fn sign(op: &str) -> char {
    match op.split('_').next().unwrap_or_default() {
        "add" | "assign" | "attach" | "create" | "grant" | "load" | "meet" => '+',
        "detach" | "revoke" => '-',
        _ => '~',
    }
}

fn became(status: Status) -> &'static str {
    match status {
        Status::Planned | Status::Applied => "",
        Status::Failed => "  [failed]",
        Status::Skipped => "  [skipped]",
        Status::Unknown => "  [unknown: sent, and the answer was lost]",
    }
}

fn write_failure(f: &mut fmt::Formatter<'_>, error: &Failure) -> fmt::Result {
    writeln!(f, "error: {}", error.message)?;
    for cause in &error.causes {
        writeln!(f, "  because {cause}")?;
    }
    for violation in &error.violations {
        writeln!(f, "  {violation}")?;
    }
    writeln!(f, "  exit {} ({}); to do: {}", error.exit, error.kind, error.remedy)
}
