//! What can go wrong between us and a cluster, classified by what the protocol says and never by a message.
mod fault;
mod peer;
mod refusal;
mod words;

use init_core::Undeclared;
use init_net::NetError;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::ApiKey;
use kafka_protocol::protocol::{StrBytes, VersionRange};
use thiserror::Error;

pub use peer::Peer;
pub(crate) use refusal::Attempt;
pub use refusal::Refusal;
use words::{among, but, list, offered};

/// Says what was tried, at which broker, and what came of it.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// The network, TLS included.
    #[error(transparent)]
    Net(#[from] NetError),
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
        seconds: u128,
    },
    /// The other side is no Kafka listener, or not one of this kind.
    #[error("the listener at {peer} speaks {protocol}, not {wanted}")]
    Foreign {
        /// Who answered.
        peer: Peer,
        /// What it speaks.
        protocol: &'static str,
        /// What the spec has it speak.
        wanted: &'static str,
    },
    /// The listener requires SASL, and the spec has none.
    #[error("the listener at {peer} requires SASL{}, and the spec has no `sasl`", among(.offered))]
    LoginRequired {
        /// Who answered.
        peer: Peer,
        /// The mechanisms that it has.
        offered: Vec<String>,
    },
    /// The listener has other ways to log in.
    #[error("the listener at {peer} has no {wanted}{}", but(.offered))]
    Mechanism {
        /// Who answered.
        peer: Peer,
        /// What was to be used.
        wanted: &'static str,
        /// The mechanisms that it has.
        offered: Vec<String>,
    },
    /// The other side let us in and cannot show that it knows the password.
    #[error("{peer} is not the server that it claims to be: {problem}")]
    Impostor {
        /// Who answered.
        peer: Peer,
        /// What is wrong with its proof.
        problem: &'static str,
    },
    /// Our own mistake.
    #[error("{0}")]
    Internal(String),
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
    /// No broker has such a config.
    #[error(
        "cannot alter the configs of all brokers: {peer} knows no config `{name}`; the nearest is `{nearest}`"
    )]
    UnknownConfig {
        /// Who was asked.
        peer: Peer,
        /// What the spec says.
        name: String,
        /// What it may have meant.
        nearest: String,
    },
    /// A new topic would have fewer copies than the spec requires to be in sync.
    #[error(
        "topic {topic} would have replication factor {copies} at {peer}, and the spec says that {required} copies must be in \
         sync (min.insync.replicas)"
    )]
    FewCopies {
        /// Who was asked.
        peer: Peer,
        /// Which topic.
        topic: String,
        /// How many the spec requires.
        required: i64,
        /// How many the topic would have.
        copies: i64,
    },
    /// The server accepts a config and does not list it, so that it could not be verified.
    #[error(
        "{peer} accepts the config `{name}` of {resource} and does not list it, so that nobody can tell whether it holds"
    )]
    Unlisted {
        /// Who was asked.
        peer: Peer,
        /// Of what.
        resource: String,
        /// The config's name.
        name: String,
    },
    /// Somebody else has moved the partitions meanwhile.
    #[error("partitions of topic {topic} were being moved by somebody else, which is over now")]
    Reassigned {
        /// Which topic.
        topic: String,
    },
    /// A broker does not have yet what the others have.
    #[error("{peer} does not show the declared configs of {resource}")]
    Behind {
        /// Which broker.
        peer: Peer,
        /// What is configured.
        resource: String,
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

impl Error {
    /// What the server answered, if it refused.
    pub(crate) fn code(&self) -> Option<ResponseError> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::Bootstrap(failures) => failures.iter().find_map(Self::code),
            _ => None,
        }
    }
}

/// An error code of an answer as an error, unless it is zero.
pub(crate) fn refused(
    code: i16,
    message: Option<&StrBytes>,
    peer: &Peer,
    attempt: impl FnOnce() -> Attempt,
) -> Result<(), Error> {
    let Some(code) = ResponseError::try_from_code(code) else { return Ok(()) };
    let Attempt { action, permission, waits, races } = attempt();
    let (waits, raced) = (waits.contains(&code), races.contains(&code));
    let message = message.map(|message| message.trim().to_owned()).filter(|message| !message.is_empty());
    Err(Error::Refused(Box::new(Refusal {
        action,
        peer: peer.clone(),
        code,
        message,
        permission,
        raced,
        waits,
    })))
}

impl From<Undeclared> for Error {
    fn from(undeclared: Undeclared) -> Self {
        Self::Internal(undeclared.to_string())
    }
}
