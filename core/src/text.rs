//! A report for people: a plan reads like a diff, an error like advice.

use std::fmt;

use serde::Serialize;

use crate::error::Failure;
use crate::ledger::Status;
use crate::redact::Redactor;
use crate::report::{Report, op};
use crate::shown::{bounded, printable};

/// A change or a conflict on its line is not longer.
const LIMIT: usize = 64 * 1024;

/// The report as lines.
pub(crate) fn page<C: Serialize + fmt::Display>(report: &Report<C>, redactor: &Redactor) -> String {
    let own =
        |text: &dyn fmt::Display| printable(&bounded(text, LIMIT, |text| redactor.own(text).into_owned()));
    let outcome = report.outcome.name();
    let mut page = format!("{} {} {}: {outcome}\n", report.tool, report.version, report.command);
    for step in &report.changes {
        page += &format!("  {} {}{}\n", sign(&op(&step.change)), own(&step.change), became(step.status));
        if let Some(problem) = &step.problem {
            page += &format!("      {}\n", printable(problem));
        }
    }
    for conflict in &report.conflicts {
        page += &format!("  ! conflict at {}\n", own(conflict));
    }
    page + &report.error.as_ref().map(failure).unwrap_or_default()
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

fn failure(error: &Failure) -> String {
    let mut page = format!("error: {}\n", printable(&error.message));
    for cause in &error.causes {
        page += &format!("  because {}\n", printable(cause));
    }
    for violation in &error.violations {
        page += &format!("  {}\n", printable(&violation.to_string()));
    }
    page + &format!("  exit {} ({}); to do: {}\n", error.exit, error.kind, printable(&error.remedy))
}
