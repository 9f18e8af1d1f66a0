//! The errors of a run against an S3 server. They are classified by HTTP status and error code, never by the text of
//! a message.

mod refusal;
mod transport;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use init_net::NetError;
use thiserror::Error;

use crate::desired::ServerKind;

pub(crate) use refusal::Refusal;
pub(crate) use transport::TransportError;

/// An error that names the attempt, the server and the outcome.
#[derive(Debug, Error)]
pub enum Error {
    /// There was no answer, or it was not HTTP.
    #[error("could not {action} at {endpoint}")]
    NoResponse {
        /// The attempt, as in `create bucket logs`.
        action: String,
        /// The server.
        endpoint: Endpoint,
        /// The reason why there is no answer.
        source: TransportError,
    },
    /// The client certificate cannot be used.
    #[error(transparent)]
    Net(Box<NetError>),
    /// The server answered with an error.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The server answers that it is not ready.
    #[error("{endpoint} is up and not ready: {state}")]
    NotReady {
        /// The server.
        endpoint: Endpoint,
        /// The state in the server's words.
        state: String,
    },
    /// The server answers with a redirect. A signed request is valid for one host only, so redirects are not
    /// followed.
    #[error("{endpoint} answers with a redirect ({status}) to {location}, which is not followed")]
    Redirect {
        /// The server.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
        /// The `Location` of the redirect.
        location: String,
    },
    /// The listener expects TLS, and the spec's endpoint has the scheme http.
    #[error("the listener at {0} speaks TLS, and the spec's endpoint says http")]
    ExpectsTls(Endpoint),
    /// The server has no admin API, which users, groups, policies, access keys and quotas need.
    #[error("{endpoint} has no {}, and the spec has {needed}", .kind.admin_api())]
    NoAdminApi {
        /// The server.
        endpoint: Endpoint,
        /// The kind of the server.
        kind: ServerKind,
        /// The part of the spec that needs it.
        needed: &'static str,
    },
    /// The provisioning account lacks a right that the spec needs.
    #[error("the provisioning account lacks {lacks} at {endpoint}")]
    NotPermitted {
        /// The server.
        endpoint: Endpoint,
        /// The right, in the server's words.
        lacks: String,
        /// The command or the change that gives it.
        remedy: String,
    },
    /// The server is of another kind than the spec says.
    #[error("the spec has `server: {said}`, and {endpoint} answers as {found} does")]
    OtherServer {
        /// The server.
        endpoint: Endpoint,
        /// The kind as the spec says it.
        said: ServerKind,
        /// The kind as the server answers.
        found: ServerKind,
    },
    /// The release of MinIO is too old for a call of the admin API.
    #[error(
        "could not {action} at {endpoint}: it is older than {first}, the first release of MinIO that can"
    )]
    ReleaseTooOld {
        /// The attempt.
        action: String,
        /// The server.
        endpoint: Endpoint,
        /// The first release that has the call.
        first: &'static str,
    },
    /// The server does not support something that the spec declares.
    #[error("{at}: {feature} is not supported by {endpoint}: {why}")]
    Unsupported {
        /// The place in the spec.
        at: String,
        /// The feature.
        feature: &'static str,
        /// The server.
        endpoint: Endpoint,
        /// The reason: what the server has answered or done.
        why: String,
    },
    /// The server has stored a part of its configuration that it reads only when it starts.
    #[error("{at}: {endpoint} has stored it and will use it only after a restart")]
    RestartNeeded {
        /// The place in the spec.
        at: String,
        /// The server.
        endpoint: Endpoint,
    },
    /// The body of the answer does not decode as the protocol defines it.
    #[error("cannot read what {endpoint} answered to the attempt to {action}: {problem}")]
    UnreadableResponse {
        /// The attempt.
        action: String,
        /// The server.
        endpoint: Endpoint,
        /// The reason why it does not decode.
        problem: String,
    },
    /// Another run has overwritten a document that this run had changed, because it had read the document before.
    #[error("another run has written over this: {change}")]
    OverwrittenByAnotherRun {
        /// The change that is needed again.
        change: String,
    },
    /// The value of a secret is invalid for its use.
    #[error("{name} cannot be used as {what}: {problem}")]
    InvalidSecret {
        /// The secret's name.
        name: SecretRef,
        /// Its use.
        what: &'static str,
        /// The reason why it is invalid.
        problem: String,
    },
    /// A secret that was not read at the start.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
    /// A key derivation needs more memory than the container may use.
    #[error("opening what MinIO encrypts takes {} MiB of memory, and this container has a limit of {} MiB", .needed >> 20, .limit >> 20)]
    NotEnoughMemory {
        /// The memory that is needed, in bytes.
        needed: u64,
        /// The container's limit, in bytes.
        limit: u64,
    },
    /// A request could not be built or signed.
    #[error("could not prepare the request to {action}: {problem}")]
    RequestNotBuilt {
        /// The attempt.
        action: String,
        /// The reason.
        problem: String,
    },
}

impl From<NetError> for Error {
    fn from(error: NetError) -> Self {
        Self::Net(Box::new(error))
    }
}

impl Error {
    /// Marks a refusal with one of these codes as caused by a concurrent run, so that the server is observed again.
    pub(crate) fn caused_by_concurrent_run(mut self, codes: &[&str]) -> Self {
        if let Self::Refused(refusal) = &mut self
            && codes.contains(&refusal.code.as_str())
        {
            refusal.concurrent_run = true;
        }
        self
    }

    /// Gives a refusal without the permission a remedy of its own.
    pub(crate) fn with_advice(mut self, advice: &'static str) -> Self {
        if let Self::Refused(refusal) = &mut self
            && refusal.is_forbidden()
        {
            refusal.advice = Some(advice);
        }
        self
    }

    /// Gives a refusal a remedy of its own.
    pub(crate) fn with_remedy(mut self, advice: &'static str) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.advice = Some(advice);
        }
        self
    }

    /// The error code of the server, where it sent one, or else an empty text.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.code,
            _ => "",
        }
    }

    /// True for an answer to a call that the server does not have: a refusal, a redirect or a long page. A server that
    /// is busy (429, 503) has not said yet what it is.
    pub(crate) fn is_of_another_server(&self) -> bool {
        match self {
            Self::Refused(refusal) => ![429, 503].contains(&refusal.status),
            Self::Redirect { .. } | Self::NoResponse { source: TransportError::TooLong(_), .. } => true,
            _ => false,
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NoResponse { source, .. } => source.kind(),
            Self::Net(error) => error.kind(),
            Self::Refused(refusal) => refusal.kind(),
            Self::NotReady { .. } => FaultKind::Unavailable,
            Self::OverwrittenByAnotherRun { .. } => FaultKind::Raced,
            Self::Redirect { .. }
            | Self::ExpectsTls(_)
            | Self::NoAdminApi { .. }
            | Self::OtherServer { .. }
            | Self::ReleaseTooOld { .. }
            | Self::Unsupported { .. }
            | Self::RestartNeeded { .. }
            | Self::UnreadableResponse { .. } => FaultKind::Unsupported,
            Self::NotPermitted { .. } => FaultKind::Denied,
            Self::InvalidSecret { .. } => FaultKind::Secret,
            Self::Undeclared(_) | Self::RequestNotBuilt { .. } | Self::NotEnoughMemory { .. } => {
                FaultKind::Internal
            }
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::NoResponse { source, .. } => source.remedy(),
            Self::Net(error) => error.remedy(),
            Self::Refused(refusal) => refusal.remedy(),
            Self::Redirect { .. } => {
                Some("name the server itself in `endpoint`, with its own scheme".to_owned())
            }
            Self::NotEnoughMemory { .. } => Some(
                "give the container a memory limit of 96 MiB or more, or leave `accessKeys`, `config` and `ldap` out: of the spec, and of an \
                 `export` by `--only` with the other sections"
                    .to_owned(),
            ),
            Self::ExpectsTls(_) => Some(
                "write https:// in `endpoint`, and the authority in `tls.ca` unless it is a public one"
                    .to_owned(),
            ),
            Self::NotPermitted { remedy, .. } => Some(remedy.clone()),
            Self::NoAdminApi { kind, .. } => Some(kind.remedy().to_owned()),
            Self::OtherServer { .. } => {
                Some("point `endpoint` at the server that is meant, or leave `server` out".to_owned())
            }
            Self::RestartNeeded { .. } => Some(
                "restart the server (`mc admin service restart`), which this program never does, and run it again"
                    .to_owned(),
            ),
            Self::ReleaseTooOld { .. } => Some("run a newer release, or leave out what needs it".to_owned()),
            Self::NotReady { .. }
            | Self::Unsupported { .. }
            | Self::UnreadableResponse { .. }
            | Self::OverwrittenByAnotherRun { .. }
            | Self::InvalidSecret { .. }
            | Self::Undeclared(_)
            | Self::RequestNotBuilt { .. } => None,
        }
    }
}
