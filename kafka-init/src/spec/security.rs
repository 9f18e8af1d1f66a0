//! How the brokers are talked to: encrypted or not, as whom.

use init_core::{FileRef, Files, SecretRef, SpecPath, Text, Violations};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where Debian, Alpine and most images keep the system's authorities.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// TLS as written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsSpec {
    /// The authorities that may have signed the brokers' certificates, in PEM. Default: the public ones.
    ca: Option<FileRef>,
    /// Our own certificate, with those between it and its authority, in PEM.
    certificate: Option<FileRef>,
    /// The private key of `certificate`, in PEM.
    key: Option<SecretRef>,
}

/// SASL as written, and as meant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sasl {
    /// How to log in.
    pub mechanism: Mechanism,
    /// As whom.
    pub username: Text,
    /// That user's password.
    pub password: SecretRef,
}

/// How a client proves who it is, by its registered name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Mechanism {
    /// The password itself.
    #[serde(rename = "PLAIN")]
    Plain,
    /// A proof of it, by SHA-256.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// A proof of it, by SHA-512.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

/// The hash of a SCRAM credential, by its mechanism's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum Scram {
    /// SHA-256.
    #[serde(rename = "SCRAM-SHA-256")]
    Sha256,
    /// SHA-512.
    #[serde(rename = "SCRAM-SHA-512")]
    Sha512,
}

impl Mechanism {
    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => Scram::Sha256.name(),
            Self::ScramSha512 => Scram::Sha512.name(),
        }
    }
}

impl Scram {
    /// The mechanism's registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }
}

impl Scram {
    /// Kafka's number for it.
    pub(crate) fn number(self) -> i8 {
        match self {
            Self::Sha256 => 1,
            Self::Sha512 => 2,
        }
    }

    /// By Kafka's number.
    pub(crate) fn of(number: i8) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|mechanism| mechanism.number() == number)
    }
}

impl From<Scram> for Mechanism {
    fn from(scram: Scram) -> Self {
        match scram {
            Scram::Sha256 => Self::ScramSha256,
            Scram::Sha512 => Self::ScramSha512,
        }
    }
}

/// TLS as meant, the files read.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Whose signature on a broker's certificate counts.
    pub(crate) roots: RootCertStore,
    /// Our certificate, its chain, and the name of its key.
    pub(crate) identity: Option<(Vec<CertificateDer<'static>>, SecretRef)>,
}

/// Reads the certificates.
pub(super) fn tls(spec: &TlsSpec, files: &Files, at: &SpecPath, violations: &mut Violations) -> Tls {
    let roots = match &spec.ca {
        Some(file) => {
            let at = at.key("ca");
            let mut roots = RootCertStore::empty();
            for certificate in certificates(file, files, &at, violations) {
                let added = roots.add(certificate);
                violations.check(&at, added.map_err(|error| format!("no authority: {error}")));
            }
            roots
        }
        None => public_roots(files),
    };
    let identity = match (&spec.certificate, &spec.key) {
        (Some(file), Some(key)) => {
            Some((certificates(file, files, &at.key("certificate"), violations), key.clone()))
        }
        (None, None) => None,
        _ => {
            violations.push(at, "a client certificate is both `certificate` and `key`");
            None
        }
    };
    Tls { roots, identity }
}

fn certificates(
    file: &FileRef,
    files: &Files,
    at: &SpecPath,
    violations: &mut Violations,
) -> Vec<CertificateDer<'static>> {
    let Some(pem) = violations.check(at, files.read(file)) else { return Vec::new() };
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = read.map_err(|_| "the file is no PEM").and_then(|found| {
        if found.is_empty() { Err("the file holds no certificate in PEM") } else { Ok(found) }
    });
    violations.check(at, found).unwrap_or_default()
}

/// The bundled ones, and those of the system where it has some.
fn public_roots(files: &Files) -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Ok(pem) = files.read(&FileRef { file: SYSTEM_ROOTS.into() }) {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok));
    }
    roots
}
