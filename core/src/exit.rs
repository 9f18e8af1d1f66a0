//! The exit codes: one table, and one conversion for the process. Which error has which is told in `error`.

use std::fmt::Write as _;
use std::process::ExitCode;

/// How a run ends, as the process says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0
    Converged,
    /// 1
    Findings,
    /// 2
    Usage,
    /// 3
    Drift,
    /// 4
    Conflict,
    /// 65
    Spec,
    /// 69
    Unavailable,
    /// 70
    Internal,
    /// 76
    Peer,
    /// 77
    Denied,
    /// 78
    Secret,
    /// 130
    Interrupted,
    /// 143
    Terminated,
}

impl Exit {
    /// Every exit, in the order of its code.
    pub const ALL: [Self; 13] = [
        Self::Converged,
        Self::Findings,
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

    /// The number, a short name, what it means, and whether running it again may help.
    const fn row(self) -> (u8, &'static str, &'static str, &'static str) {
        match self {
            Self::Converged => (0, "converged", "converged, changed or not; plan: no drift", ""),
            Self::Findings => {
                (1, "findings", "policy: an init service breaks a rule; no report on stdout", "no")
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
