//! The last reported result of a watch, so that an unchanged result is reported only once.

use crate::change::Change;
use crate::exit::Exit;
use crate::report::Report;

/// The comparable part of a pass's result. It leaves out texts that may differ each time, such as a server's message for
/// the same refusal or the reason for which it is unreachable.
type Outcome = (Exit, Option<String>, Vec<String>);

/// The result of the last pass.
#[derive(Debug, Default)]
pub(super) struct LastReport {
    server: Option<Outcome>,
    spec: Option<String>,
    /// Set if the spec was invalid until this pass.
    spec_fixed: bool,
    converged: bool,
}

impl LastReport {
    /// Returns the report about an invalid spec if its violations differ from the last ones.
    pub(super) fn take_spec_report<'r, C: Change>(
        &mut self,
        report: Option<&'r Report<C>>,
    ) -> Option<&'r Report<C>> {
        let problem = report.and_then(|report| {
            let violations = report.error.iter().flat_map(|error| &error.violations);
            Some(violations.fold(report.reason()?, |all, violation| format!("{all}\n{violation}")))
        });
        let before = std::mem::replace(&mut self.spec, problem);
        self.spec_fixed = before.is_some() && self.spec.is_none();
        report.filter(|_| before != self.spec)
    }

    /// Returns true if the pass applied a change or ended differently from the previous one.
    pub(super) fn should_report<C: Change>(&mut self, report: &Report<C>) -> bool {
        self.converged |= report.exit() == Exit::Converged;
        let outcome = outcome(report);
        let same = self.server.as_ref() == Some(&outcome);
        self.server = Some(outcome);
        !same || self.spec_fixed || report.has_applied()
    }

    pub(super) fn never_converged(&self) -> bool {
        !self.converged
    }
}

fn outcome<C: Change>(report: &Report<C>) -> Outcome {
    let message = match report.exit() {
        Exit::Unavailable => None,
        // These texts contain nothing of the server.
        Exit::Spec | Exit::Secret => report.reason(),
        _ => report.error.as_ref().map(|error| error.message.clone()),
    };
    (report.exit(), message, report.conflicts.iter().map(|conflict| conflict.at.to_string()).collect())
}
