//! A report for people: a plan reads like a diff, an error like advice.

use std::fmt;
use std::time::Duration;

use crate::change::{Change, Effect};
use crate::cli::Command;
use crate::error::Failure;
use crate::ledger::{Status, Step};
use crate::paint::{Paint, Tone};
use crate::redact::Redactor;
use crate::report::{Outcome, Report};
use crate::shown::{bounded, printable};

/// The longest line of a change or a conflict, in bytes.
const LIMIT: usize = 64 * 1024;

/// More changes of one operation in a row than this are folded.
const FOLDED: usize = 20;
/// How many of them are shown.
const SHOWN: usize = 3;

/// What a text has for a person who sees it at once. Elsewhere two equal runs print equal bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// How long the run took.
    pub took: Option<Duration>,
    /// Whether there are colours.
    pub paint: Paint,
}

/// The report as lines.
pub(crate) fn page<C: Change>(report: &Report<C>, redactor: &Redactor, seen: Seen) -> String {
    let own =
        |text: &dyn fmt::Display| printable(&bounded(text, LIMIT, |text| redactor.own(text).into_owned()));
    let paint = seen.paint;
    let outcome = paint.put(tone(report.outcome), report.outcome.name());
    let mut page = format!("{} {} {}: {outcome}\n", report.tool, report.version, report.command);
    for run in report.changes.chunk_by(|one, other| folds(one) && folds(other) && alike(one, other)) {
        let shown = if run.len() > FOLDED { SHOWN } else { run.len() };
        for step in run.iter().take(shown) {
            page += &format!("  {} {}{}\n", sign(step, paint), own(&step.change), became(step.status));
            if let Some(problem) = &step.problem {
                page += &format!("      {}\n", printable(problem));
            }
        }
        if let (Some(step), more @ 1..) = (run.first(), run.len() - shown) {
            let op = step.change.op();
            page += &format!("  {} … and {more} more of {op}{}\n", sign(step, paint), became(step.status));
        }
    }
    for conflict in &report.conflicts {
        page += &format!("  {} conflict at {}\n", paint.put(Tone::Bad, "!"), own(conflict));
    }
    page += &report.error.as_ref().map(|error| failure(error, paint)).unwrap_or_default();
    page + &summary(report, &own(&report.endpoint), seen)
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Drift => Tone::Notable,
        Outcome::Conflict | Outcome::Failed | Outcome::Interrupted => Tone::Bad,
        Outcome::Unchanged | Outcome::Changed | Outcome::Valid | Outcome::Described | Outcome::Exported => {
            Tone::Good
        }
    }
}

fn sign<C: Change>(step: &Step<C>, paint: Paint) -> String {
    let effect = step.change.effect();
    let tone = match effect {
        Effect::Add => Tone::Good,
        Effect::Alter => Tone::Notable,
        Effect::Remove => Tone::Gone,
    };
    paint.put(tone, &effect.sign().to_string())
}

/// A change whose line may be left out beside others of its kind.
fn folds<C>(step: &Step<C>) -> bool {
    step.problem.is_none()
}

fn alike<C: Change>(one: &Step<C>, other: &Step<C>) -> bool {
    one.change.op() == other.change.op() && one.status == other.status
}

/// `7 added, 1 changed on kafka:9092 in 0.31 s`, or what was compared where nothing was to do, or that a conflict left everything
/// as it was; nothing where there is nothing to count.
fn summary<C: Change>(report: &Report<C>, endpoint: &str, seen: Seen) -> String {
    let is_planned = matches!(report.command, Command::Plan | Command::Describe);
    let words =
        if is_planned { ["to add", "to change", "to remove"] } else { ["added", "changed", "removed"] };
    let counts = [report.summary.add, report.summary.change, report.summary.remove];
    let counted = counts.iter().zip(words).filter(|(count, _)| **count > 0);
    let mut line = counted.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ");
    if line.is_empty() && report.outcome == Outcome::Unchanged {
        let compared = Some(&report.compared).filter(|compared| !compared.is_empty());
        line = compared.map_or("unchanged".to_owned(), |compared| format!("unchanged: {compared}"));
    }
    if line.is_empty() && report.outcome == Outcome::Conflict {
        "nothing was changed".clone_into(&mut line);
    }
    if line.is_empty() {
        return line;
    }
    if !endpoint.is_empty() {
        line += &format!(" on {endpoint}");
    }
    line += &seen.took.map(|took| format!(" in {:.2} s", took.as_secs_f64())).unwrap_or_default();
    line + "\n"
}

fn became(status: Status) -> &'static str {
    match status {
        Status::Planned | Status::Applied => "",
        Status::Failed => "  [failed]",
        Status::Skipped => "  [skipped]",
        Status::Unknown => "  [unknown: sent, and the answer was lost]",
    }
}

fn failure(error: &Failure, paint: Paint) -> String {
    let mut page = format!("{} {}\n", paint.put(Tone::Bad, "error:"), printable(&error.message));
    for cause in &error.causes {
        page += &format!("  because {}\n", printable(cause));
    }
    for violation in &error.violations {
        page += &format!("  {}\n", printable(&violation.to_string()));
    }
    page + &format!("  exit {} ({}); to do: {}\n", error.exit, error.kind, printable(&error.remedy))
}
