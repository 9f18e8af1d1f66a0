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
            | Self::UnknownGroupConfigs { .. }
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
            Self::Refused(refusal) => refusal.remedy(),
            Self::TokenRefused(refusal) => refusal.remedy(),
            Self::NoBootstrapServer(failures) => {
                failures.iter().find(|failure| failure.kind() == self.kind()).and_then(Fault::remedy)
            }
            Self::WrongProtocol { wanted, protocol, .. } if *protocol != "TLS" => {
                Some(format!("point `bootstrap` at a listener that speaks {wanted}, or correct `tls`"))
            }
            _ => fixed_remedy(self).map(str::to_owned),
        }
    }
}

/// The remedies that are the same for every peer and spec.
fn fixed_remedy(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::WrongProtocol { .. } => {
            "write `tls` into the spec, or point `bootstrap` at a plaintext listener"
        }
        Error::SaslRequired { .. } => {
            "write `sasl` into the spec, or point `bootstrap` at a listener without"
        }
        Error::MechanismNotOffered { .. } => {
            "write one that it has, or enable the wanted one in the broker's sasl.enabled.mechanisms"
        }
        Error::NoCommonVersion { .. } => "use Kafka 2.8 or newer",
        Error::UnusableListener { .. } => {
            "set the broker's advertised.listeners to a DNS name that its clients resolve, on the listener that `bootstrap` \
             names"
        }
        Error::UnresolvedListener { .. } => {
            "start that broker, or set its advertised.listeners to a DNS name that resolves here"
        }
        Error::TooFewBrokers { .. } => {
            "start the missing brokers, or write fewer into `brokers` or `replicationFactor`"
        }
        Error::FewerReplicasThanMinInsync { .. } => {
            "declare a larger `replicationFactor` for the topic, or a smaller min.insync.replicas"
        }
        Error::ConfigNotDescribed { .. } => "take that config out of the spec, or correct its name",
        Error::UnknownGroupConfigs { .. } => "take them out of the spec, or upgrade the brokers",
        Error::UnknownAclOperation { .. } => "take the operation out of the spec, or upgrade the brokers",
        Error::TokenUnreadable { .. } => {
            "point `sasl.tokenEndpoint` at the token endpoint of the identity provider, not at a page of it"
        }
        Error::Net(_)
        | Error::Refused(_)
        | Error::TokenRefused(_)
        | Error::NoBootstrapServer(_)
        | Error::ConnectionClosed { .. }
        | Error::ResponseTimedOut { .. }
        | Error::TokenEndpointClosed { .. }
        | Error::ServerNotAuthenticated { .. }
        | Error::Internal(_)
        | Error::UnreadableResponse { .. }
        | Error::UnencodableRequest { .. }
        | Error::UnknownConfig { .. }
        | Error::ConcurrentReassignment { .. }
        | Error::ConfigNotVisible { .. } => return None,
    })
}
