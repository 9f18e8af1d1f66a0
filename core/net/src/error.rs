//! The network errors, by the phase in which they occur, with the remedy for each.

use std::net::SocketAddr;
use std::time::Duration;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use rustls::AlertDescription;
use thiserror::Error;

use crate::tls::{AlertFault, CertificateFault};

/// An error of connecting to a peer. Causes are kept as text, so that the error can be cloned.
#[derive(Clone, Debug, Error)]
pub enum NetError {
    /// The DNS name has no address, or none yet.
    #[error("cannot resolve the name of {endpoint}: {problem}")]
    Resolve {
        /// The endpoint.
        endpoint: Endpoint,
        /// The resolver's message.
        problem: String,
    },
    /// No address of the name accepts a connection.
    #[error("cannot connect to {endpoint}: {}", list_failures(.failures))]
    Connect {
        /// The endpoint.
        endpoint: Endpoint,
        /// Each address with the kernel's error.
        failures: Vec<(SocketAddr, String)>,
    },
    /// The peer did not answer before the time limit.
    #[error("{}", silent_message(.endpoint, *.phase, *.limit))]
    Silent {
        /// The endpoint.
        endpoint: Endpoint,
        /// The phase that had no answer.
        phase: Phase,
        /// The time limit.
        limit: Duration,
    },
    /// The peer closed the connection during the TLS handshake.
    #[error("{endpoint} ended the connection during the TLS handshake: {problem}")]
    HungUp {
        /// The endpoint.
        endpoint: Endpoint,
        /// The kernel's message.
        problem: String,
    },
    /// The client spoke TLS, and the listener does not.
    #[error("the listener at {0} does not speak TLS")]
    SpeaksPlain(Endpoint),
    /// The client spoke a plain protocol, and the listener speaks TLS.
    #[error("the listener at {0} speaks TLS, and the spec does not ask for it")]
    SpeaksTls(Endpoint),
    /// The client refuses the peer's certificate.
    #[error("the TLS handshake with {endpoint} failed: {fault}")]
    Certificate {
        /// The endpoint.
        endpoint: Endpoint,
        /// The reason.
        fault: CertificateFault,
    },
    /// The peer refuses the TLS session with an alert.
    #[error("{endpoint} refused the TLS handshake: {} (alert {alert:?})", .fault.problem)]
    Alert {
        /// The endpoint.
        endpoint: Endpoint,
        /// The alert that the peer sent.
        alert: AlertDescription,
        /// The meaning of the alert for the user.
        fault: AlertFault,
    },
    /// Any other violation of the TLS protocol.
    #[error("the TLS handshake with {endpoint} failed: {problem}")]
    Tls {
        /// The endpoint.
        endpoint: Endpoint,
        /// The TLS library's message.
        problem: String,
    },
    /// The value of a secret cannot be used.
    #[error("{secret} cannot be used: {problem}")]
    Secret {
        /// The name of the secret.
        secret: SecretRef,
        /// The reason; it never contains the value.
        problem: String,
        /// The remedy.
        remedy: String,
    },
    /// A defect of this program.
    #[error("{0}")]
    Internal(String),
}

/// The phase of a connection attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The resolution of the DNS name.
    Resolve,
    /// The TLS handshake.
    Handshake,
    /// The first messages of the server's protocol, up to and including the login.
    Protocol,
}

impl Fault for NetError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Resolve { .. } | Self::Connect { .. } | Self::Silent { .. } | Self::HungUp { .. } => {
                FaultKind::Unavailable
            }
            Self::SpeaksPlain(_) | Self::SpeaksTls(_) | Self::Certificate { .. } | Self::Tls { .. } => {
                FaultKind::Unsupported
            }
            Self::Alert { fault, .. } => fault.kind,
            Self::Secret { .. } => FaultKind::Secret,
            Self::Internal(_) => FaultKind::Internal,
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::SpeaksPlain(_) => {
                Some("give the TLS port, turn TLS on in the server, or take `tls` out of the spec".to_owned())
            }
            Self::SpeaksTls(_) => Some("write `tls` into the spec, or give the plain port".to_owned()),
            Self::Certificate { fault, .. } => Some(fault.remedy.clone()),
            Self::Alert { fault, .. } => Some(fault.remedy.to_owned()),
            Self::Secret { remedy, .. } => Some(remedy.clone()),
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Silent { .. }
            | Self::HungUp { .. }
            | Self::Tls { .. }
            | Self::Internal(_) => None,
        }
    }
}

impl From<Undeclared> for NetError {
    fn from(undeclared: Undeclared) -> Self {
        Self::Internal(undeclared.to_string())
    }
}

/// Lists the error of each address. A single address is left out, because it changes with every start of a container
/// and the message of equal runs must be equal.
fn list_failures(failures: &[(SocketAddr, String)]) -> String {
    match failures {
        [(_, problem)] => problem.clone(),
        several => {
            let each = several.iter().map(|(address, problem)| format!("{}: {problem}", address.ip()));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

/// A time limit in whole seconds, rounded up. The few milliseconds that earlier steps took of it disappear, so that the
/// messages of equal runs are equal.
pub(crate) fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_millis().div_ceil(1000))
}

fn silent_message(endpoint: &Endpoint, phase: Phase, limit: Duration) -> String {
    let seconds = seconds(limit);
    match phase {
        Phase::Resolve => format!("the resolver gave no answer for the name of {endpoint} within {seconds}"),
        Phase::Handshake => {
            format!(
                "{endpoint} accepted the connection and did not answer the TLS handshake within {seconds}"
            )
        }
        Phase::Protocol => {
            format!(
                "{endpoint} accepted the connection and did not answer what the protocol begins with within {seconds}"
            )
        }
    }
}
