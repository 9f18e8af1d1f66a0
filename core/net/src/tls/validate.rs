//! Validates the section `tls`: reads its files and parses every certificate in them before any packet is sent.

use std::sync::Arc;

use init_core::{DnsName, FileRef, Files, SecretRef, SpecPath, Violations};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use super::TlsSpec;
use super::certificates::certificates;
use super::roots::public_roots;
use super::x509::Certificate;

/// The extent to which a server's certificate is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// A trusted authority must have signed it, and it must be valid for the server's name.
    #[default]
    Full,
    /// A trusted authority must have signed it; the name is ignored (PostgreSQL's `verify-ca`).
    Authority,
    /// Any certificate is accepted whose private key the peer holds (PostgreSQL's `require`).
    None,
}

/// The validated section `tls`. Its files are read; its secrets are not.
#[derive(Clone, Debug)]
pub struct Tls {
    pub(super) verification: Verification,
    pub(super) roots: Arc<RootCertStore>,
    /// The certificates of `ca`. A server that presents one of them is accepted by exact match.
    pub(super) pinned: Arc<[CertificateDer<'static>]>,
    pub(super) identity: Option<ClientCertificate>,
    pub(super) server_name: Option<DnsName>,
}

/// The client certificate with its chain, and the names of its secrets.
#[derive(Clone, Debug)]
pub(super) struct ClientCertificate {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: SecretRef,
    pub(super) passphrase: Option<SecretRef>,
}

impl Tls {
    /// Reads the certificates. Violations are reported with paths below `at`.
    pub fn validate(
        spec: &TlsSpec,
        verification: Verification,
        files: &Files,
        at: &SpecPath,
        violations: &mut Violations,
    ) -> Self {
        let ca = spec.ca.as_ref().map(|file| read(file, files, &at.key("ca"), violations));
        let mut roots = RootCertStore::empty();
        for certificate in ca.iter().flatten().filter(|certificate| is_trust_anchor(certificate)) {
            let added = roots.add(certificate.clone());
            violations.check(
                &at.key("ca"),
                added.map_err(|error| format!("no authority can be made from it: {error}")),
            );
        }
        let roots = Arc::new(if ca.is_some() { roots } else { public_roots(files) });
        let server_name = spec.server_name.as_deref();
        let server_name =
            server_name.and_then(|name| violations.check(&at.key("serverName"), name.parse::<DnsName>()));
        let identity = client_certificate(spec, files, at, violations);
        Self { verification, roots, pinned: ca.unwrap_or_default().into(), identity, server_name }
    }

    /// The secrets that [`Tls::connector`] needs.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.identity.iter().flat_map(|identity| std::iter::once(&identity.key).chain(&identity.passphrase))
    }

    /// Returns true if there is a client certificate, which may be the only credential of a login.
    pub fn has_certificate(&self) -> bool {
        self.identity.is_some()
    }
}

/// Returns true if the certificate may be used as a trust anchor. A server certificate (CA:FALSE) in `ca` is accepted by
/// exact match only; otherwise the holder of its key could sign certificates for other servers.
fn is_trust_anchor(certificate: &CertificateDer<'_>) -> bool {
    !Certificate::read(certificate).is_some_and(|it| it.is_no_authority())
}

fn client_certificate(
    spec: &TlsSpec,
    files: &Files,
    at: &SpecPath,
    violations: &mut Violations,
) -> Option<ClientCertificate> {
    match (&spec.certificate, &spec.key) {
        (Some(file), Some(key)) => {
            let chain = read(file, files, &at.key("certificate"), violations);
            Some(ClientCertificate { chain, key: key.clone(), passphrase: spec.key_passphrase.clone() })
        }
        (Some(_), None) => {
            violations.push(&at.key("certificate"), "a client certificate needs its `key`");
            None
        }
        (None, Some(_)) => {
            violations.push(&at.key("key"), "a client key needs its `certificate`");
            None
        }
        (None, None) => {
            if spec.key_passphrase.is_some() {
                violations.push(&at.key("keyPassphrase"), "a passphrase needs the `key` that it decrypts");
            }
            None
        }
    }
}

fn read(
    file: &FileRef,
    files: &Files,
    at: &SpecPath,
    violations: &mut Violations,
) -> Vec<CertificateDer<'static>> {
    let Some(bytes) = violations.check(at, files.read(file)) else { return Vec::new() };
    let path = file.file.display();
    violations
        .check(at, certificates(&bytes).map_err(|problem| format!("{path}: {problem}")))
        .unwrap_or_default()
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
