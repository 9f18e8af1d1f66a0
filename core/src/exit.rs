//! The table of exit codes, and their conversion for the process. The exit code of each error is defined in `error`.

use std::fmt::Write as _;
use std::process::ExitCode;

/// The exit code of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: success.
    Converged,
    /// 1: `health` or `policy` has answered no.
    Negative,
    /// 2: the command line is invalid.
    Usage,
    /// 3: `plan` has found drift.
    Drift,
    /// 4: there is a conflict.
    Conflict,
    /// 65: the spec is invalid.
    Spec,
    /// 69: the server was not ready in time.
    Unavailable,
    /// 70: a defect of this program, or a server that does not converge.
    Internal,
    /// 76: the server does not fit the spec, or rejects a change.
    Peer,
    /// 77: the credentials or privileges are refused.
    Denied,
    /// 78: a secret is unusable.
    Secret,
    /// 130: stopped by SIGINT.
    Interrupted,
    /// 143: stopped by SIGTERM.
    Terminated,
}

impl Exit {
    /// All exit codes in ascending order.
    pub const ALL: [Self; 13] = [
        Self::Converged,
        Self::Negative,
        Self::Usage,
        Self::Drift,
        Self::Conflict,
        Self::Spec,
        Self::Unavailable,
        Self::Internal,
        Self::Peer,
        Self::Denied,
        Self::Secret,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The code, its name, its meaning, and whether a rerun may help (`yes`, `no`, or empty for a result).
    const fn row(self) -> (u8, &'static str, &'static str, &'static str) {
        match self {
            Self::Converged => (0, "converged", "converged, changed or not; plan: no drift", ""),
            Self::Negative => {
                let meaning = "health: not converged lately, or no watch answers; policy: an init service breaks a rule";
                (1, "negative", meaning, "")
            }
            Self::Usage => (2, "usage", "wrong usage; no report on stdout", "no"),
            Self::Drift => (3, "drift", "plan: drift found, no conflict", ""),
            Self::Conflict => {
                (4, "conflict", "cannot converge in place, or not the server that the spec means", "no")
            }
            Self::Spec => {
                (65, "spec", "spec unreadable, malformed or invalid, or a plain file that it names", "no")
            }
            Self::Unavailable => {
                (69, "unavailable", "server not ready before the deadline, or lost and not back", "yes")
            }
            Self::Internal => (70, "internal", "internal error, or not converged after apply", "no"),
            Self::Peer => (76, "peer", "the peer is not what the spec needs, or rejects a change", "no"),
            Self::Denied => (77, "denied", "credentials, client certificate or privileges refused", "no"),
            Self::Secret => {
                (78, "secret", "secret missing or unusable, or a credential in the environment", "no")
            }
            Self::Interrupted => (130, "interrupted", "SIGINT", "yes"),
            Self::Terminated => (143, "interrupted", "SIGTERM", "yes"),
        }
    }

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        self.row().0
    }

    /// The name in a report's `error.kind`.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns true if the same run may succeed later.
    pub(crate) fn is_retryable(self) -> bool {
        self.row().3 == "yes"
    }

    /// The table as `--help` shows it.
    pub fn table() -> String {
        let mut table = String::from("Exit codes (* a rerun may help):\n");
        for exit in Self::ALL {
            let (code, _, meaning, rerun) = exit.row();
            let _ = writeln!(table, "  {code:>3}{} {meaning}", if rerun == "yes" { "*" } else { " " });
        }
        table
    }

    /// The table as the README shows it.
    pub fn markdown() -> String {
        let mut table = String::from("| exit | meaning | a rerun may help |\n|---|---|---|\n");
        for exit in Self::ALL {
            let (code, _, meaning, rerun) = exit.row();
            let _ = writeln!(table, "| {code} | {meaning} | {rerun} |");
        }
        table
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
