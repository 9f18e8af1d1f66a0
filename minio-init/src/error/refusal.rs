//! An error that a server answers: what its code means, and what helps.

use init_core::{Endpoint, FaultKind};
use thiserror::Error;

/// A refusal in the server's words.
#[derive(Debug, Error)]
#[error("could not {doing} at {endpoint}: {code} (HTTP {status}){}", after(.message))]
pub struct Refusal {
    /// What was tried.
    pub doing: String,
    /// The server.
    pub endpoint: Endpoint,
    /// The HTTP status.
    pub status: u16,
    /// The S3 or admin error code.
    pub code: String,
    /// The server's message, without any secret name.
    pub message: String,
    /// Here the code means that another run has done the same at the same time.
    pub raced: bool,
    /// The answer was JSON, as the admin API's are.
    pub json: bool,
    /// The time that the request was signed with, and the server's.
    pub clocks: Option<(String, String)>,
}

fn after(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

/// The codes that say so whatever the status.
fn by_code(code: &str) -> Option<FaultKind> {
    Some(match code {
        "OperationAborted" | "ConflictException" => FaultKind::Raced,
        "XMinioServerNotInitialized"
        | "XMinioIAMNotInitialized"
        | "XMinioBucketMetadataNotInitialized"
        | "XMinioAdminConfigNoQuorum"
        | "SlowDown"
        | "SlowDownRead"
        | "SlowDownWrite"
        | "ServiceUnavailable"
        | "InternalError"
        | "RequestTimeout"
        | "XMinioServerTimedOut" => FaultKind::Unavailable,
        "AccessDenied"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "AccountProblem"
        | "ClientCertificateRefused"
        | "InvalidTokenId"
        | "ExpiredToken" => FaultKind::Denied,
        "RequestTimeTooSkewed"
        | "AuthorizationHeaderMalformed"
        | "InvalidRegion"
        | "IllegalLocationConstraintException"
        | "NotImplemented"
        | "MethodNotAllowed"
        | "XMinioKMSNotConfigured"
        | "KMSNotConfigured" => FaultKind::Unsupported,
        _ => return None,
    })
}

impl Refusal {
    /// Understood, believed, and not allowed.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.status == 403 || self.code == "AccessDenied"
    }

    pub(super) fn kind(&self) -> FaultKind {
        if self.raced {
            return FaultKind::Raced;
        }
        by_code(&self.code).unwrap_or(match self.status {
            401 | 403 => FaultKind::Denied,
            405 | 501 => FaultKind::Unsupported,
            408 | 425 | 429 | 500.. => FaultKind::Unavailable,
            _ => FaultKind::Rejected,
        })
    }

    pub(super) fn remedy(&self) -> Option<String> {
        let advice = match self.code.as_str() {
            "RequestTimeTooSkewed" => {
                let (ours, theirs) = self.clocks.as_ref()?;
                return Some(format!("set the clocks: it is {ours} here and {theirs} at the server"));
            }
            "AuthorizationHeaderMalformed" | "InvalidRegion" | "IllegalLocationConstraintException" => {
                "write the server's region in `region`"
            }
            "ClientCertificateRefused" => {
                "give the certificate that the server asks for in `tls.certificate` and `tls.key`, by an authority that it trusts"
            }
            "InvalidAccessKeyId" => {
                "check the access key: the server knows none of that name that is enabled"
            }
            "SignatureDoesNotMatch" => {
                "check the secret key: it is not the one of this access key, or a proxy changes what is signed and must pass \
                 the Host header, the path and the query on as they come"
            }
            _ if self.status == 429 => {
                "the server, or a proxy before it, takes fewer requests at a time: raise its limit, or --timeout"
            }
            "AccessDenied" => "give the provisioning user the permissions of docs/minio.md",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}
