//! Writes a report as text for people.

use std::fmt;
use std::time::Duration;

use crate::change::{Change, Effect};
use crate::cli::Command;
use crate::error::Failure;
use crate::escape::{bounded, printable};
use crate::ledger::{Status, Step};
use crate::paint::{Paint, Tone};
use crate::redact::Redactor;
use crate::report::{Outcome, Report};

/// The longest line of a change or a conflict, in bytes.
const LIMIT: usize = 64 * 1024;

/// The number of consecutive changes of one operation above which they are folded.
const FOLDED: usize = 20;
/// The number of changes that are shown of a folded run.
const SHOWN: usize = 3;

/// The style of a text report. By default the texts of two equal runs are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextStyle {
    /// The duration of the run, if it is shown.
    pub duration: Option<Duration>,
    /// The use of colours.
    pub paint: Paint,
}

/// Writes the report.
pub(crate) fn render<C: Change>(report: &Report<C>, redactor: &Redactor, style: TextStyle) -> String {
    let own = |text: &dyn fmt::Display| {
        printable(&bounded(text, LIMIT, |text| redactor.redact_own(text).into_owned()))
    };
    let paint = style.paint;
    let outcome = paint.put(tone(report.outcome), report.outcome.name());
    let mut output = format!("{} {} {}: {outcome}\n", report.tool, report.version, report.command);
    for run in report
        .changes
        .chunk_by(|one, other| can_fold(one) && can_fold(other) && has_same_operation(one, other))
    {
        let shown = if run.len() > FOLDED { SHOWN } else { run.len() };
        for step in run.iter().take(shown) {
            output +=
                &format!("  {} {}{}\n", sign(step, paint), own(&step.change), status_suffix(step.status));
            if let Some(problem) = &step.problem {
                output += &format!("      {}\n", printable(problem));
            }
        }
        if let (Some(step), more @ 1..) = (run.first(), run.len() - shown) {
            let op = step.change.op();
            output +=
                &format!("  {} … and {more} more of {op}{}\n", sign(step, paint), status_suffix(step.status));
        }
    }
    for conflict in &report.conflicts {
        output += &format!("  {} conflict at {}\n", paint.put(Tone::Error, "!"), own(conflict));
    }
    output += &report.error.as_ref().map(|error| failure(error, paint)).unwrap_or_default();
    output + &summary(report, &own(&report.endpoint), style)
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Drift => Tone::Altered,
        Outcome::Conflict | Outcome::Failed | Outcome::Interrupted => Tone::Error,
        Outcome::Unchanged | Outcome::Changed | Outcome::Valid | Outcome::Described | Outcome::Exported => {
            Tone::Added
        }
    }
}

fn sign<C: Change>(step: &Step<C>, paint: Paint) -> String {
    let effect = step.change.effect();
    let tone = match effect {
        Effect::Add => Tone::Added,
        Effect::Alter => Tone::Altered,
        Effect::Remove => Tone::Removed,
    };
    paint.put(tone, &effect.sign().to_string())
}

/// Returns true if the change may be folded.
fn can_fold<C>(step: &Step<C>) -> bool {
    step.problem.is_none()
}

fn has_same_operation<C: Change>(one: &Step<C>, other: &Step<C>) -> bool {
    one.change.op() == other.change.op() && one.status == other.status
}

/// The summary line: `7 added, 1 changed on kafka:9092 in 0.31 s`, or the compared objects if nothing had to be changed, or
/// that nothing was changed because of a conflict. Empty if there is nothing to count.
fn summary<C: Change>(report: &Report<C>, endpoint: &str, style: TextStyle) -> String {
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
    line +=
        &style.duration.map(|duration| format!(" in {:.2} s", duration.as_secs_f64())).unwrap_or_default();
    line + "\n"
}

fn status_suffix(status: Status) -> &'static str {
    match status {
        Status::Planned | Status::Applied => "",
        Status::Failed => "  [failed]",
        Status::Skipped => "  [skipped]",
        Status::Unknown => "  [unknown: sent, and the answer was lost]",
    }
}

fn failure(error: &Failure, paint: Paint) -> String {
    let mut output = format!("{} {}\n", paint.put(Tone::Error, "error:"), printable(&error.message));
    for cause in &error.causes {
        output += &format!("  because {}\n", printable(cause));
    }
    for violation in &error.violations {
        output += &format!("  {}\n", printable(&violation.to_string()));
    }
    output + &format!("  exit {} ({}); to do: {}\n", error.exit, error.kind, printable(&error.remedy))
}
