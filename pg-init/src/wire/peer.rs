//! The server at the other end of a connection, as errors describe it.

use init_core::Endpoint;
use init_net::Connector;
use std::sync::Arc;

use super::guard::ConnectionState;
use super::names::Names;
use crate::error::{Error, classify};

/// The endpoint of a connection, its TLS settings, and the secret names that no message may contain.
pub(crate) struct Peer {
    pub(crate) endpoint: Endpoint,
    pub(crate) tls: Option<Connector>,
    pub(crate) names: Arc<Names>,
}

impl Peer {
    /// Converts an error of the driver. A refusal of the guard and a TLS error are checked first, since the driver
    /// knows neither.
    pub(super) fn error(&self, error: &tokio_postgres::Error, state: &ConnectionState, doing: &str) -> Error {
        if let Some(refusal) = state.refusal() {
            return refusal.error(&self.endpoint);
        }
        if let Some(fault) = self.tls.as_ref().and_then(|tls| tls.fault(&self.endpoint, error)) {
            return fault.into();
        }
        classify(error, &self.endpoint, doing, |text| self.names.redact(text))
    }
}
