//! The errors of a run on a PostgreSQL server, classified by SQLSTATE and by type.

mod kind;

use std::io;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use init_net::NetError;
use thiserror::Error;

use self::kind::{sqlstate_kind, sqlstate_remedy};
use crate::spec::Authentication;

/// An error.
#[derive(Debug, Error)]
pub enum Error {
    /// The server cannot be reached, or TLS with it failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The connection broke.
    #[error("the connection to {endpoint} broke")]
    Broken {
        /// The endpoint.
        endpoint: Endpoint,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The server refused TLS.
    #[error("{0} does not offer TLS")]
    NoTls(Endpoint),
    /// The value of a secret cannot be used.
    #[error("the secret {secret} cannot be used: {problem}")]
    Secret {
        /// The secret.
        secret: SecretRef,
        /// The problem.
        problem: String,
    },
    /// Something else than PostgreSQL answered.
    #[error("{0} does not speak the PostgreSQL protocol")]
    NotPostgres(Endpoint),
    /// The server asks for the password by a method that the spec does not allow.
    #[error("{endpoint} asks for {method}, which `authentication` does not allow")]
    PasswordMethod {
        /// The server that asks.
        endpoint: Endpoint,
        /// The authentication method.
        method: &'static str,
        /// The value of `authentication` that would allow it.
        least: Authentication,
    },
    /// The server sends a message that no PostgreSQL server sends in that state.
    #[error("{endpoint} {problem}")]
    Unexpected {
        /// The peer.
        endpoint: Endpoint,
        /// The problem with its message.
        problem: String,
    },
    /// A result has other columns than the query.
    #[error("the server answered with other columns than were asked for")]
    UnexpectedColumns,
    /// The endpoint is a connection pooler, whose sessions are not the server's own.
    #[error("{endpoint} is a connection pooler: it does not pass on the parameters of a session{}", message.as_ref().map(|message| format!(" (it says {message})")).unwrap_or_default())]
    Pooler {
        /// The endpoint.
        endpoint: Endpoint,
        /// The message.
        message: Option<String>,
    },
    /// The login failed with an error that has no SQLSTATE.
    #[error("cannot log in to {endpoint}: {problem}")]
    Login {
        /// The endpoint.
        endpoint: Endpoint,
        /// The message of the driver.
        problem: String,
    },
    /// The server is a standby, which accepts no writes.
    #[error("{0} is a standby, not the primary")]
    Standby(Endpoint),
    /// None of several endpoints is the primary.
    #[error("no primary among the endpoints: {0}")]
    NoPrimary(String),
    /// Another run holds the advisory lock.
    #[error("another pg-init run holds the lock on {0}")]
    Locked(Endpoint),
    /// The connection ended.
    #[error("lost the connection to {0}")]
    Lost(Endpoint),
    /// The server refused a statement.
    #[error("{doing}: the server says {code}: {message}{}", hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
    Server {
        /// The action that failed.
        doing: String,
        /// SQLSTATE.
        code: String,
        /// The server's message.
        message: String,
        /// The server's detail or hint.
        hint: Option<String>,
        /// True when the same statement was refused before, and another observation has changed nothing.
        lasting: bool,
        /// True when the server refused a login.
        login: bool,
    },
    /// The server lacks something that the spec asks for.
    #[error("{0}")]
    Missing(String),
    /// The provisioning role lacks a privilege for a change of the plan.
    #[error("the role {role} may not {what}: it lacks {lacks}")]
    Privilege {
        /// The provisioning role.
        role: String,
        /// The change.
        what: String,
        /// The missing attribute or privilege.
        lacks: String,
    },
    /// The value of a secret name cannot be a role's name.
    #[error("{at}: {problem}")]
    Name {
        /// The label of the role.
        at: String,
        /// The problem.
        problem: String,
    },
    /// A secret was asked for that was not declared.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
    /// The change was not sent, because an earlier change failed.
    #[error("not sent: {reason}")]
    Unsent {
        /// The class of the earlier error.
        kind: FaultKind,
        /// The earlier error.
        reason: String,
    },
    /// A bug of this tool.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// The error of a change that was not sent because of this error.
    pub(crate) fn unsent(&self) -> Self {
        Self::Unsent { kind: self.kind(), reason: self.to_string() }
    }

    /// The same error, marked as one of a login.
    pub(crate) fn at_login(mut self) -> Self {
        if let Self::Server { login, .. } = &mut self {
            *login = true;
        }
        self
    }

    /// True when the server refused the password.
    pub(crate) fn is_wrong_password(&self) -> bool {
        matches!(self, Self::Server { code, .. } if code == "28P01")
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::Broken { .. } | Self::Standby(_) | Self::NoPrimary(_) | Self::Locked(_) | Self::Lost(_) => {
                FaultKind::Unavailable
            }
            Self::NoTls(_)
            | Self::NotPostgres(_)
            | Self::Missing(_)
            | Self::PasswordMethod { .. }
            | Self::Unexpected { .. }
            | Self::UnexpectedColumns
            | Self::Pooler { .. } => FaultKind::Unsupported,
            Self::Login { .. } | Self::Privilege { .. } => FaultKind::Denied,
            Self::Secret { .. } | Self::Name { .. } => FaultKind::Secret,
            Self::Server { lasting: true, .. } => FaultKind::Rejected,
            Self::Server { code, .. } => sqlstate_kind(code),
            Self::Unsent { kind, .. } => *kind,
            Self::Undeclared(_) | Self::Internal(_) => FaultKind::Internal,
        }
    }

    fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::Net(error) => return error.remedy(),
            Self::NoTls(_) => "turn on `ssl` on the server, or write `tls: disable`",
            Self::NotPostgres(_) | Self::Unexpected { .. } | Self::UnexpectedColumns => {
                "check the port: something else than PostgreSQL listens there"
            }
            Self::PasswordMethod { least, .. } => {
                let word = least.keyword();
                return Some(format!(
                    "set up TLS with `tls: verify-full`, or let the server's pg_hba.conf ask for scram-sha-256; \
                     `authentication: {word}` in the spec gives the password all the same"
                ));
            }
            Self::Pooler { .. } => {
                "name the server itself in `endpoint`, or a router in front of it that passes connections through: what is \
                 provisioned there is seen through the pooler too"
            }
            Self::Standby(_) | Self::NoPrimary(_) => {
                "check that the cluster has a primary and that it is among the endpoints"
            }
            Self::Locked(_) => "wait for the other run, or end its session on the server",
            Self::Privilege { role, lacks, .. } => {
                return Some(format!("give {role} {lacks}, or provision with a role that has it"));
            }
            Self::Server { code, login, .. } => return sqlstate_remedy(code, *login).map(str::to_owned),
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// Converts an error of the driver. `redact` replaces secret names in the server's messages.
pub(crate) fn classify(
    error: &tokio_postgres::Error,
    endpoint: &Endpoint,
    doing: &str,
    redact: impl Fn(&str) -> String,
) -> Error {
    if let Some(answer) = error.as_db_error() {
        return Error::Server {
            doing: doing.to_owned(),
            code: answer.code().code().to_owned(),
            message: redact(answer.message()),
            hint: answer.detail().or(answer.hint()).map(redact),
            lasting: false,
            login: false,
        };
    }
    if error.is_closed() {
        return Error::Lost(endpoint.clone());
    }
    let cause = std::error::Error::source(error);
    match cause.and_then(|cause| cause.downcast_ref::<io::Error>()) {
        Some(source) if matches!(source.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            Error::NotPostgres(endpoint.clone())
        }
        Some(source) => Error::Broken { endpoint: endpoint.clone(), source: copy_io_error(source) },
        // The driver distinguishes these errors only by their text.
        None if ["unexpected message", "error parsing response"]
            .iter()
            .any(|text| error.to_string().starts_with(text)) =>
        {
            Error::NotPostgres(endpoint.clone())
        }
        None => {
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            Error::Login { endpoint: endpoint.clone(), problem: redact(&format!("{error}{cause}")) }
        }
    }
}

fn copy_io_error(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
