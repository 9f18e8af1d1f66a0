//! The certificates of a file that a spec names, and one sentence for each way in which it holds none.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::SectionKind;

use super::{pem, x509};

/// The certificates in the order of the file, in PEM, or the one that the file is, in DER.
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
        return Err(instead(bytes));
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

/// An old authority may be encoded in a way that one reader takes and the other does not.
fn is_readable(der: &CertificateDer<'_>) -> bool {
    x509::Certificate::read(der).is_some() || webpki::anchor_from_trusted_cert(der).is_ok()
}

/// What the file holds where a certificate belongs.
fn instead(bytes: &[u8]) -> String {
    let labels = pem::labels(bytes);
    let Some(label) = labels.first() else { return pem::no_section(bytes).to_owned() };
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
    fn what_is_there_instead_is_named() {
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
