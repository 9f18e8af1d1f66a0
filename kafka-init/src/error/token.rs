//! The refusal of a token endpoint, and what it means for the run.

use std::fmt;

use init_core::{Endpoint, FaultKind};

/// The status of a token endpoint, with the error code and the description where it sent them (RFC 6749, section 5.2).
#[derive(Clone, Debug)]
pub struct TokenRefusal {
    /// The token endpoint.
    pub endpoint: Endpoint,
    /// The HTTP status.
    pub status: u16,
    /// The error code, such as `invalid_client`.
    pub code: Option<String>,
    /// The description of the error.
    pub description: Option<String>,
}

impl TokenRefusal {
    pub(super) fn kind(&self) -> FaultKind {
        let is_denied = ["invalid_client", "unauthorized_client", "invalid_grant", "access_denied"];
        match (self.status, self.code.as_deref()) {
            (401 | 403, _) => FaultKind::Denied,
            (_, Some(code)) if is_denied.contains(&code) => FaultKind::Denied,
            (408 | 425 | 429 | 500.., _) => FaultKind::Unavailable,
            (400, Some(_)) => FaultKind::Rejected,
            (..=399 | 400..=499, _) => FaultKind::Unsupported,
        }
    }

    pub(super) fn remedy(&self) -> Option<String> {
        match self.kind() {
            FaultKind::Denied => Some(
                "check `sasl.clientId` and the secret file of `sasl.clientSecret` against the clients of the identity provider"
                    .to_owned(),
            ),
            FaultKind::Unsupported => {
                Some("check `sasl.tokenEndpoint`: redirects are not followed".to_owned())
            }
            FaultKind::Unavailable
            | FaultKind::Raced
            | FaultKind::Rejected
            | FaultKind::Secret
            | FaultKind::Internal => None,
        }
    }
}

impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the token endpoint at {} gave no token: HTTP {}", self.endpoint, self.status)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        match &self.description {
            Some(description) => write!(f, ": {description}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TokenRefusal {}
