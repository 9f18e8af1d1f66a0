//! What a SQLSTATE means for the run.

use init_core::FaultKind;

/// What a server's own refusal calls for, where there is more to say than for its class.
pub(super) fn server_remedy(code: &str, login: bool) -> Option<&'static str> {
    match code {
        "28P01" if login => Some("check the user and its password file against the server's role"),
        "28000" if login => {
            Some("check the server's pg_hba.conf for a line with this user, database, address and TLS")
        }
        "28P01" | "28000" => Some(
            "do as the server says: a library of it, such as credcheck, judges roles and passwords; it has to accept stored \
             verifiers, since no password is sent in the clear",
        ),
        "3D000" => Some("name a database that exists in `database`, which is where a run begins"),
        "42501" => Some("give the provisioning role the privilege that the server names"),
        "53300" => Some("raise max_connections, or end idle sessions"),
        _ => None,
    }
}

/// What a SQLSTATE calls for.
pub(super) fn sql_kind(code: &str) -> FaultKind {
    match code {
        // Another client made or changed the same object between the reading and the write.
        "42710" | "42P04" | "42P06" | "42P07" | "23505" | "55006" | "55P03" | "40001" | "40P01" | "XX000"
        | "57014" | "42P03" => FaultKind::Raced,
        // 25006: a session that was a primary's when it began.
        "25006" | "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => FaultKind::Unavailable,
        "28P01" | "28000" | "42501" => FaultKind::Denied,
        "3D000" | "0A000" | "58P01" => FaultKind::Unsupported,
        "42601" | "25001" | "25P02" => FaultKind::Internal,
        code if code.starts_with("08") => FaultKind::Unavailable,
        _ => FaultKind::Rejected,
    }
}
