//! What a broker refused, and what its error code means for the run.

use init_core::FaultKind;
use kafka_protocol::error::ResponseError;
use thiserror::Error as ThisError;

use super::peer::Peer;

/// A Kafka error code, with what was tried.
#[derive(Clone, Debug, ThisError)]
#[error("cannot {action} at {peer}: {} ({}){}", name(*.code), .code.code(), after(.message.as_deref()))]
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
    /// The code means here that another client has changed the same object first.
    pub raced: bool,
    /// The code means here that the cluster is not ready for it yet.
    pub waits: bool,
}

impl Refusal {
    pub(super) fn kind(&self) -> FaultKind {
        match (self.raced, self.waits) {
            (true, _) => FaultKind::Raced,
            (false, true) => FaultKind::Unavailable,
            (false, false) => kind_of(self.code),
        }
    }
}

impl Refusal {
    pub(super) fn remedy(&self) -> Option<String> {
        let remedy = match self.code {
            ResponseError::SaslAuthenticationFailed => {
                "check `sasl.username` and the secret file of its password against the cluster's users"
            }
            ResponseError::IllegalSaslState => {
                "that listener has no SASL: remove `sasl` from the spec, or point `bootstrap` at one that has"
            }
            ResponseError::SecurityDisabled => {
                "configure an authorizer on the brokers (authorizer.class.name), or remove `acls` from the spec"
            }
            ResponseError::InvalidReplicationFactor if self.waits => {
                "start the missing brokers, or lower default.replication.factor or the topic's `replicationFactor`"
            }
            _ if self.kind() == FaultKind::Denied => {
                return Some(format!("grant the user that connects {}", self.permission));
            }
            _ => return None,
        };
        Some(remedy.to_owned())
    }
}

/// What is being tried, for the case that it is refused.
pub(crate) struct Attempt {
    pub(crate) action: String,
    pub(crate) permission: String,
    /// Codes that mean, for this attempt, that the cluster is not ready for it yet.
    pub(crate) waits: &'static [ResponseError],
    /// Codes that mean, for this attempt, that another client has changed the same object first.
    pub(crate) races: &'static [ResponseError],
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

fn after(message: Option<&str>) -> String {
    message.map(|message| format!(": {message}")).unwrap_or_default()
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
