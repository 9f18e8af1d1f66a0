//! Decrypts a private key that is encrypted with a passphrase (PKCS#8, PBES2).

use init_core::Secret;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use rustls::pki_types::pem::SectionKind;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::ExposeSecret as _;

use super::key_fault::KeyFault;
use super::{pem, recipe};

/// The PEM label of an encrypted key.
pub(super) const LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// Decrypts the first encrypted key of the text.
pub(super) fn decrypt(text: &[u8], passphrase: Option<&Secret>) -> Result<PrivateKeyDer<'static>, KeyFault> {
    let Some(passphrase) = passphrase else {
        return Err(KeyFault::new(
            "it holds an encrypted private key, and the spec has no `keyPassphrase`",
            format!(
                "write `keyPassphrase: {{secret: NAME}}` beside `key`, or decrypt it with {}",
                recipe::DECRYPT
            ),
        ));
    };
    let unreadable = || {
        KeyFault::new(
            "it holds a private key that is encrypted with an algorithm which is not supported here, or damaged",
            format!(
                "decrypt it with {}, or encrypt it again with {}",
                recipe::DECRYPT,
                recipe::ENCRYPT_AGAIN
            ),
        )
    };
    let der = section(text).ok_or_else(unreadable)?;
    let encrypted = EncryptedPrivateKeyInfoRef::from_der(&der).map_err(|_| unreadable())?;
    #[expect(clippy::disallowed_methods, reason = "the passphrase decrypts the key")]
    let decrypted = encrypted.decrypt(passphrase.expose_secret());
    match decrypted {
        Ok(plain) => Ok(PrivatePkcs8KeyDer::from(plain.as_bytes().to_vec()).into()),
        Err(pkcs8::Error::EncryptedPrivateKey(error)) if error != pkcs8::pkcs5::Error::DecryptFailed => {
            Err(unreadable())
        }
        // A wrong passphrase gives wrong padding, or, in about one of 256 cases, valid padding around wrong content.
        Err(_) => Err(KeyFault {
            is_passphrase: true,
            problem: "it does not decrypt the private key of `tls.key`".to_owned(),
            remedy: format!(
                "replace the passphrase in the secret file, or decrypt the key with {}",
                recipe::DECRYPT
            ),
        }),
    }
}

/// The bytes of the first encrypted section. The PEM parser does not know its label, so the label is replaced by that of
/// an unencrypted key.
fn section(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?.replace(LABEL, "PRIVATE KEY");
    let sections = pem::sections(text.as_bytes()).ok()?;
    sections.into_iter().find(|(kind, _)| *kind == SectionKind::PrivateKey).map(|(_, der)| der)
}
