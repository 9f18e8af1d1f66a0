//! The class of each error, which decides whether the run tries again and with which exit it ends, and the remedy.

use init_core::{Fault, FaultKind};

use super::Error;

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::ConnectionClosed { .. }
            | Self::ResponseTimedOut { .. }
            | Self::TooFewBrokers { .. }
            | Self::ConfigNotVisible { .. }
            | Self::TokenEndpointClosed { .. }
            | Self::UnresolvedListener { .. } => FaultKind::Unavailable,
            Self::WrongProtocol { .. }
            | Self::UnreadableResponse { .. }
            | Self::NoCommonVersion { .. }
            | Self::UnknownAclOperation { .. }
            | Self::UnusableListener { .. }
            | Self::SaslRequired { .. }
            | Self::TokenUnreadable { .. }
            | Self::MechanismNotOffered { .. }
            | Self::ServerNotAuthenticated { .. } => FaultKind::Unsupported,
            Self::ConcurrentReassignment { .. } => FaultKind::Raced,
            Self::UnknownConfig { .. }
            | Self::FewerReplicasThanMinInsync { .. }
            | Self::ConfigNotDescribed { .. } => FaultKind::Rejected,
            Self::UnencodableRequest { .. } | Self::Internal(_) => FaultKind::Internal,
            // An error that no further attempt can cure tells the user more than one that may pass.
            Self::NoBootstrapServer(failures) => {
                let lasting = |kind: &FaultKind| *kind != FaultKind::Unavailable;
                failures.iter().map(Fault::kind).find(lasting).unwrap_or(FaultKind::Unavailable)
            }
            Self::Refused(refusal) => refusal.kind(),
            Self::TokenRefused(refusal) => refusal.kind(),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Net(error) => error.remedy(),
            Self::WrongProtocol { protocol: "TLS", .. } => {
                Some("write `tls` into the spec, or point `bootstrap` at a plaintext listener".to_owned())
            }
            Self::WrongProtocol { wanted, .. } => {
                Some(format!("point `bootstrap` at a listener that speaks {wanted}, or correct `tls`"))
            }
            Self::SaslRequired { .. } => {
                Some("write `sasl` into the spec, or point `bootstrap` at a listener without".to_owned())
            }
            Self::MechanismNotOffered { .. } => Some(
                "write one that it has, or enable the wanted one in the broker's sasl.enabled.mechanisms"
                    .to_owned(),
            ),
            Self::NoCommonVersion { .. } => Some("use Kafka 2.8 or newer".to_owned()),
            Self::UnusableListener { .. } => Some(
                "set the broker's advertised.listeners to a DNS name that its clients resolve, on the listener \
                 that `bootstrap` names"
                    .to_owned(),
            ),
            Self::UnresolvedListener { .. } => Some(
                "start that broker, or set its advertised.listeners to a DNS name that resolves here".to_owned(),
            ),
            Self::TooFewBrokers { .. } => {
                Some("start the missing brokers, or write fewer into `brokers` or `replicationFactor`".to_owned())
            }
            Self::FewerReplicasThanMinInsync { .. } => Some(
                "declare a larger `replicationFactor` for the topic, or a smaller min.insync.replicas".to_owned(),
            ),
            Self::ConfigNotDescribed { .. } => Some("take that config out of the spec, or correct its name".to_owned()),
            Self::UnknownAclOperation { .. } => {
                Some("take the operation out of the spec, or upgrade the brokers".to_owned())
            }
            Self::NoBootstrapServer(failures) => {
                failures.iter().find(|failure| failure.kind() == self.kind()).and_then(Fault::remedy)
            }
            Self::Refused(refusal) => refusal.remedy(),
            Self::TokenRefused(refusal) => refusal.remedy(),
            Self::TokenUnreadable { .. } => {
                Some("point `sasl.tokenEndpoint` at the token endpoint of the identity provider, not at a page of it".to_owned())
            }
            Self::ConnectionClosed { .. }
            | Self::ResponseTimedOut { .. }
            | Self::TokenEndpointClosed { .. }
            | Self::ServerNotAuthenticated { .. }
            | Self::Internal(_)
            | Self::UnreadableResponse { .. }
            | Self::UnencodableRequest { .. }
            | Self::UnknownConfig { .. }
            | Self::ConcurrentReassignment { .. }
            | Self::ConfigNotVisible { .. } => None,
        }
    }
}
