//! An error code of a server: its class and its remedy.

use init_core::{Endpoint, FaultKind};
use thiserror::Error;

/// An error response of the server.
#[derive(Debug, Error)]
#[error("could not {action} at {endpoint}: {code} (HTTP {status}){}", message_suffix(.message))]
pub struct Refusal {
    /// The attempt, as in `create bucket logs`.
    pub action: String,
    /// The server.
    pub endpoint: Endpoint,
    /// The HTTP status.
    pub status: u16,
    /// The S3 or admin error code.
    pub code: String,
    /// The server's message, in which names from secrets are replaced by their labels.
    pub message: String,
    /// True when the code means, for this attempt, that a concurrent run has done the same.
    pub concurrent_run: bool,
    /// The remedy where the request has its own, whatever the code is.
    pub advice: Option<&'static str>,
    /// True when the answer was JSON, as answers of the admin API are.
    pub is_json: bool,
    /// The time with which the request was signed, and the server's time.
    pub clocks: Option<(String, String)>,
}

fn message_suffix(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

/// The class of an error code that is the same with any HTTP status.
fn kind_by_code(code: &str) -> Option<FaultKind> {
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
        | "XMinioServerTimedOut"
        | "XMinioBackendDown" => FaultKind::Unavailable,
        "AccessDenied"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "AccountProblem"
        | "ClientCertificateRefused"
        | "InvalidTokenId"
        | "ExpiredToken"
        | "XMinioAdminTierInsufficientPermissions"
        | "XMinioAdminTierInvalidCredentials" => FaultKind::Denied,
        "LimitExceeded" => FaultKind::Rejected,
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
    /// True when the signature was accepted but the account lacks the permission.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.status == 403 || self.code == "AccessDenied"
    }

    pub(super) fn kind(&self) -> FaultKind {
        if self.concurrent_run {
            return FaultKind::Raced;
        }
        kind_by_code(&self.code).unwrap_or(match self.status {
            401 | 403 => FaultKind::Denied,
            405 | 501 => FaultKind::Unsupported,
            408 | 425 | 429 | 500.. => FaultKind::Unavailable,
            _ => FaultKind::Rejected,
        })
    }

    pub(super) fn remedy(&self) -> Option<String> {
        if let Some(advice) = self.advice {
            return Some(advice.to_owned());
        }
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
            "KeyAlreadyExists" => {
                "Garage never takes the name of a key that was removed: give it another, as from `echo GK$(openssl rand -hex 12)`"
            }
            _ if self.status == 429 => {
                "the server, or a proxy before it, takes fewer requests at a time: raise its limit, or --timeout"
            }
            "XMinioAdminTierInsufficientPermissions" | "XMinioAdminTierInvalidCredentials" => {
                "check the access key, the secret key and the bucket of the tier: its account puts, gets and deletes objects there"
            }
            "XMinioAdminTierBackendInUse" => {
                "give the tier an empty bucket, or a prefix below which there is nothing"
            }
            "XMinioAdminReplicationRemoteConnectionError" => {
                "check that this server reaches the other one, and the access key and the secret key there"
            }
            "XAdminAccessDenied" => "provision as root of the gateway, or as a user of the role admin",
            "AccessDenied" => "give the provisioning user the permissions of docs/minio.md",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}
