//! The meaning of a SQLSTATE for a run.

use init_core::FaultKind;

/// The remedy for a SQLSTATE, where there is a better one than that of its class.
pub(super) fn sqlstate_remedy(code: &str, login: bool) -> Option<&'static str> {
    match code {
        "28P01" if login => Some("check the user and its password file against the server's role"),
        "28000" if login => {
            Some("check the server's pg_hba.conf for a line with this user, database, address and TLS")
        }
        "28P01" | "28000" => Some(
            "follow the server's message: a library of the server, such as credcheck, checks roles and passwords; it has to accept \
             stored verifiers, since no password is sent in the clear",
        ),
        "3D000" => Some("name an existing database in `database`, which every run connects to first"),
        "42501" => Some("give the provisioning role the privilege that the server names"),
        "53300" => Some("raise max_connections, or end idle sessions"),
        _ => None,
    }
}

/// The class of a SQLSTATE.
pub(super) fn sqlstate_kind(code: &str) -> FaultKind {
    match code {
        // Another client created or changed the same object between the observation and the write.
        "42710" | "42P04" | "42P06" | "42P07" | "23505" | "55006" | "55P03" | "40001" | "40P01" | "XX000"
        | "57014" | "42P03" => FaultKind::Raced,
        // 25006: the server was the primary when the session began, and is not any more.
        "25006" | "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => FaultKind::Unavailable,
        "28P01" | "28000" | "42501" => FaultKind::Denied,
        "3D000" | "0A000" | "58P01" => FaultKind::Unsupported,
        "42601" | "25001" | "25P02" => FaultKind::Internal,
        code if code.starts_with("08") => FaultKind::Unavailable,
        _ => FaultKind::Rejected,
    }
}
