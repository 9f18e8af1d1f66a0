//! Reads the fields of a certificate, for messages and for certificates that webpki cannot parse.

use std::time::Duration;

use rustls::pki_types::{SubjectPublicKeyInfoDer, UnixTime};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::oid::db::rfc4519::CN;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::time::Time;

/// A parsed X.509 certificate.
pub(super) struct Certificate(CertificateInner<Raw>);

impl Certificate {
    /// Parses a certificate; `None` if the bytes are none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        CertificateInner::from_der(der).ok().map(Self)
    }

    pub(super) fn subject(&self) -> String {
        cut(&self.0.tbs_certificate().subject().to_string())
    }

    pub(super) fn issuer(&self) -> String {
        cut(&self.0.tbs_certificate().issuer().to_string())
    }

    /// Returns true if the issuer has the same name as the subject.
    pub(super) fn is_self_issued(&self) -> bool {
        self.0.tbs_certificate().subject() == self.0.tbs_certificate().issuer()
    }

    /// Returns true if the subject of `other` has the name of this certificate's issuer.
    pub(super) fn may_be_issued_by(&self, other: &Self) -> bool {
        self.0.tbs_certificate().issuer() == other.0.tbs_certificate().subject()
    }

    /// The DNS names of subjectAltName; `None` without that extension.
    pub(super) fn alternative_names(&self) -> Option<Vec<String>> {
        let (_, names) = self.0.tbs_certificate().get_extension::<SubjectAltName>().ok()??;
        let dns = names.0.iter().filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(cut(name.as_str())),
            _ => None,
        });
        Some(dns.collect())
    }

    /// The common names of the subject.
    pub(super) fn common_names(&self) -> Vec<String> {
        let parts = self.0.tbs_certificate().subject().iter();
        let common = parts.filter(|part| part.oid == CN);
        common.filter_map(|part| std::str::from_utf8(part.value.value()).ok().map(cut)).collect()
    }

    /// The first and the last second of the validity.
    pub(super) fn validity(&self) -> (UnixTime, UnixTime) {
        let validity = self.0.tbs_certificate().validity();
        (unix(&validity.not_before), unix(&validity.not_after))
    }

    /// The signature algorithm.
    pub(super) fn signed_with(&self) -> String {
        algorithm(&self.0.signature_algorithm().oid)
    }

    /// The kind of the public key, such as `RSA of 1024 bits` or `P-521`.
    pub(super) fn key_kind(&self) -> String {
        let key = self.0.tbs_certificate().subject_public_key_info();
        let curve =
            key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        let kind = algorithm(curve.as_ref().unwrap_or(&key.algorithm.oid));
        if kind != "RSA" {
            return kind;
        }
        // The key is SEQUENCE { modulus, exponent }. All but a few bytes are the modulus.
        let bits = key.subject_public_key.raw_bytes().len().saturating_sub(10) / 16 * 128;
        format!("RSA of {bits} bits")
    }

    /// Returns true if basicConstraints says `CA:FALSE`.
    pub(super) fn is_no_authority(&self) -> bool {
        let found = self.0.tbs_certificate().get_extension::<BasicConstraints>();
        matches!(found, Ok(Some((_, constraints))) if !constraints.ca)
    }

    /// Returns true if signatures of its key can be verified here.
    pub(super) fn has_supported_key(&self) -> bool {
        let kind = self.key_kind();
        let bits = kind.strip_prefix("RSA of ").and_then(|rest| rest.split(' ').next()?.parse::<u32>().ok());
        bits.map_or_else(
            || ["P-256", "P-384", "Ed25519"].contains(&kind.as_str()),
            |bits| (2048..=8192).contains(&bits),
        )
    }

    /// The public key in the form that verifies signatures.
    pub(super) fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'static>> {
        self.0.tbs_certificate().subject_public_key_info().to_der().ok().map(SubjectPublicKeyInfoDer::from)
    }
}

/// Formats a time as `2026-01-02T03:04:05Z`.
pub(super) fn date(time: UnixTime) -> String {
    let moment = x509_cert::der::DateTime::from_unix_duration(Duration::from_secs(time.as_secs()));
    moment.map_or_else(|_| format!("second {} since 1970", time.as_secs()), |moment| moment.to_string())
}

/// Truncates a name. The peer chooses it, and it may be as long as a TLS message.
fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

fn unix(time: &Time) -> UnixTime {
    UnixTime::since_unix_epoch(time.to_unix_duration())
}

/// The common name of an algorithm or a curve.
fn algorithm(oid: &ObjectIdentifier) -> String {
    let name = match oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => "RSA",
        "1.2.840.113549.1.1.4" => "RSA with MD5",
        "1.2.840.113549.1.1.5" => "RSA with SHA-1",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.1.11" => "RSA with SHA-256",
        "1.2.840.113549.1.1.12" => "RSA with SHA-384",
        "1.2.840.113549.1.1.13" => "RSA with SHA-512",
        "1.2.840.10045.3.1.7" => "P-256",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        "1.3.132.0.10" => "secp256k1",
        "1.2.840.10045.4.1" => "ECDSA with SHA-1",
        "1.2.840.10045.4.3.2" => "ECDSA with SHA-256",
        "1.2.840.10045.4.3.3" => "ECDSA with SHA-384",
        "1.2.840.10045.4.3.4" => "ECDSA with SHA-512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        "1.2.840.10040.4.1" => "DSA",
        "2.16.840.1.101.3.4.3.2" => "DSA with SHA-256",
        other => return format!("the algorithm {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    /// Made by `openssl req -x509` for `CN=localhost`.
    const PEM: &[u8] = include_bytes!("x509_test.pem");

    fn all_fields(certificate: &Certificate) -> String {
        let names = certificate.alternative_names();
        let (from, to) = certificate.validity();
        format!(
            "{} {} {} {} {names:?} {:?} {} {} {} {}",
            certificate.subject(),
            certificate.issuer(),
            certificate.is_self_issued(),
            certificate.is_no_authority(),
            certificate.common_names(),
            date(from),
            date(to),
            certificate.signed_with(),
            certificate.key_kind(),
        )
    }

    #[test]
    fn all_fields_of_a_certificate_are_read() {
        let der = CertificateDer::from_pem_slice(PEM).unwrap();
        insta::assert_snapshot!(all_fields(&Certificate::read(&der).unwrap()));
    }

    proptest! {
        #[test]
        fn damaged_certificates_are_read_without_panic(at in 0_usize..400, byte: u8, cut in 0_usize..400) {
            let mut der = CertificateDer::from_pem_slice(PEM).unwrap().to_vec();
            if let Some(place) = der.get_mut(at) {
                *place = byte;
            }
            der.truncate(der.len().saturating_sub(cut));
            if let Some(certificate) = Certificate::read(&der) {
                let _ = (all_fields(&certificate), certificate.public_key(), certificate.has_supported_key());
            }
        }
    }
}
