//! What can go wrong between us and an S3 server, classified by status and code and never by a message.

mod lost;
mod refusal;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use init_net::NetError;
use thiserror::Error;

pub(crate) use lost::Lost;
pub(crate) use refusal::Refusal;

/// Says what was tried, where, and what came of it.
#[derive(Debug, Error)]
pub enum Error {
    /// No answer, or none that HTTP can read.
    #[error("could not {doing} at {endpoint}")]
    Lost {
        /// What was tried.
        doing: String,
        /// Where.
        endpoint: Endpoint,
        /// What became of it.
        source: Lost,
    },
    /// The client certificate cannot be used.
    #[error(transparent)]
    Net(Box<NetError>),
    /// The server understood the request and refuses it.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The server answers and says that it is not ready.
    #[error("{endpoint} is up and not ready: {state}")]
    NotReady {
        /// The server.
        endpoint: Endpoint,
        /// In its words.
        state: String,
    },
    /// A signed request is for one server only.
    #[error("{endpoint} answers with a redirect ({status}) to {location}, which is not followed")]
    Redirect {
        /// The server.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// Plain HTTP was spoken to a TLS listener.
    #[error("the listener at {0} speaks TLS, and the spec's endpoint says http")]
    SpeaksTls(Endpoint),
    /// Users, groups, policies, access keys and quotas are MinIO's own.
    #[error("{endpoint} has no MinIO admin API, and the spec has {needed}")]
    NoAdminApi {
        /// The server.
        endpoint: Endpoint,
        /// What cannot be had without it.
        needed: &'static str,
    },
    /// A release of MinIO that does not have a call yet.
    #[error("could not {doing} at {endpoint}: it is older than {first}, the first release of MinIO that can")]
    TooOld {
        /// What was tried.
        doing: String,
        /// The server.
        endpoint: Endpoint,
        /// The first that has the call.
        first: &'static str,
    },
    /// Something that this server does not do.
    #[error("{at}: {feature} is not supported by {endpoint}: {why}")]
    Unsupported {
        /// The place in the spec.
        at: String,
        /// What the spec wants.
        feature: &'static str,
        /// The server.
        endpoint: Endpoint,
        /// What the server has said or done.
        why: String,
    },
    /// An answer that is not what the protocol says it should be.
    #[error("cannot read what {endpoint} answered to the attempt to {doing}: {problem}")]
    Garbled {
        /// What was tried.
        doing: String,
        /// The server.
        endpoint: Endpoint,
        /// What is wrong with the bytes.
        problem: String,
    },
    /// Another writer of the same document was slower, and did not know of ours.
    #[error("another run has written over this: {change}")]
    WrittenOver {
        /// What is to be done again.
        change: String,
    },
    /// A value that no server takes.
    #[error("{name} cannot be used as {what}: {problem}")]
    Secret {
        /// The secret's name.
        name: SecretRef,
        /// What it was to be.
        what: &'static str,
        /// Why not.
        problem: String,
    },
    /// A secret that was not read at the start.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
    /// A key derivation needs more memory than the container's limit.
    #[error("reading access keys takes {} MiB of memory, and this container has a limit of {} MiB", .needed >> 20, .limit >> 20)]
    Memory {
        /// In bytes.
        needed: u64,
        /// In bytes.
        limit: u64,
    },
    /// A request could not be built.
    #[error("could not prepare the request to {doing}: {problem}")]
    Unsendable {
        /// What was tried.
        doing: String,
        /// Why it cannot be written.
        problem: String,
    },
}

impl From<NetError> for Error {
    fn from(error: NetError) -> Self {
        Self::Net(Box::new(error))
    }
}

impl Error {
    /// The same error, marked as caused by another run at the same time if its code is one of these: the driver reads again.
    pub(crate) fn raced(mut self, codes: &[&str]) -> Self {
        if let Self::Refused(refusal) = &mut self
            && codes.contains(&refusal.code.as_str())
        {
            refusal.raced = true;
        }
        self
    }

    /// The server's code, when it gave one.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.code,
            _ => "",
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Lost { source, .. } => source.kind(),
            Self::Net(error) => error.kind(),
            Self::Refused(refusal) => refusal.kind(),
            Self::NotReady { .. } => FaultKind::Unavailable,
            Self::WrittenOver { .. } => FaultKind::Raced,
            Self::Redirect { .. }
            | Self::SpeaksTls(_)
            | Self::NoAdminApi { .. }
            | Self::TooOld { .. }
            | Self::Unsupported { .. }
            | Self::Garbled { .. } => FaultKind::Unsupported,
            Self::Secret { .. } => FaultKind::Secret,
            Self::Undeclared(_) | Self::Unsendable { .. } | Self::Memory { .. } => FaultKind::Internal,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Lost { source, .. } => source.remedy(),
            Self::Net(error) => error.remedy(),
            Self::Refused(refusal) => refusal.remedy(),
            Self::Redirect { .. } => {
                Some("name the server itself in `endpoint`, with its own scheme".to_owned())
            }
            Self::Memory { .. } => Some(
                "give the container a memory limit of 96 MiB or more, or leave `accessKeys` out: of the spec, and of an \
                 `export` by `--only` with the other sections"
                    .to_owned(),
            ),
            Self::SpeaksTls(_) => Some(
                "write https:// in `endpoint`, and the authority in `tls.ca` unless it is a public one"
                    .to_owned(),
            ),
            Self::NoAdminApi { .. } => Some(
                "point `endpoint` at MinIO, or leave these sections out for a plain S3 server".to_owned(),
            ),
            Self::TooOld { .. } => Some("run a newer release, or leave out what needs it".to_owned()),
            Self::NotReady { .. }
            | Self::Unsupported { .. }
            | Self::Garbled { .. }
            | Self::WrittenOver { .. }
            | Self::Secret { .. }
            | Self::Undeclared(_)
            | Self::Unsendable { .. } => None,
        }
    }
}
