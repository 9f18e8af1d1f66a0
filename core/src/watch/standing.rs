//! What was told last, so that what stays as it is is told once.

use crate::change::Change;
use crate::exit::Exit;
use crate::report::Report;

/// How a pass ended, without what may differ each time: what a server says of the same refusal, or how it is out of reach.
type Ending = (Exit, Option<String>, Vec<String>);

/// How the last pass ended.
#[derive(Debug, Default)]
pub(super) struct Standing {
    server: Option<Ending>,
    spec: Option<String>,
    /// The spec was wrong until this pass.
    mended: bool,
    converged: bool,
}

impl Standing {
    /// The report about a spec that is wrong, when it is not wrong as before.
    pub(super) fn news_of_spec<'r, C: Change>(
        &mut self,
        report: Option<&'r Report<C>>,
    ) -> Option<&'r Report<C>> {
        let problem = report.and_then(|report| {
            let violations = report.error.iter().flat_map(|error| &error.violations);
            Some(violations.fold(report.reason()?, |all, violation| format!("{all}\n{violation}")))
        });
        let before = std::mem::replace(&mut self.spec, problem);
        self.mended = before.is_some() && self.spec.is_none();
        report.filter(|_| before != self.spec)
    }

    /// Whether the pass did something, or ended otherwise than the one before.
    pub(super) fn is_news<C: Change>(&mut self, report: &Report<C>) -> bool {
        self.converged |= report.exit() == Exit::Converged;
        let ending = ending(report);
        let same = self.server.as_ref() == Some(&ending);
        self.server = Some(ending);
        !same || self.mended || report.has_applied()
    }

    pub(super) fn never_converged(&self) -> bool {
        !self.converged
    }
}

fn ending<C: Change>(report: &Report<C>) -> Ending {
    let message = match report.exit() {
        Exit::Unavailable => None,
        // Nobody else's words are in these.
        Exit::Spec | Exit::Secret => report.reason(),
        _ => report.error.as_ref().map(|error| error.message.clone()),
    };
    (report.exit(), message, report.conflicts.iter().map(|conflict| conflict.at.to_string()).collect())
}
