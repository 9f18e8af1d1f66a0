//! The expected result of a run with a certificate or key.

use crate::Ended;

/// The expected result of a run with a certificate or key.
#[derive(Clone, Copy, Debug)]
pub enum Verdict {
    /// It connects and goes on.
    Accepted,
    /// It ends with this exit code; these are parts of its error and remedy, where `HOST` is the server's name.
    Refused(i32, &'static [&'static str]),
}

impl Verdict {
    /// The difference between the run and the expected result.
    pub(super) fn differs(self, ended: &Ended, host: &str) -> Option<String> {
        let said = format!("{} {}", ended.error(), ended.report["error"]["remedy"]);
        let (exit, parts) = match self {
            Self::Accepted => (0, [].as_slice()),
            Self::Refused(exit, parts) => (exit, parts),
        };
        if ended.exit != exit {
            return Some(format!("exit {} instead of {exit}: {said}{}", ended.exit, ended.log));
        }
        if said.contains("OtherError") {
            return Some(format!("a library's own word in {said}"));
        }
        let missing = parts.iter().find(|part| !said.contains(&part.replace("HOST", host)));
        missing.map(|part| format!("no {part} in {said}"))
    }
}
