//! A report for people: a plan reads like a diff, an error like advice.

use std::fmt;
use std::time::Duration;

use crate::change::Change;
use crate::error::Failure;
use crate::ledger::{Status, Step};
use crate::redact::Redactor;
use crate::report::{Report, Summary};
use crate::shown::{bounded, printable};

/// The longest line of a change or a conflict, in bytes.
const LIMIT: usize = 64 * 1024;

/// More changes of one operation in a row than this are folded.
const FOLDED: usize = 20;
/// How many of them are shown.
const SHOWN: usize = 3;

/// The report as lines. `took` is shown to a terminal alone: elsewhere two equal runs print equal bytes.
pub(crate) fn page<C: Change>(report: &Report<C>, redactor: &Redactor, took: Option<Duration>) -> String {
    let own =
        |text: &dyn fmt::Display| printable(&bounded(text, LIMIT, |text| redactor.own(text).into_owned()));
    let outcome = report.outcome.name();
    let mut page = format!("{} {} {}: {outcome}\n", report.tool, report.version, report.command);
    for run in report.changes.chunk_by(|one, other| folds(one) && folds(other) && alike(one, other)) {
        let shown = if run.len() > FOLDED { SHOWN } else { run.len() };
        for step in run.iter().take(shown) {
            page +=
                &format!("  {} {}{}\n", step.change.effect().sign(), own(&step.change), became(step.status));
            if let Some(problem) = &step.problem {
                page += &format!("      {}\n", printable(problem));
            }
        }
        if let (Some(step), more @ 1..) = (run.first(), run.len() - shown) {
            let (sign, op) = (step.change.effect().sign(), step.change.op());
            page += &format!("  {sign} … and {more} more of {op}{}\n", became(step.status));
        }
    }
    for conflict in &report.conflicts {
        page += &format!("  ! conflict at {}\n", own(conflict));
    }
    page += &report.error.as_ref().map(failure).unwrap_or_default();
    page + &summary(report.summary, took)
}

/// A change whose line may be left out beside others of its kind.
fn folds<C>(step: &Step<C>) -> bool {
    step.problem.is_none()
}

fn alike<C: Change>(one: &Step<C>, other: &Step<C>) -> bool {
    one.change.op() == other.change.op() && one.status == other.status
}

/// `7 added, 1 changed, 0.31 s`; nothing where there is nothing to count.
fn summary(summary: Summary, took: Option<Duration>) -> String {
    let counted = [(summary.add, "added"), (summary.change, "changed"), (summary.remove, "removed")];
    let mut parts: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    parts.extend(took.map(|took| format!("{:.2} s", took.as_secs_f64())));
    if parts.is_empty() { String::new() } else { format!("{}\n", parts.join(", ")) }
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
