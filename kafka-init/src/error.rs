//! What can go wrong between us and a cluster, classified by what the protocol says and never by a message.

use init_core::{Fault, FaultKind};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::ApiKey;
use kafka_protocol::protocol::{StrBytes, VersionRange};
use thiserror::Error;

use crate::wire::Peer;

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
    #[error("{peer} has {} of {request:?}; {} to {} are spoken here", offered(.theirs), .ours.min, .ours.max)]
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
    #[error("{broker} advertises {listener}, {problem}")]
    Advertised {
        /// The broker.
        broker: Peer,
        /// What it advertises.
        listener: String,
        /// Why that is refused.
        problem: &'static str,
    },
    /// A broker sends its clients to a name that is not there, perhaps not yet.
    #[error("{broker} advertises {listener}, which does not resolve from here: {problem}")]
    Unresolved {
        /// The broker.
        broker: Peer,
        /// What it advertises.
        listener: String,
        /// In the words of the resolver.
        problem: String,
    },
    /// The server understood and says no.
    #[error(transparent)]
    Refused(Box<Refusal>),
}

/// A Kafka error code, with what was tried.
#[derive(Clone, Debug, Error)]
#[error("cannot {action} at {peer}: {} ({}){}", name(*.code), .code.code(), after(.message))]
pub struct Refusal {
    /// What was tried: `create topic orders`.
    pub action: String,
    /// Who refused.
    pub peer: Peer,
    /// The code.
    pub code: ResponseError,
    /// The server's message, when it sends one.
    pub message: Option<String>,
    /// What the user must be allowed to for this.
    pub permission: String,
    /// The code means here that somebody else was faster.
    pub raced: bool,
}

/// What is being tried, for the case that it is refused.
pub(crate) struct Attempt {
    pub(crate) action: String,
    pub(crate) permission: String,
    /// Codes that mean, for this attempt, that somebody else was faster.
    pub(crate) races: &'static [ResponseError],
}

/// An error code of an answer as an error, unless it is zero.
pub(crate) fn refused(
    code: i16,
    message: Option<&StrBytes>,
    peer: &Peer,
    attempt: impl FnOnce() -> Attempt,
) -> Result<(), Error> {
    let Some(code) = ResponseError::try_from_code(code) else { return Ok(()) };
    let Attempt { action, permission, races } = attempt();
    let raced = races.contains(&code);
    let message = message.map(|message| message.trim().to_owned()).filter(|message| !message.is_empty());
    Err(Error::Refused(Box::new(Refusal { action, peer: peer.clone(), code, message, permission, raced })))
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unreachable { .. } | Self::Lost { .. } | Self::Silent { .. } | Self::NotReady { .. } => {
                FaultKind::Unavailable
            }
            Self::Unresolved { .. } => FaultKind::Unavailable,
            Self::Foreign { .. } | Self::Garbled { .. } | Self::Versions { .. } => FaultKind::Unsupported,
            Self::Advertised { .. } => FaultKind::Unsupported,
            Self::Unwritable { .. } => FaultKind::Internal,
            // One that will not get better by waiting tells more than those that may.
            Self::Bootstrap(failures) => {
                let lasting = |kind: &FaultKind| *kind != FaultKind::Unavailable;
                failures.iter().map(Fault::kind).find(lasting).unwrap_or(FaultKind::Unavailable)
            }
            Self::Refused(refusal) if refusal.raced => FaultKind::Raced,
            Self::Refused(refusal) => kind_of(refusal.code),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Foreign { .. } => Some("point `bootstrap` at a plaintext Kafka listener".to_owned()),
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

/// The class of a code when nothing more is known than the code.
fn kind_of(code: ResponseError) -> FaultKind {
    use ResponseError as E;
    match code {
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed
        | E::DelegationTokenAuthorizationFailed
        | E::SaslAuthenticationFailed => FaultKind::Denied,
        E::UnsupportedVersion
        | E::UnsupportedSaslMechanism
        | E::IllegalSaslState
        | E::SecurityDisabled
        | E::UnsupportedEndpointType
        | E::MismatchedEndpointType => FaultKind::Unsupported,
        E::TopicAlreadyExists => FaultKind::Raced,
        // A broker that is on its way up or down.
        E::BrokerNotAvailable | E::StaleBrokerEpoch | E::BrokerIdNotRegistered => FaultKind::Unavailable,
        code if code.is_retriable() => FaultKind::Unavailable,
        _ => FaultKind::Rejected,
    }
}

/// The code as Kafka's documentation spells it.
fn name(code: ResponseError) -> String {
    if matches!(code, ResponseError::Unknown(_)) {
        return "an error this build does not know".to_owned();
    }
    let mut name = String::new();
    for letter in code.to_string().chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

fn after(message: &Option<String>) -> String {
    message.as_deref().map(|message| format!(": {message}")).unwrap_or_default()
}

fn offered(theirs: &Option<VersionRange>) -> String {
    theirs.map_or_else(|| "no version".to_owned(), |range| format!("versions {} to {}", range.min, range.max))
}

fn list(failures: &[Error]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_named_as_the_documentation_names_them() {
        for (code, text) in [
            (36, "TOPIC_ALREADY_EXISTS"),
            (17, "INVALID_TOPIC_EXCEPTION"),
            (7, "REQUEST_TIMED_OUT"),
            (-1, "UNKNOWN_SERVER_ERROR"),
            (1000, "an error this build does not know"),
        ] {
            assert_eq!(ResponseError::try_from_code(code).map(name).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_code_decides_the_class() {
        for (code, kind) in [
            (7, FaultKind::Unavailable),
            (41, FaultKind::Unavailable),
            (89, FaultKind::Unavailable),
            (8, FaultKind::Unavailable),
            (36, FaultKind::Raced),
            (29, FaultKind::Denied),
            (31, FaultKind::Denied),
            (35, FaultKind::Unsupported),
            (38, FaultKind::Rejected),
            (40, FaultKind::Rejected),
            (44, FaultKind::Rejected),
            (-1, FaultKind::Rejected),
            (1000, FaultKind::Rejected),
        ] {
            assert_eq!(ResponseError::try_from_code(code).map(kind_of), Some(kind), "{code}");
        }
    }
}
