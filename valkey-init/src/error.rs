//! What can go wrong on the way, where, in the server's own words; classified by the server's code.

use std::io;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use init_net::NetError;
use thiserror::Error;

/// One failure, at one node.
#[derive(Debug, Error)]
pub enum Error {
    /// Name, connection or TLS.
    #[error(transparent)]
    Net(#[from] NetError),
    /// No answer in time.
    #[error("{node} gave no answer to {doing} within {seconds} s")]
    Silent {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        doing: String,
        /// The bound.
        seconds: u64,
    },
    /// The connection broke.
    #[error("lost the connection to {node} during {doing}")]
    Lost {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        doing: String,
        /// What became of it.
        source: io::Error,
    },
    /// What came back is not this protocol.
    #[error("{node} does not speak the protocol: {doing} was answered with something else")]
    Protocol {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        doing: String,
    },
    /// More came back than an answer can be.
    #[error("{node} sends more than any answer to {doing} can be")]
    Excess {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        doing: String,
    },
    /// The server answered with an error.
    #[error("{node} refused {doing}: {code} {message}")]
    Refused {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        doing: String,
        /// The first word of its answer.
        code: String,
        /// The rest.
        message: String,
    },
    /// No credential was accepted.
    #[error("{node} refused the login as {}", .tried.join(" and as "))]
    Login {
        /// The node.
        node: Endpoint,
        /// The users, by label.
        tried: Vec<String>,
        /// The last answer.
        source: Box<Error>,
    },
    /// The server lacks something that the spec needs.
    #[error("{node}: {problem}")]
    Unsupported {
        /// The node.
        node: Endpoint,
        /// What is missing.
        problem: String,
        /// What a person can do.
        remedy: String,
    },
    /// Not there yet.
    #[error("not settled yet: {0}")]
    Unsettled(String),
    /// A node of a cluster is not there.
    #[error("of the {up} nodes that are there, {serving} say cluster_state:ok")]
    Incomplete {
        /// How many nodes have answered.
        up: usize,
        /// How many of them serve.
        serving: usize,
        /// Why the missing one is missing.
        source: Box<Error>,
    },
    /// What is there is no longer what the plan was made for.
    #[error("{node} is no longer as it was read: {doing} was refused")]
    Raced {
        /// The node.
        node: Endpoint,
        /// The command, without arguments.
        doing: String,
        /// The server's answer.
        source: Box<Error>,
    },
    /// A password that no client could send.
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
    /// A value that a Sentinel could not read from its own file.
    #[error(
        "the secret `{secret}` holds a blank or a quote: a Sentinel writes it into its configuration file without quotes, and \
         would not start again"
    )]
    Unquoted {
        /// The secret.
        secret: SecretRef,
    },
    /// A change is about something that the spec does not have: our own mistake.
    #[error("the plan has {0}, which the spec does not have")]
    NotInSpec(String),
    /// A secret that was not declared: our own mistake.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::Silent { .. } | Self::Lost { .. } | Self::Unsettled(_) => FaultKind::Unavailable,
            Self::Protocol { .. } | Self::Excess { .. } | Self::Unsupported { .. } => FaultKind::Unsupported,
            Self::Refused { .. } if self.is_misplaced() => FaultKind::Unsupported,
            Self::Refused { code, .. } => of_code(code),
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
            Self::Refused { .. } if self.is_misplaced() => {
                Some("see what listens there: no server redirects a command that has no key".to_owned())
            }
            Self::Excess { .. } => {
                Some("see what listens there: it is no Valkey, or something changes its answers".to_owned())
            }
            Self::Refused { doing, .. } if doing.starts_with("CONFIG") && self.is_denied_command() => Some(
                "the server has no such command, or the account may not send it: allow it, or leave `config` away and say \
                 `persist: false`"
                    .to_owned(),
            ),
            Self::Refused { code, node, .. } => of_server(code, node),
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
    /// The first word of the server's answer, if it was one.
    pub(crate) fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The answer of a server whose user `default` has no password, to a login with one.
    pub(crate) fn asks_for_no_password(&self) -> bool {
        matches!(self, Self::Refused { code, message, .. }
            if code == "ERR" && message.contains("without any password configured"))
    }

    /// The server or the account does not have this command: it is renamed, older than the command, or not allowed.
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
    fn is_misplaced(&self) -> bool {
        let has_key =
            |doing: &str| ["DUMP", "MIGRATE", "XGROUP", "XINFO"].iter().any(|name| doing.starts_with(name));
        matches!(self, Self::Refused { code, doing, .. } if ["MOVED", "ASK"].contains(&code.as_str()) && !has_key(doing))
    }

    /// A Sentinel has a monitor of this name already.
    pub(crate) fn is_duplicate_monitor(&self) -> bool {
        matches!(self, Self::Refused { message, .. } if message.starts_with("Duplicate"))
    }

    /// A refusal because another run has made the same change already: worth another reading.
    pub(crate) fn raced(self) -> Self {
        match self {
            Self::Refused { ref node, ref doing, ref code, .. } if code == "ERR" => {
                Self::Raced { node: node.clone(), doing: doing.clone(), source: Box::new(self) }
            }
            other => other,
        }
    }
}

/// The first word of an error is its class; `ERR` is everything that has no word of its own.
fn of_code(code: &str) -> FaultKind {
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

fn of_server(code: &str, node: &Endpoint) -> Option<String> {
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
    fn codes_have_classes() {
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
            assert_eq!(of_code(code), kind, "{code}");
        }
    }
}
