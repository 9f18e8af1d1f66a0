//! Reads the certificates of a file that a spec names, with a specific message for each kind of wrong file.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::SectionKind;

use super::{pem, x509};

/// Reads all certificates of a PEM file, in their order, or the single certificate of a DER file.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if x509::Certificate::read(bytes).is_some() {
        return Ok(vec![CertificateDer::from(bytes.to_vec())]);
    }
    let sections = pem::sections(bytes)?;
    let found: Vec<_> = sections
        .into_iter()
        .filter(|(kind, _)| *kind == SectionKind::Certificate)
        .map(|(_, der)| CertificateDer::from(der))
        .collect();
    if found.is_empty() {
        return Err(wrong_content(bytes));
    }
    for (position, der) in found.iter().enumerate() {
        if !is_readable(der) {
            let which =
                if found.len() == 1 { "it".to_owned() } else { format!("certificate {}", position + 1) };
            return Err(format!(
                "{which} is no X.509 certificate: what is inside the PEM section cannot be read"
            ));
        }
    }
    Ok(found)
}

/// Returns true if at least one of the two parsers accepts the certificate: the encoding of some old authorities is
/// accepted by only one of them.
fn is_readable(der: &CertificateDer<'_>) -> bool {
    x509::Certificate::read(der).is_some() || webpki::anchor_from_trusted_cert(der).is_ok()
}

/// Describes the content of a file that holds no certificate.
fn wrong_content(bytes: &[u8]) -> String {
    let labels = pem::labels(bytes);
    let Some(label) = labels.first() else { return pem::format_without_sections(bytes).to_owned() };
    match *label {
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
            "it holds a signing request, which an authority makes a certificate from: give the certificate".to_owned()
        }
        "TRUSTED CERTIFICATE" => {
            "it holds a certificate in OpenSSL's own form: convert it with `openssl x509 -in FILE -out FILE.pem`"
                .to_owned()
        }
        "PKCS7" => {
            "it holds PKCS#7: convert it with `openssl pkcs7 -in FILE -print_certs -out FILE.pem`".to_owned()
        }
        key if key.ends_with("PRIVATE KEY") => "it holds a private key where a certificate belongs".to_owned(),
        other => format!("it holds no certificate, but `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn section(label: &str) -> String {
        format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")
    }

    #[test]
    fn the_content_of_a_wrong_file_is_named() {
        for (label, word) in [
            ("PRIVATE KEY", "a private key"),
            ("ENCRYPTED PRIVATE KEY", "a private key"),
            ("EC PRIVATE KEY", "a private key"),
            ("CERTIFICATE REQUEST", "signing request"),
            ("TRUSTED CERTIFICATE", "openssl x509"),
            ("PKCS7", "openssl pkcs7"),
            ("X509 CRL", "`X509 CRL`"),
            ("CERTIFICATE", "no X.509 certificate"),
        ] {
            let problem = certificates(section(label).as_bytes()).unwrap_err();
            assert!(problem.contains(word), "{label}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = certificates(&bytes);
        }
    }
}
