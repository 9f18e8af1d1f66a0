//! The errors of a run against a cluster. They are classified by the protocol's error codes, never by the text of a
//! message.
mod fault;
mod peer;
mod refusal;
mod token;
mod words;

use init_core::{Endpoint, Undeclared};
use init_net::NetError;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::ApiKey;
use kafka_protocol::protocol::{StrBytes, VersionRange};
use thiserror::Error;

pub use peer::Peer;
pub(crate) use refusal::Attempt;
pub use refusal::Refusal;
pub use token::TokenRefusal;
use words::{but_offers, in_parentheses, joined, version_range};

/// An error that names the attempt, the broker and the outcome.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// The name did not resolve, or the TCP connection or the TLS handshake failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The broker closed the connection before it had answered.
    #[error("{peer} dropped the connection before it answered {request:?}: {problem}")]
    ConnectionClosed {
        /// The broker that was asked.
        peer: Peer,
        /// The request without an answer.
        request: ApiKey,
        /// The operating system's message.
        problem: String,
    },
    /// The broker did not answer within the time that the request has.
    #[error("{peer} did not answer {request:?} within {seconds} s")]
    ResponseTimedOut {
        /// The broker that was asked.
        peer: Peer,
        /// The request without an answer.
        request: ApiKey,
        /// The time that the request had.
        seconds: u128,
    },
    /// The listener speaks another protocol than Kafka, or Kafka with TLS where the spec has none, or without TLS
    /// where it has.
    #[error("the listener at {peer} speaks {protocol}, not {wanted}")]
    WrongProtocol {
        /// The listener that answered.
        peer: Peer,
        /// The protocol of its answer.
        protocol: &'static str,
        /// The protocol that the spec asks for.
        wanted: &'static str,
    },
    /// The listener requires SASL, and the spec has no `sasl`.
    #[error("the listener at {peer} requires SASL{}, and the spec has no `sasl`", in_parentheses(.offered))]
    SaslRequired {
        /// The listener that answered.
        peer: Peer,
        /// The SASL mechanisms that it offers.
        offered: Vec<String>,
    },
    /// The listener does not offer the SASL mechanism of the spec.
    #[error("the listener at {peer} has no {wanted}{}", but_offers(.offered))]
    MechanismNotOffered {
        /// The listener that answered.
        peer: Peer,
        /// The mechanism of the spec.
        wanted: &'static str,
        /// The SASL mechanisms that it offers.
        offered: Vec<String>,
    },
    /// The SCRAM login succeeded, but the server's own signature is missing or wrong: it does not know the password.
    #[error("{peer} is not the server that it claims to be: {problem}")]
    ServerNotAuthenticated {
        /// The listener that answered.
        peer: Peer,
        /// The problem of its signature.
        problem: &'static str,
    },
    /// The token endpoint refused a token.
    #[error(transparent)]
    TokenRefused(Box<TokenRefusal>),
    /// The token endpoint closed the connection before its answer was complete.
    #[error("the token endpoint at {endpoint} dropped the connection before it had answered: {problem}")]
    TokenEndpointClosed {
        /// The token endpoint.
        endpoint: Endpoint,
        /// The operating system's message.
        problem: String,
    },
    /// The answer of the token endpoint is not one with a token.
    #[error("the answer of the token endpoint at {endpoint} cannot be read: {problem}")]
    TokenUnreadable {
        /// The token endpoint.
        endpoint: Endpoint,
        /// The reason.
        problem: &'static str,
    },
    /// A defect of this program.
    #[error("{0}")]
    Internal(String),
    /// The bytes of the answer do not decode as the protocol defines it.
    #[error("the answer of {peer} to {request:?} cannot be read: {problem}")]
    UnreadableResponse {
        /// The broker that answered.
        peer: Peer,
        /// The request that was answered.
        request: ApiKey,
        /// The reason why the answer does not decode.
        problem: String,
    },
    /// The request cannot be encoded in the version that both sides know.
    #[error("{request:?} cannot be asked of {peer}: {problem}")]
    UnencodableRequest {
        /// The broker that was to be asked.
        peer: Peer,
        /// The request that was not sent.
        request: ApiKey,
        /// The reason why it does not encode.
        problem: String,
    },
    /// The broker does not support the request, or supports only versions of it that this build does not know
    /// (`ApiVersions`).
    #[error("{peer} has {} of {request:?}; this build supports {} to {}", version_range(*.theirs), .ours.min, .ours.max)]
    NoCommonVersion {
        /// The broker that was to be asked.
        peer: Peer,
        /// The request that was not sent.
        request: ApiKey,
        /// The versions that the broker supports; `None` where it does not support the request.
        theirs: Option<VersionRange>,
        /// The versions that this build knows.
        ours: VersionRange,
    },
    /// No bootstrap server could be used; each one's error is in the list.
    #[error("no bootstrap server can be used: {}", joined(.0))]
    NoBootstrapServer(Vec<Error>),
    /// The cluster answers, but fewer brokers are unfenced than the spec needs.
    #[error("{have} of the {need} brokers that {because} needs are ready ({detail})")]
    TooFewBrokers {
        /// The number of unfenced brokers.
        have: usize,
        /// The number of brokers that the spec needs.
        need: usize,
        /// The part of the spec that needs them.
        because: String,
        /// The ids of the unfenced and of the fenced brokers.
        detail: String,
    },
    /// The broker knows no config of this name, so it cannot be set for it or for all brokers.
    #[error(
        "cannot alter the configs of {resource}: {peer} knows no config `{name}`; the nearest is `{nearest}`"
    )]
    UnknownConfig {
        /// The broker that was asked.
        peer: Peer,
        /// The brokers that the config is for.
        resource: Box<str>,
        /// The name in the spec.
        name: Box<str>,
        /// The most similar name that the broker knows.
        nearest: Box<str>,
    },
    /// The broker's release does not know the operation of an ACL: it would drop the connection without an answer.
    #[error("{peer} knows no ACL operation {operation}, which came with Kafka 4.1")]
    UnknownAclOperation {
        /// The broker that was asked.
        peer: Peer,
        /// Kafka's name of the operation.
        operation: &'static str,
    },
    /// The broker's release does not know the configs of this kind of group.
    #[error("{peer} refuses the configs of {resource}: those of {kind} came with Kafka {release}")]
    UnknownGroupConfigs {
        /// The broker that refused them.
        peer: Peer,
        /// The group.
        resource: Box<str>,
        /// The kind of group.
        kind: &'static str,
        /// The release that knows its configs.
        release: &'static str,
    },
    /// A new topic would have fewer replicas than its `min.insync.replicas` requires.
    #[error(
        "topic {topic} would have replication factor {copies} at {peer}, and the spec says that {required} copies must be in \
         sync (min.insync.replicas)"
    )]
    FewerReplicasThanMinInsync {
        /// The broker that validated the topic.
        peer: Peer,
        /// The topic's name.
        topic: String,
        /// The value of `min.insync.replicas`.
        required: i64,
        /// The replication factor that the topic would have.
        copies: i64,
    },
    /// The server accepts a config but does not describe it, so its value could never be verified.
    #[error(
        "{peer} accepts the config `{name}` of {resource} and does not describe it, so that its value cannot be verified"
    )]
    ConfigNotDescribed {
        /// The broker that validated the config.
        peer: Peer,
        /// The resource that the config is set on.
        resource: String,
        /// The config's name.
        name: String,
    },
    /// Another client was reassigning partitions of the topic to another number of replicas. That has ended, so the
    /// topic has to be planned again.
    #[error("partitions of topic {topic} were being moved by somebody else, which is over now")]
    ConcurrentReassignment {
        /// The topic's name.
        topic: String,
    },
    /// A broker does not describe the committed configs yet.
    #[error("{peer} does not show the declared configs of {resource}")]
    ConfigNotVisible {
        /// The broker that lacks them.
        peer: Peer,
        /// The resource that they are set on.
        resource: String,
    },
    /// A broker's advertised listener is not a DNS name that its clients can use.
    #[error("broker {broker} advertises {listener}, {problem}")]
    UnusableListener {
        /// The broker's id.
        broker: i32,
        /// The advertised listener, as HOST:PORT.
        listener: String,
        /// The reason why it is refused.
        problem: &'static str,
    },
    /// A broker's advertised listener is a DNS name that does not resolve, perhaps because that broker has not
    /// started yet.
    #[error("broker {broker} advertises {listener}, which does not resolve from here: {problem}")]
    UnresolvedListener {
        /// The broker's id.
        broker: i32,
        /// The advertised listener, as HOST:PORT.
        listener: String,
        /// The resolver's message.
        problem: String,
    },
    /// The server answered with an error code.
    #[error(transparent)]
    Refused(Box<Refusal>),
}

impl Error {
    /// The error code of the server, where it sent one.
    pub(crate) fn code(&self) -> Option<ResponseError> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::NoBootstrapServer(failures) => failures.iter().find_map(Self::code),
            _ => None,
        }
    }

    /// True when the broker is not the controller and does not forward the request to it (`ZooKeeper` mode).
    pub(crate) fn is_not_controller(&self) -> bool {
        self.code() == Some(ResponseError::NotController)
    }
}

/// Turns the error code of an answer into an error; code 0 is success.
pub(crate) fn refused(
    code: i16,
    message: Option<&StrBytes>,
    peer: &Peer,
    attempt: impl FnOnce() -> Attempt,
) -> Result<(), Error> {
    let Some(code) = ResponseError::try_from_code(code) else { return Ok(()) };
    let message = message.map(|message| message.trim().to_owned()).filter(|message| !message.is_empty());
    Err(Error::Refused(Box::new(attempt().refused(peer.clone(), code, message))))
}

impl From<Undeclared> for Error {
    fn from(undeclared: Undeclared) -> Self {
        Self::Internal(undeclared.to_string())
    }
}

impl From<TokenRefusal> for Error {
    fn from(refusal: TokenRefusal) -> Self {
        Self::TokenRefused(Box::new(refusal))
    }
}
