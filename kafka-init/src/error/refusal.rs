//! An error code of a broker, and what it means for the run.

use init_core::FaultKind;
use kafka_protocol::error::ResponseError;
use thiserror::Error as ThisError;

use super::peer::Peer;

/// A Kafka error code, with the action that it refused.
#[derive(Clone, Debug, ThisError)]
#[error("cannot {action} at {peer}: {} ({}){}", error_name(*.code), .code.code(), message_suffix(.message.as_deref()))]
pub struct Refusal {
    /// The refused action, as in `create topic orders`.
    pub action: String,
    /// The broker that refused it.
    pub peer: Peer,
    /// Kafka's error code.
    pub code: ResponseError,
    /// The server's message, where it sends one.
    pub message: Option<String>,
    /// The ACL operation and resource that the action needs.
    pub permission: String,
    /// True when the code means, for this action, that another client has changed the same object meanwhile.
    pub concurrent_change: bool,
    /// True when the code means, for this action, that the cluster is not ready for it yet.
    pub not_ready: bool,
    /// The remedy of a refused login, where the mechanism has no user and password.
    pub login_remedy: Option<&'static str>,
}

impl Refusal {
    pub(super) fn kind(&self) -> FaultKind {
        match (self.concurrent_change, self.not_ready) {
            (true, _) => FaultKind::Raced,
            (false, true) => FaultKind::Unavailable,
            (false, false) => fault_kind(self.code),
        }
    }

    pub(super) fn remedy(&self) -> Option<String> {
        let remedy = match self.code {
            ResponseError::SaslAuthenticationFailed => self.login_remedy.unwrap_or(
                "check `sasl.username` and the secret file of its password against the cluster's users",
            ),
            ResponseError::IllegalSaslState => {
                "that listener has no SASL: remove `sasl` from the spec, or point `bootstrap` at one that has"
            }
            ResponseError::SecurityDisabled => {
                "configure an authorizer on the brokers (authorizer.class.name), or remove `acls` from the spec"
            }
            ResponseError::InvalidReplicationFactor if self.not_ready => {
                "start the missing brokers, or lower default.replication.factor or the topic's `replicationFactor`"
            }
            _ if self.kind() == FaultKind::Denied => {
                return Some(format!("grant the provisioning account {}", self.permission));
            }
            _ => return None,
        };
        Some(remedy.to_owned())
    }
}

/// An action that a broker may refuse, with what is needed to explain the refusal.
pub(crate) struct Attempt {
    action: String,
    permission: String,
    /// The error codes that mean, for this action, that the cluster is not ready for it yet.
    not_ready_codes: &'static [ResponseError],
    /// The error codes that mean, for this action, that another client has changed the same object meanwhile.
    concurrent_change_codes: &'static [ResponseError],
    /// The remedy of a refused login, where the mechanism has no user and password.
    login_remedy: Option<&'static str>,
}

impl Attempt {
    /// An action, and the ACL operation and resource that it needs. None of its error codes has a special meaning.
    pub(crate) fn new(action: impl Into<String>, permission: impl Into<String>) -> Self {
        let (action, permission) = (action.into(), permission.into());
        Self { action, permission, not_ready_codes: &[], concurrent_change_codes: &[], login_remedy: None }
    }

    pub(crate) fn not_ready_on(self, not_ready_codes: &'static [ResponseError]) -> Self {
        Self { not_ready_codes, ..self }
    }

    pub(crate) fn concurrent_change_on(self, concurrent_change_codes: &'static [ResponseError]) -> Self {
        Self { concurrent_change_codes, ..self }
    }

    pub(crate) fn with_login_remedy(self, login_remedy: Option<&'static str>) -> Self {
        Self { login_remedy, ..self }
    }

    /// The refusal of this action with an error code.
    pub(super) fn refused(self, peer: Peer, code: ResponseError, message: Option<String>) -> Refusal {
        Refusal {
            peer,
            code,
            message,
            concurrent_change: self.concurrent_change_codes.contains(&code),
            not_ready: self.not_ready_codes.contains(&code),
            login_remedy: self.login_remedy,
            action: self.action,
            permission: self.permission,
        }
    }
}

/// The class of an error code that has no special meaning for the action.
fn fault_kind(code: ResponseError) -> FaultKind {
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
        // The broker is starting or shutting down.
        E::BrokerNotAvailable | E::StaleBrokerEpoch | E::BrokerIdNotRegistered => FaultKind::Unavailable,
        code if code.is_retriable() => FaultKind::Unavailable,
        _ => FaultKind::Rejected,
    }
}

/// The name of the error code in Kafka's protocol guide.
fn error_name(code: ResponseError) -> String {
    if matches!(code, ResponseError::Unknown(_)) {
        return "an error this build does not know".to_owned();
    }
    let mut error_name = String::new();
    for letter in code.to_string().chars() {
        if letter.is_ascii_uppercase() && !error_name.is_empty() {
            error_name.push('_');
        }
        error_name.push(letter.to_ascii_uppercase());
    }
    error_name
}

fn message_suffix(message: Option<&str>) -> String {
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
            assert_eq!(ResponseError::try_from_code(code).map(error_name).as_deref(), Some(text));
        }
    }

    #[test]
    fn an_error_code_decides_the_class() {
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
            assert_eq!(ResponseError::try_from_code(code).map(fault_kind), Some(kind), "{code}");
        }
    }
}
