//! What can go wrong between us and a PostgreSQL server, classified by SQLSTATE and by type.

mod kind;

use std::io;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use init_net::NetError;
use thiserror::Error;

use self::kind::{server_remedy, sql_kind};
use crate::spec::Authentication;

/// Why something could not be done.
#[derive(Debug, Error)]
pub enum Error {
    /// The server cannot be reached, or TLS with it failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The connection broke.
    #[error("the connection to {endpoint} broke")]
    Broken {
        /// Where.
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
        /// Which.
        secret: SecretRef,
        /// Why.
        problem: String,
    },
    /// Something else than PostgreSQL answered.
    #[error("{0} does not speak the PostgreSQL protocol")]
    Foreign(Endpoint),
    /// The server asks for the password in a way that gives it away.
    #[error("{endpoint} asks for {method}, which `authentication` does not allow")]
    Method {
        /// The server that asks.
        endpoint: Endpoint,
        /// The authentication method.
        method: &'static str,
        /// The value of `authentication` that would allow it.
        least: Authentication,
    },
    /// The server sends what no PostgreSQL server sends there.
    #[error("{endpoint} {problem}")]
    Unexpected {
        /// Who.
        endpoint: Endpoint,
        /// What.
        problem: String,
    },
    /// An answer has other columns than were asked for.
    #[error("the server answered with other columns than were asked for")]
    Garbled,
    /// Sessions are not the server's own.
    #[error("{endpoint} is a connection pooler: it does not pass on the parameters of a session{}", message.as_ref().map(|message| format!(" (it says {message})")).unwrap_or_default())]
    Pooler {
        /// Where.
        endpoint: Endpoint,
        /// Its message.
        message: Option<String>,
    },
    /// The login failed for a reason that has no code.
    #[error("cannot log in to {endpoint}: {problem}")]
    Login {
        /// Where.
        endpoint: Endpoint,
        /// What the driver says.
        problem: String,
    },
    /// A server that takes no writes.
    #[error("{0} is a standby, not the primary")]
    Standby(Endpoint),
    /// None of several endpoints is the primary.
    #[error("no primary among the endpoints: {0}")]
    NoPrimary(String),
    /// Another run holds the lock.
    #[error("another pg-init run holds the lock on {0}")]
    Locked(Endpoint),
    /// The connection ended.
    #[error("lost the connection to {0}")]
    Lost(Endpoint),
    /// The server refused a statement.
    #[error("{doing}: the server says {code}: {message}{}", hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
    Server {
        /// What was tried.
        doing: String,
        /// SQLSTATE.
        code: String,
        /// The server's message.
        message: String,
        /// The server's detail or hint.
        hint: Option<String>,
        /// The same statement was refused before, and a new reading has changed nothing.
        lasting: bool,
        /// It was a login that the server refused.
        login: bool,
    },
    /// The server lacks something that the spec asks for.
    #[error("{0}")]
    Missing(String),
    /// The provisioning role may not do something that the plan holds.
    #[error("the role {role} may not {what}: it lacks {lacks}")]
    Privilege {
        /// Who.
        role: String,
        /// What.
        what: String,
        /// The missing attribute or privilege.
        lacks: String,
    },
    /// The value of a secret name cannot be a role's name.
    #[error("{at}: {problem}")]
    Name {
        /// The label of the role.
        at: String,
        /// Why.
        problem: String,
    },
    /// A secret was asked for that was not declared.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
    /// Not sent, because what goes before it failed.
    #[error("not sent: {reason}")]
    Unsent {
        /// The class of what failed.
        kind: FaultKind,
        /// What failed.
        reason: String,
    },
    /// Our own mistake.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// What this failure means for something that was to come after it.
    pub(crate) fn unsent(&self) -> Self {
        Self::Unsent { kind: self.kind(), reason: self.to_string() }
    }

    /// The same error, of a login.
    pub(crate) fn at_login(mut self) -> Self {
        if let Self::Server { login, .. } = &mut self {
            *login = true;
        }
        self
    }

    /// The server took the password for a wrong one.
    pub(crate) fn is_password(&self) -> bool {
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
            | Self::Foreign(_)
            | Self::Missing(_)
            | Self::Method { .. }
            | Self::Unexpected { .. }
            | Self::Garbled
            | Self::Pooler { .. } => FaultKind::Unsupported,
            Self::Login { .. } | Self::Privilege { .. } => FaultKind::Denied,
            Self::Secret { .. } | Self::Name { .. } => FaultKind::Secret,
            Self::Server { lasting: true, .. } => FaultKind::Rejected,
            Self::Server { code, .. } => sql_kind(code),
            Self::Unsent { kind, .. } => *kind,
            Self::Undeclared(_) | Self::Internal(_) => FaultKind::Internal,
        }
    }

    fn remedy(&self) -> Option<String> {
        let text = match self {
            Self::Net(error) => return error.remedy(),
            Self::NoTls(_) => "turn on `ssl` on the server, or write `tls: disable`",
            Self::Foreign(_) | Self::Unexpected { .. } | Self::Garbled => {
                "check the port: something else than PostgreSQL listens there"
            }
            Self::Method { least, .. } => {
                let word = least.word();
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
            Self::Server { code, login, .. } => return server_remedy(code, *login).map(str::to_owned),
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// Turns the driver's error into ours. `redact` takes secret names out of what the server says.
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
            Error::Foreign(endpoint.clone())
        }
        Some(source) => Error::Broken { endpoint: endpoint.clone(), source: copy(source) },
        // The driver tells these by their text alone.
        None if ["unexpected message", "error parsing response"]
            .iter()
            .any(|text| error.to_string().starts_with(text)) =>
        {
            Error::Foreign(endpoint.clone())
        }
        None => {
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            Error::Login { endpoint: endpoint.clone(), problem: redact(&format!("{error}{cause}")) }
        }
    }
}

fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}
