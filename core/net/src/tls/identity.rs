//! The client certificate with its key, and whether a server has requested it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use init_core::Secrets;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

use super::key::signing_key;
use super::key_fault::KeyFault;
use super::recipe;
use super::validate::ClientCertificate;
use super::x509::Certificate;
use crate::NetError;

/// Answers a server's request for a client certificate and records that there was one, because the alert that may follow
/// does not always say that it concerns the certificate.
pub(super) struct Identity {
    key: Option<Arc<CertifiedKey>>,
    requested: AtomicBool,
}

impl Identity {
    /// An identity without a certificate.
    pub(super) fn none() -> Self {
        Self { key: None, requested: AtomicBool::new(false) }
    }

    /// Reads the key and verifies, before any packet is sent, that it belongs to the first certificate of the chain.
    pub(super) fn of(client: &ClientCertificate, secrets: &Secrets) -> Result<Self, NetError> {
        let unusable_secret = |fault: KeyFault| {
            let passphrase = client.passphrase.as_ref().filter(|_| fault.is_passphrase);
            let secret = passphrase.unwrap_or(&client.key).clone();
            NetError::Secret { secret, problem: fault.problem, remedy: fault.remedy }
        };
        let passphrase = client.passphrase.as_ref().map(|name| secrets.get(name)).transpose()?;
        let key = signing_key(secrets.get(&client.key)?, passphrase).map_err(unusable_secret)?;
        let position_of_key = key.public_key().map(|public| {
            let has_it = |der: &_| {
                Certificate::read(der).and_then(|it| it.public_key()).is_some_and(|it| it == public)
            };
            client.chain.iter().position(|der| has_it(der.as_ref()))
        });
        match position_of_key {
            Some(Some(0)) | None => {}
            Some(Some(position)) => return Err(unusable_secret(not_first(position + 1))),
            Some(None) => return Err(unusable_secret(key_of_another_certificate())),
        }
        let key = CertifiedKey::new(client.chain.clone(), key);
        Ok(Self { key: Some(Arc::new(key)), requested: AtomicBool::new(false) })
    }

    pub(super) fn has_certificate(&self) -> bool {
        self.key.is_some()
    }

    pub(super) fn was_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }
}

fn not_first(position: usize) -> KeyFault {
    KeyFault::new(
        format!("it belongs to certificate {position} of `tls.certificate`, and our own must be the first"),
        "put our own certificate first in that file, and those above it after it",
    )
}

fn key_of_another_certificate() -> KeyFault {
    KeyFault::new(
        "it does not belong to `tls.certificate`, which holds another public key",
        format!("give the key that the certificate was made for: {}", recipe::COMPARE),
    )
}

/// The output says only whether there is a certificate; the private key must not be printed.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("has_certificate", &self.has_certificate()).finish_non_exhaustive()
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.requested.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.has_certificate()
    }
}
