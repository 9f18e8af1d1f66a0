//! What can go wrong between us and a cluster, classified by what the protocol says and never by a message.

mod refusal;

use init_core::{Fault, FaultKind};
use kafka_protocol::messages::ApiKey;
use kafka_protocol::protocol::VersionRange;
use thiserror::Error;

use crate::wire::Peer;

pub use refusal::Refusal;
pub(crate) use refusal::{Attempt, refused};

/// Says what was tried, at which broker, and what came of it.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// No connection.
    #[error("cannot connect to {peer}: {problem}")]
    Unreachable {
        /// Where to.
        peer: Peer,
        /// In the words of the resolver or the kernel.
        problem: String,
    },
    /// The connection ended before the answer.
    #[error("{peer} dropped the connection before it answered {request:?}: {problem}")]
    Lost {
        /// Who was asked.
        peer: Peer,
        /// What for.
        request: ApiKey,
        /// In the words of the kernel.
        problem: String,
    },
    /// No answer in time.
    #[error("{peer} did not answer {request:?} within {seconds} s")]
    Silent {
        /// Who was asked.
        peer: Peer,
        /// What for.
        request: ApiKey,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The other side is no Kafka listener, or not one of this kind.
    #[error("the listener at {peer} speaks {protocol}, not plaintext Kafka")]
    Foreign {
        /// Who answered.
        peer: Peer,
        /// What it speaks.
        protocol: &'static str,
    },
    /// An answer that is not what the protocol says it should be.
    #[error("the answer of {peer} to {request:?} cannot be read: {problem}")]
    Garbled {
        /// Who answered.
        peer: Peer,
        /// What was asked for.
        request: ApiKey,
        /// What is wrong with the bytes.
        problem: String,
    },
    /// A request that cannot be written in the version that was agreed on.
    #[error("{request:?} cannot be asked of {peer}: {problem}")]
    Unwritable {
        /// Who was to be asked.
        peer: Peer,
        /// What for.
        request: ApiKey,
        /// What stands in the way.
        problem: String,
    },
    /// A request that the broker does not know, or not in a version that we know.
    #[error("{peer} has {} of {request:?}; {} to {} are spoken here", offered(*.theirs), .ours.min, .ours.max)]
    Versions {
        /// Who was to be asked.
        peer: Peer,
        /// What for.
        request: ApiKey,
        /// The versions that the broker offers.
        theirs: Option<VersionRange>,
        /// The versions that this build knows.
        ours: VersionRange,
    },
    /// None of the bootstrap servers could be used, each for a reason of its own.
    #[error("no bootstrap server can be used: {}", list(.0))]
    Bootstrap(Vec<Error>),
    /// The cluster answers and is too small still.
    #[error("{have} of the {need} brokers that {because} needs are ready ({detail})")]
    NotReady {
        /// How many are.
        have: usize,
        /// How many must be.
        need: usize,
        /// Which line of the spec says so.
        because: String,
        /// Who is there and who is not.
        detail: String,
    },
    /// A broker sends its clients to an address that they must not use.
    #[error("broker {broker} advertises {listener}, {problem}")]
    Advertised {
        /// The broker's id.
        broker: i32,
        /// What it advertises.
        listener: String,
        /// Why that is refused.
        problem: &'static str,
    },
    /// A broker sends its clients to a name that is not there, perhaps not yet.
    #[error("broker {broker} advertises {listener}, which does not resolve from here: {problem}")]
    Unresolved {
        /// The broker's id.
        broker: i32,
        /// What it advertises.
        listener: String,
        /// In the words of the resolver.
        problem: String,
    },
    /// The server understood and says no.
    #[error(transparent)]
    Refused(Box<Refusal>),
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unreachable { .. }
            | Self::Lost { .. }
            | Self::Silent { .. }
            | Self::NotReady { .. }
            | Self::Unresolved { .. } => FaultKind::Unavailable,
            Self::Foreign { .. } | Self::Garbled { .. } | Self::Versions { .. } | Self::Advertised { .. } => {
                FaultKind::Unsupported
            }
            Self::Unwritable { .. } => FaultKind::Internal,
            // One that will not get better by waiting tells more than those that may.
            Self::Bootstrap(failures) => {
                let lasting = |kind: &FaultKind| *kind != FaultKind::Unavailable;
                failures.iter().map(Fault::kind).find(lasting).unwrap_or(FaultKind::Unavailable)
            }
            Self::Refused(refusal) => refusal.kind(),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Foreign { .. } => Some("point `bootstrap` at a plaintext Kafka listener".to_owned()),
            // On a listener with SASL, ApiVersions is the one request that is answered before the login.
            Self::Lost { request: ApiKey::DescribeCluster, .. } => Some(
                "if that listener requires SASL, point `bootstrap` at one that does not; or else check that the \
                 broker stays up"
                    .to_owned(),
            ),
            Self::Versions { .. } => Some("use Kafka 2.8 or newer".to_owned()),
            Self::Advertised { .. } => Some(
                "set the broker's advertised.listeners to a DNS name that its clients resolve, on the listener \
                 that `bootstrap` names"
                    .to_owned(),
            ),
            Self::Unresolved { .. } => Some(
                "start that broker, or set its advertised.listeners to a DNS name that resolves here".to_owned(),
            ),
            Self::NotReady { .. } => {
                Some("start the missing brokers, or write fewer into `brokers` or `replicationFactor`".to_owned())
            }
            Self::Bootstrap(failures) => {
                failures.iter().find(|failure| failure.kind() == self.kind()).and_then(Fault::remedy)
            }
            Self::Refused(refusal) if self.kind() == FaultKind::Denied => {
                Some(format!("grant the user that connects {}", refusal.permission))
            }
            _ => None,
        }
    }
}

fn offered(theirs: Option<VersionRange>) -> String {
    theirs.map_or_else(|| "no version".to_owned(), |range| format!("versions {} to {}", range.min, range.max))
}

fn list(failures: &[Error]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
