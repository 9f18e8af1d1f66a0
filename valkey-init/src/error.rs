//! The errors of a run against Valkey nodes. They are classified by the error code of the server's reply, never by the
//! text of a message.

use std::io;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use init_net::NetError;
use thiserror::Error;

/// An error that names the node, the command and the outcome.
#[derive(Debug, Error)]
pub enum Error {
    /// The name could not be resolved, or the connection or the TLS handshake failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The node did not answer in time.
    #[error("{node} gave no answer to {command} within {seconds} s")]
    Silent {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        command: String,
        /// The bound.
        seconds: u64,
    },
    /// The connection broke.
    #[error("lost the connection to {node} during {command}")]
    Lost {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        command: String,
        /// The error of the connection.
        source: io::Error,
    },
    /// The answer is not RESP2.
    #[error("{node} does not speak the protocol: {command} was answered with something else")]
    Protocol {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        command: String,
    },
    /// The answer is larger than an answer to this command can be.
    #[error("{node} sends more than any answer to {command} can be")]
    Excess {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        command: String,
    },
    /// The server answered with an error.
    #[error("{node} refused {command}: {code} {message}")]
    Refused {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        command: String,
        /// The error code: the first word of the reply.
        code: String,
        /// The rest of the reply.
        message: String,
    },
    /// The node accepted no credential of the spec.
    #[error("{node} refused the login as {}", .tried.join(" and as "))]
    Login {
        /// The node.
        node: Endpoint,
        /// The users that were tried, as they may be shown.
        tried: Vec<String>,
        /// The last refusal.
        source: Box<Error>,
    },
    /// The server lacks something that the spec needs.
    #[error("{node}: {problem}")]
    Unsupported {
        /// The node.
        node: Endpoint,
        /// The missing property of the server.
        problem: String,
        /// The remedy.
        remedy: String,
    },
    /// The servers have not reached a state in which the run can go on.
    #[error("not settled yet: {0}")]
    Unsettled(String),
    /// A node of a cluster cannot be reached.
    #[error("of the {up} nodes that are there, {serving} say cluster_state:ok")]
    Incomplete {
        /// The number of nodes that have answered.
        up: usize,
        /// The number of those that report `cluster_state:ok`.
        serving: usize,
        /// The error of the missing node.
        source: Box<Error>,
    },
    /// The server has changed since the plan was made.
    #[error("{node} has changed since it was read: {command} was refused")]
    Raced {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        command: String,
        /// The server's answer.
        source: Box<Error>,
    },
    /// A password that is longer than a server accepts from a client.
    #[error(
        "the secret `{secret}` holds {length} bytes, and a server takes no more than {most} from a client that logs in"
    )]
    TooLong {
        /// The secret.
        secret: SecretRef,
        /// Its length.
        length: usize,
        /// The bound.
        most: usize,
    },
    /// A secret that a Sentinel could not read back from its configuration file.
    #[error(
        "the secret `{secret}` holds a blank or a quote: a Sentinel writes it into its configuration file without quotes, and \
         would not start again"
    )]
    Unquoted {
        /// The secret.
        secret: SecretRef,
    },
    /// The plan has a change of an object that is not in the spec, which is a bug of this tool.
    #[error("the plan has {0}, which the spec does not have")]
    NotInSpec(String),
    /// A secret was read that was not declared before, which is a bug of this tool.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::Silent { .. } | Self::Lost { .. } | Self::Unsettled(_) => FaultKind::Unavailable,
            Self::Protocol { .. } | Self::Excess { .. } | Self::Unsupported { .. } => FaultKind::Unsupported,
            Self::Refused { .. } if self.is_redirect_without_key() => FaultKind::Unsupported,
            Self::Refused { code, .. } => kind_of_code(code),
            Self::Login { source, .. } | Self::Incomplete { source, .. } => source.kind(),
            Self::Raced { .. } => FaultKind::Raced,
            Self::TooLong { .. } | Self::Unquoted { .. } => FaultKind::Secret,
            Self::NotInSpec(_) | Self::Undeclared(_) => FaultKind::Internal,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Net(error) => error.remedy(),
            Self::Unsupported { remedy, .. } => Some(remedy.clone()),
            Self::Protocol { .. } => Some(
                "the port may be a TLS listener: write `tls` in the spec, or give the plain port".to_owned(),
            ),
            Self::Refused { .. } if self.is_redirect_without_key() => {
                Some("see what listens there: no server redirects a command that has no key".to_owned())
            }
            Self::Excess { .. } => {
                Some("see what listens there: it is no Valkey, or something changes its answers".to_owned())
            }
            Self::Refused { command, .. } if command.starts_with("CONFIG") && self.is_denied_command() => Some(
                "the server has no such command, or the account may not send it: allow it, or leave `config` away and say \
                 `persist: false`"
                    .to_owned(),
            ),
            Self::Refused { code, node, .. } => remedy_of_code(code, node),
            Self::Login { source, .. } | Self::Incomplete { source, .. } => source.remedy(),
            Self::Silent { .. }
            | Self::Lost { .. }
            | Self::Unsettled(_)
            | Self::Raced { .. }
            | Self::TooLong { .. }
            | Self::Unquoted { .. }
            | Self::NotInSpec(_)
            | Self::Undeclared(_) => None,
        }
    }
}

impl Error {
    /// The error code of the server's reply, if the error is a reply.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// True for the reply of a server whose user `default` has no password, to a login with one.
    pub(crate) fn is_no_password_configured(&self) -> bool {
        matches!(self, Self::Refused { code, message, .. }
            if code == "ERR" && message.contains("without any password configured"))
    }

    /// True when the server does not have the command (it is renamed, or newer than the release), or when the account
    /// may not send it.
    pub(crate) fn is_denied_command(&self) -> bool {
        match self {
            Self::Refused { code, message, .. } => {
                let message = message.to_ascii_lowercase();
                let unknown =
                    ["unknown command", "unknown subcommand"].iter().any(|said| message.starts_with(said));
                code == "NOPERM" || (code == "ERR" && unknown)
            }
            _ => false,
        }
    }

    /// True for a redirection of a command without a key, which no server of a cluster answers.
    fn is_redirect_without_key(&self) -> bool {
        let has_key = |command: &str| {
            ["DUMP", "MIGRATE", "XGROUP", "XINFO"].iter().any(|name| command.starts_with(name))
        };
        matches!(self, Self::Refused { code, command, .. } if ["MOVED", "ASK"].contains(&code.as_str()) && !has_key(command))
    }

    /// True when the Sentinel has a monitor of this name already.
    pub(crate) fn is_duplicate_monitor(&self) -> bool {
        matches!(self, Self::Refused { message, .. } if message.starts_with("Duplicate"))
    }

    /// Turns a refusal into a race: another run has made the same change already, so the state is read again.
    pub(crate) fn raced(self) -> Self {
        match self {
            Self::Refused { ref node, ref command, ref code, .. } if code == "ERR" => {
                Self::Raced { node: node.clone(), command: command.clone(), source: Box::new(self) }
            }
            other => other,
        }
    }
}

/// The kind of fault of an error code. `ERR` is the code of every error without a code of its own.
fn kind_of_code(code: &str) -> FaultKind {
    match code {
        "LOADING" | "BUSY" | "MASTERDOWN" | "TRYAGAIN" | "CLUSTERDOWN" | "NOREPLICAS" | "IOERR" => {
            FaultKind::Unavailable
        }
        "READONLY" | "MOVED" | "ASK" | "BUSYGROUP" => FaultKind::Raced,
        "NOAUTH" | "WRONGPASS" | "NOPERM" | "DENIED" => FaultKind::Denied,
        "NOPROTO" => FaultKind::Unsupported,
        _ => FaultKind::Rejected,
    }
}

fn remedy_of_code(code: &str, node: &Endpoint) -> Option<String> {
    let remedy = match code {
        "MISCONF" => format!("{node} cannot write its snapshot: look at its disk and its log"),
        "OOM" => format!("{node} is at its maxmemory: raise it, or choose an eviction policy"),
        "BUSYKEY" => format!(
            "a key that is to move to {node} is there already with another value, and neither is overwritten: compare both \
             (CLUSTER GETKEYSINSLOT on source and target lists them), delete the wrong one, and run this again"
        ),
        "NOAUTH" => format!("{node} asks for a password: write `password: {{secret: NAME}}` into the spec"),
        "NOPERM" => "give the user that logs in the command that was refused".to_owned(),
        "DENIED" => format!(
            "{node} has no password and is in protected mode: start it with a password, or with protected-mode no"
        ),
        _ => return None,
    };
    Some(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_have_kinds_of_faults() {
        use FaultKind as K;
        for (code, kind) in [
            ("LOADING", K::Unavailable),
            ("BUSY", K::Unavailable),
            ("CLUSTERDOWN", K::Unavailable),
            ("NOREPLICAS", K::Unavailable),
            ("IOERR", K::Unavailable),
            ("BUSYKEY", K::Rejected),
            ("READONLY", K::Raced),
            ("BUSYGROUP", K::Raced),
            ("NOAUTH", K::Denied),
            ("WRONGPASS", K::Denied),
            ("NOPERM", K::Denied),
            ("DENIED", K::Denied),
            ("MISCONF", K::Rejected),
            ("OOM", K::Rejected),
            ("ERR", K::Rejected),
            ("NOPROTO", K::Unsupported),
        ] {
            assert_eq!(kind_of_code(code), kind, "{code}");
        }
    }
}
