//! What can go wrong between us and a peer, by the phase in which it does, and what to do about it.

use std::net::SocketAddr;
use std::time::Duration;

use init_core::{Endpoint, Fault, FaultKind, SecretRef, Undeclared};
use rustls::AlertDescription;
use thiserror::Error;

use crate::tls::{AlertFault, CertificateFault};

/// Says what was tried, where, and what came of it. It holds text alone, so it can be copied.
#[derive(Clone, Debug, Error)]
pub enum NetError {
    /// The name has no address, perhaps not yet.
    #[error("cannot resolve the name of {endpoint}: {problem}")]
    Resolve {
        /// The endpoint.
        endpoint: Endpoint,
        /// The resolver's message.
        problem: String,
    },
    /// No address of the name takes a connection.
    #[error("cannot connect to {endpoint}: {}", list(.failures))]
    Connect {
        /// The endpoint.
        endpoint: Endpoint,
        /// Each address, and what the kernel said of it.
        failures: Vec<(SocketAddr, String)>,
    },
    /// No answer in time.
    #[error("{}", silent(.endpoint, *.phase, *.limit))]
    Silent {
        /// The endpoint.
        endpoint: Endpoint,
        /// The part of the attempt that had no answer.
        phase: Phase,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The connection ended during the TLS handshake.
    #[error("{endpoint} ended the connection during the TLS handshake: {problem}")]
    HungUp {
        /// The endpoint.
        endpoint: Endpoint,
        /// The kernel's message.
        problem: String,
    },
    /// TLS was spoken to a listener that speaks something else.
    #[error("the listener at {0} does not speak TLS")]
    SpeaksPlain(Endpoint),
    /// A plain protocol was spoken to a TLS listener.
    #[error("the listener at {0} speaks TLS, and the spec does not ask for it")]
    SpeaksTls(Endpoint),
    /// The peer's certificate is refused here.
    #[error("the TLS handshake with {endpoint} failed: {fault}")]
    Certificate {
        /// The endpoint.
        endpoint: Endpoint,
        /// What is wrong with it.
        fault: CertificateFault,
    },
    /// The peer refuses the TLS session.
    #[error("{endpoint} refused the TLS handshake: {} (alert {alert:?})", .fault.problem)]
    Alert {
        /// The endpoint.
        endpoint: Endpoint,
        /// The alert, by its name in the protocol.
        alert: AlertDescription,
        /// What the alert means for the user.
        fault: AlertFault,
    },
    /// Something else that TLS does not allow.
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
        /// What is wrong with it; never the value.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// A mistake of this program.
    #[error("{0}")]
    Internal(String),
}

/// The part of an attempt that got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// From the name to its addresses.
    Resolve,
    /// The TLS handshake.
    Handshake,
    /// What a protocol says first on a connection, as far as the login.
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

/// What each address answered. The address of a name that has only one is left out: it changes whenever the container is
/// started again, and equal runs say equal things.
fn list(failures: &[(SocketAddr, String)]) -> String {
    match failures {
        [(_, problem)] => problem.clone(),
        several => {
            let each = several.iter().map(|(address, problem)| format!("{}: {problem}", address.ip()));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

/// A bound in whole seconds, rounded up: what earlier steps took of it does not show, so equal runs say equal things.
pub(crate) fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_millis().div_ceil(1000))
}

fn silent(endpoint: &Endpoint, phase: Phase, limit: Duration) -> String {
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
