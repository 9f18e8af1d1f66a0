//! `tls:` as it is meant: its files read and every certificate in them checked, before any packet.

use std::sync::Arc;

use init_core::{DnsName, FileRef, Files, SecretRef, SpecPath, Violations};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use super::TlsSpec;
use super::certificates::certificates;
use super::roots::public_roots;
use super::x509::Certificate;

/// How far a server's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// A trusted authority signed it, for the name of the server.
    #[default]
    Full,
    /// A trusted authority signed it, for whatever name (PostgreSQL's `verify-ca`).
    Authority,
    /// The peer holds the key of whatever certificate it shows (PostgreSQL's `require`).
    None,
}

/// What a spec says about TLS, with the files that it names read and its secrets still to be read.
#[derive(Clone, Debug)]
pub struct Tls {
    pub(super) verification: Verification,
    pub(super) roots: Arc<RootCertStore>,
    /// The certificates of `ca` themselves: a server that presents one of them is accepted by exact match.
    pub(super) pinned: Arc<[CertificateDer<'static>]>,
    pub(super) identity: Option<ClientCertificate>,
    pub(super) server_name: Option<DnsName>,
}

/// Our own certificate, and the names of the secrets that belong to it.
#[derive(Clone, Debug)]
pub(super) struct ClientCertificate {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: SecretRef,
    pub(super) passphrase: Option<SecretRef>,
}

impl Tls {
    /// Reads the certificates; what is wrong with them is noted below `at`.
    pub fn validate(
        spec: &TlsSpec,
        verification: Verification,
        files: &Files,
        at: &SpecPath,
        wrong: &mut Violations,
    ) -> Self {
        let given = spec.ca.as_ref().map(|file| read(file, files, &at.key("ca"), wrong));
        let mut roots = RootCertStore::empty();
        for certificate in given.iter().flatten().filter(|certificate| may_sign(certificate)) {
            let added = roots.add(certificate.clone());
            wrong.check(
                &at.key("ca"),
                added.map_err(|error| format!("no authority can be made from it: {error}")),
            );
        }
        let roots = Arc::new(if given.is_some() { roots } else { public_roots(files) });
        let server_name = spec.server_name.as_deref();
        let server_name =
            server_name.and_then(|name| wrong.check(&at.key("serverName"), name.parse::<DnsName>()));
        let identity = client_certificate(spec, files, at, wrong);
        Self { verification, roots, pinned: given.unwrap_or_default().into(), identity, server_name }
    }

    /// The secrets that [`Tls::connector`] asks for.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.identity.iter().flat_map(|identity| std::iter::once(&identity.key).chain(&identity.passphrase))
    }

    /// Whether there is a certificate of our own, which may be all that a login needs.
    pub fn has_certificate(&self) -> bool {
        self.identity.is_some()
    }
}

/// A server's own certificate is trusted as that one alone: whoever has its key makes no other servers trusted.
fn may_sign(certificate: &CertificateDer<'_>) -> bool {
    !Certificate::read(certificate).is_some_and(|it| it.is_no_authority())
}

fn client_certificate(
    spec: &TlsSpec,
    files: &Files,
    at: &SpecPath,
    wrong: &mut Violations,
) -> Option<ClientCertificate> {
    match (&spec.certificate, &spec.key) {
        (Some(file), Some(key)) => {
            let chain = read(file, files, &at.key("certificate"), wrong);
            Some(ClientCertificate { chain, key: key.clone(), passphrase: spec.key_passphrase.clone() })
        }
        (Some(_), None) => {
            wrong.push(&at.key("certificate"), "a client certificate needs its `key`");
            None
        }
        (None, Some(_)) => {
            wrong.push(&at.key("key"), "a client key needs its `certificate`");
            None
        }
        (None, None) => {
            if spec.key_passphrase.is_some() {
                wrong.push(&at.key("keyPassphrase"), "a passphrase needs the `key` that it decrypts");
            }
            None
        }
    }
}

fn read(
    file: &FileRef,
    files: &Files,
    at: &SpecPath,
    wrong: &mut Violations,
) -> Vec<CertificateDer<'static>> {
    let Some(bytes) = wrong.check(at, files.read(file)) else { return Vec::new() };
    let path = file.file.display();
    wrong.check(at, certificates(&bytes).map_err(|problem| format!("{path}: {problem}"))).unwrap_or_default()
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
