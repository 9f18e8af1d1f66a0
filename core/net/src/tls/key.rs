//! Reads the private key of the client certificate from a secret, with a specific message for each kind of wrong content.

use std::sync::Arc;

use init_core::Secret;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::SectionKind;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use rustls::sign::SigningKey;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroize as _;

use super::key_fault::KeyFault;
use super::{passphrase, pem, recipe};

/// Reads the key and prepares it for signing.
pub(super) fn signing_key(
    text: &Secret,
    passphrase: Option<&Secret>,
) -> Result<Arc<dyn SigningKey>, KeyFault> {
    #[expect(clippy::disallowed_methods, reason = "the key signs the handshake")]
    let text = text.expose_secret().as_bytes();
    let mut key = private_key(text, passphrase)?;
    let signing = any_supported_type(&key);
    let kind = kind(&key);
    key.zeroize();
    signing.map_err(|_| {
        KeyFault::new(
            format!(
                "it holds {kind}, which is damaged or of a kind that is not supported here ({} are)",
                recipe::KEYS
            ),
            format!("make a key of another kind, and a certificate for it: {}", recipe::NEW_KEY),
        )
    })
}

fn private_key(text: &[u8], passphrase: Option<&Secret>) -> Result<PrivateKeyDer<'static>, KeyFault> {
    // A legacy encrypted key has the label of an unencrypted one; only a header says that it is encrypted.
    let is_legacy = text.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"Proc-Type: 4,ENCRYPTED"));
    if is_legacy {
        return Err(KeyFault::new(
            "it holds a private key that is encrypted in OpenSSL's legacy form, which cannot be read here",
            format!(
                "decrypt it with {}, or encrypt it again with {}",
                recipe::DECRYPT,
                recipe::ENCRYPT_AGAIN
            ),
        ));
    }
    let unreadable = |problem: String| {
        KeyFault::new(problem, "replace the content of the secret file with the key in PEM")
    };
    if pem::labels(text).contains(&passphrase::LABEL) {
        return passphrase::decrypt(pem::without_byte_order_mark(text), passphrase);
    }
    for (kind, der) in pem::sections(text).map_err(unreadable)? {
        match kind {
            SectionKind::PrivateKey => return Ok(PrivatePkcs8KeyDer::from(der).into()),
            SectionKind::RsaPrivateKey => return Ok(PrivatePkcs1KeyDer::from(der).into()),
            SectionKind::EcPrivateKey => return Ok(PrivateSec1KeyDer::from(der).into()),
            _ => {}
        }
    }
    Err(wrong_content(text))
}

/// Describes the content of a secret that holds no private key.
fn wrong_content(text: &[u8]) -> KeyFault {
    let (problem, remedy) = match pem::labels(text).first() {
        None if text.trim_ascii().is_empty() => {
            ("it is empty", "put the private key of `certificate` there, in PEM")
        }
        None => ("it is no PEM: it has no BEGIN line", "put the private key of `certificate` there, in PEM"),
        Some(&"OPENSSH PRIVATE KEY") => (
            "it holds a private key in OpenSSH's own form",
            "convert it with `ssh-keygen -p -m PEM -f key`, or make one with `openssl genpkey`",
        ),
        Some(&("PUBLIC KEY" | "RSA PUBLIC KEY")) => (
            "it holds a public key where the private key belongs",
            "put the private key of `certificate` there",
        ),
        Some(label) if label.ends_with("CERTIFICATE") => (
            "it holds a certificate where the private key belongs",
            "put the private key there, and name the certificate's file in `certificate`",
        ),
        Some(_) => ("it holds no private key", "put the private key of `certificate` there, in PEM"),
    };
    KeyFault::new(problem, remedy)
}

/// The DER encodings (tag, length, value) of the object identifiers of key algorithms and curves.
const KINDS: [(&[u8], &str); 5] = [
    (&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23], "a P-521 key"),
    (&[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a], "a secp256k1 key"),
    (&[0x06, 0x03, 0x2b, 0x65, 0x71], "an Ed448 key"),
    (&[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "a DSA key"),
    (&[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01], "an RSA key"),
];

fn kind(key: &PrivateKeyDer<'_>) -> &'static str {
    let der = key.secret_der();
    let found = KINDS.iter().find(|(oid, _)| der.windows(oid.len()).any(|window| window == *oid));
    match (found, key) {
        (Some((_, kind)), _) => kind,
        (None, PrivateKeyDer::Pkcs1(_)) => "an RSA key",
        (None, _) => "a private key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        private_key(text.as_bytes(), None).unwrap_err().problem
    }

    #[test]
    fn the_content_of_a_wrong_secret_is_named() {
        for (text, word) in [
            ("", "empty"),
            ("hunter2", "no BEGIN line"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "a public key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "OpenSSH"),
            ("-----BEGIN PRIVATE KEY-----\n????\n-----END PRIVATE KEY-----\n", "not base64"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n", "cut off"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                "legacy",
            ),
        ] {
            let problem = problem(text);
            assert!(problem.contains(word), "{problem}");
            assert!(!problem.contains("hunter2") && !problem.contains("AAAA"), "{problem}");
        }
    }

    #[test]
    fn garbage_in_a_section_is_no_key() {
        let text = Secret::from("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assert!(signing_key(&text, None).unwrap_err().problem.contains("damaged"));
    }
}
