//! What can go wrong between us and an S3 server, classified by status and code and never by a message.

use std::io;
use std::time::Duration;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use thiserror::Error;

/// Says what was tried, where, and what came of it.
#[derive(Debug, Error)]
pub enum Error {
    /// No answer, or none that HTTP can read.
    #[error("could not {doing} at {endpoint}")]
    Lost {
        /// What was tried.
        doing: String,
        /// Where.
        endpoint: Endpoint,
        /// What became of it.
        source: Lost,
    },
    /// The server understood and says no.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The server answers and says that it is not ready.
    #[error("{endpoint} is up and not ready: {state}")]
    NotReady {
        /// Who.
        endpoint: Endpoint,
        /// In its words.
        state: String,
    },
    /// A signed request is for one server only.
    #[error("{endpoint} answers with a redirect ({status}) to {location}, which is not followed")]
    Redirect {
        /// Who.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// Plain HTTP was spoken to a TLS listener.
    #[error("the listener at {0} speaks TLS, and the spec's endpoint says http")]
    SpeaksTls(Endpoint),
    /// Users, groups, policies, access keys and quotas are MinIO's own.
    #[error("{endpoint} has no MinIO admin API, and the spec has {needed}")]
    NoAdminApi {
        /// Who.
        endpoint: Endpoint,
        /// What cannot be had without it.
        needed: &'static str,
    },
    /// Something that this server does not do.
    #[error("{at}: {feature} is not supported by {endpoint}: {why}")]
    Unsupported {
        /// The place in the spec.
        at: String,
        /// What the spec wants.
        feature: &'static str,
        /// Who was asked.
        endpoint: Endpoint,
        /// How we know.
        why: String,
    },
    /// An answer that is not what the protocol says it should be.
    #[error("cannot read what {endpoint} answered to the attempt to {doing}: {problem}")]
    Garbled {
        /// What was tried.
        doing: String,
        /// Who answered.
        endpoint: Endpoint,
        /// What is wrong with the bytes.
        problem: String,
    },
    /// A value that no server takes.
    #[error("{name} cannot be used as {what}: {problem}")]
    Secret {
        /// The secret's name.
        name: SecretRef,
        /// What it was to be.
        what: &'static str,
        /// Why not.
        problem: String,
    },
    /// A secret that was not read at the start.
    #[error(transparent)]
    Undeclared(#[from] Undeclared),
    /// A request could not be built.
    #[error("could not prepare the request to {doing}: {problem}")]
    Unsendable {
        /// What was tried.
        doing: String,
        /// Why it cannot be written.
        problem: String,
    },
}

/// A refusal in the server's words.
#[derive(Debug, Error)]
#[error("could not {doing} at {endpoint}: {code} (HTTP {status}){}", after(.message))]
pub struct Refusal {
    /// What was tried.
    pub doing: String,
    /// Who refused.
    pub endpoint: Endpoint,
    /// The HTTP status.
    pub status: u16,
    /// The S3 or admin error code.
    pub code: String,
    /// The server's message, without any secret name.
    pub message: String,
    /// It means here that somebody else was faster.
    pub raced: bool,
    /// The answer was JSON, as the admin API's are.
    pub json: bool,
    /// The time that the request was signed with, and the server's.
    pub clocks: Option<(String, String)>,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Lost {
    /// Perhaps not yet: Compose names appear with their container.
    #[error("the name does not resolve")]
    Resolve(#[source] io::Error),
    /// TCP failed.
    #[error("no connection")]
    Connect(#[source] io::Error),
    /// TCP or TLS took too long.
    #[error("no connection within {} s", .0.as_secs())]
    NoConnection(Duration),
    /// The certificate is not for us, or the protocol is another one.
    #[error("TLS failed")]
    Tls(#[source] rustls::Error),
    /// A name that no certificate can hold.
    #[error("the name cannot be in a certificate")]
    NoServerName,
    /// Accepted, and no answer.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// The connection ended or HTTP was broken.
    #[error("the connection was lost before the answer was complete")]
    Http(#[from] hyper::Error),
    /// More than any answer holds.
    #[error("the answer does not end")]
    Endless,
}

fn after(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

impl Lost {
    pub(crate) fn from_tls(error: io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).cloned();
        tls.map_or(Self::Connect(error), Self::Tls)
    }

    fn kind(&self) -> FaultKind {
        match self {
            Self::Tls(_) | Self::NoServerName | Self::Endless => FaultKind::Unsupported,
            Self::Http(error) if error.is_parse() => FaultKind::Unsupported,
            _ => FaultKind::Unavailable,
        }
    }

    fn remedy(&self) -> Option<String> {
        use rustls::CertificateError as Certificate;
        let advice = match self {
            Self::Tls(rustls::Error::InvalidCertificate(problem)) => match problem {
                Certificate::UnknownIssuer | Certificate::BadSignature => {
                    "give the CA that signed the server's certificate in `tls.ca`"
                }
                Certificate::Expired | Certificate::ExpiredContext { .. } => {
                    "renew the server's certificate: it has expired (or this machine's clock is wrong)"
                }
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                    "the server's certificate is not valid yet: check this machine's clock"
                }
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                    "name the server in `endpoint` as its certificate does, or issue one for this name"
                }
                _ => "issue the server a certificate that a CA of `tls.ca` has signed for this name",
            },
            Self::Tls(rustls::Error::InvalidMessage(_)) => {
                "write http:// in `endpoint`: the listener does not speak TLS"
            }
            Self::NoServerName => "give the server a DNS name that a certificate can hold",
            Self::Http(error) if error.is_parse() => {
                "point `endpoint` at an S3 listener: this one does not speak HTTP"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }
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
    fn kind(&self) -> FaultKind {
        if self.raced {
            return FaultKind::Raced;
        }
        by_code(&self.code).unwrap_or(match self.status {
            401 | 403 => FaultKind::Denied,
            405 | 501 => FaultKind::Unsupported,
            500.. => FaultKind::Unavailable,
            _ => FaultKind::Rejected,
        })
    }

    fn remedy(&self) -> Option<String> {
        let advice = match self.code.as_str() {
            "RequestTimeTooSkewed" => {
                let (ours, theirs) = self.clocks.as_ref()?;
                return Some(format!("set the clocks: it is {ours} here and {theirs} at the server"));
            }
            "AuthorizationHeaderMalformed" | "InvalidRegion" | "IllegalLocationConstraintException" => {
                "write the server's region in `region`"
            }
            "InvalidAccessKeyId" => {
                "check the access key: the server knows none of that name that is enabled"
            }
            "SignatureDoesNotMatch" => "check the secret key: it is not the one of this access key",
            "AccessDenied" => "give the provisioning user the permissions of docs/minio.md",
            _ => return None,
        };
        Some(advice.to_owned())
    }
}

impl Error {
    /// The same, known to come of another run that does the same: worth another reading.
    pub(crate) fn raced(mut self, codes: &[&str]) -> Self {
        if let Self::Refused(refusal) = &mut self
            && codes.contains(&refusal.code.as_str())
        {
            refusal.raced = true;
        }
        self
    }

    /// The server's code, when it gave one.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.code,
            _ => "",
        }
    }
}

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Lost { source, .. } => source.kind(),
            Self::Refused(refusal) => refusal.kind(),
            Self::NotReady { .. } => FaultKind::Unavailable,
            Self::Redirect { .. }
            | Self::SpeaksTls(_)
            | Self::NoAdminApi { .. }
            | Self::Unsupported { .. }
            | Self::Garbled { .. } => FaultKind::Unsupported,
            Self::Secret { .. } => FaultKind::Secret,
            Self::Undeclared(_) | Self::Unsendable { .. } => FaultKind::Internal,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Lost { source, .. } => source.remedy(),
            Self::Refused(refusal) => refusal.remedy(),
            Self::Redirect { .. } => {
                Some("name the server itself in `endpoint`, with its own scheme".to_owned())
            }
            Self::SpeaksTls(_) => Some("write https:// in `endpoint`, and the CA in `tls.ca`".to_owned()),
            Self::NoAdminApi { .. } => Some(
                "point `endpoint` at MinIO, or leave these sections out for a plain S3 server".to_owned(),
            ),
            _ => None,
        }
    }
}
