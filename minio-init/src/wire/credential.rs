//! The code in which secrets leave their wrapper: to sign a request, and to be written into a body that is encrypted.

use init_core::{Secret, SecretRef, Secrets, Text};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::HttpRequest;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroize as _;
use serde::{Serialize, Serializer};

use crate::desired::{ServerKind, names};
use crate::error::Error;

/// The access key and secret key with which an account signs requests. The secret key is wiped when dropped.
pub(crate) struct Credential {
    key_id: String,
    secret_key: Secret,
}

impl Credential {
    pub(crate) fn new(key_id: String, secret_key: Secret) -> Self {
        Self { key_id, secret_key }
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(crate) fn secret_key(&self) -> &Secret {
        &self.secret_key
    }

    /// Signs one request with Signature Version 4. The copy of the secret key that the signer needs is wiped
    /// afterwards.
    #[expect(clippy::disallowed_methods, reason = "a signature is derived from the secret key")]
    pub(crate) fn sign(&self, request: &mut HttpRequest, region: &str) -> object_store::Result<()> {
        let secret_key = self.secret_key.expose_secret().to_owned();
        let mut signing = AwsCredential { key_id: self.key_id.clone(), secret_key, token: None };
        let signed = AwsAuthorizer::new(&signing, "s3", region).try_authorize(request, None);
        signing.secret_key.zeroize();
        signed
    }
}

/// A secret key as a field of a body that is encrypted before it is sent, or wiped afterwards.
pub(crate) struct SecretKey<'a>(pub(crate) &'a Secret);

impl SecretKey<'_> {
    /// The number of bytes.
    #[expect(clippy::disallowed_methods, reason = "the room for a secret key is counted")]
    pub(crate) fn len(&self) -> usize {
        self.0.expose_secret().len()
    }
}

impl Serialize for SecretKey<'_> {
    #[expect(clippy::disallowed_methods, reason = "the plaintext of the body is wiped")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

/// The value of a name, which may come from a secret, checked as an access key.
pub(crate) fn resolve_name(secrets: &Secrets, name: &Text) -> Result<String, Error> {
    resolve_checked(secrets, name, names::access_key)
}

#[expect(clippy::disallowed_methods, reason = "a name from a secret is sent in a request's query")]
fn resolve_checked(
    secrets: &Secrets,
    name: &Text,
    check: fn(&str) -> Result<(), &'static str>,
) -> Result<String, Error> {
    let value = secrets.text(name)?.expose_secret().to_owned();
    if let (Text::Secret(reference), Err(problem)) = (name, check(&value)) {
        return Err(Error::InvalidSecret {
            name: reference.clone(),
            what: "an access key",
            problem: problem.to_owned(),
        });
    }
    Ok(value)
}

/// A secret key, checked by MinIO's rules for new accounts.
pub(crate) fn secret_key<'s>(secrets: &'s Secrets, name: &SecretRef) -> Result<&'s Secret, Error> {
    secret_of_length(secrets, name, names::SECRET_MIN)
}

#[expect(clippy::disallowed_methods, reason = "the length and the characters of a secret key are checked")]
fn secret_of_length<'s>(secrets: &'s Secrets, name: &SecretRef, least: usize) -> Result<&'s Secret, Error> {
    let secret = secrets.get(name)?;
    let value = secret.expose_secret();
    let problem = if value.len() < least {
        format!("it has {} bytes, and a server takes at least {least}", value.len())
    } else if value.chars().any(char::is_control) {
        "it has a control character".to_owned()
    } else {
        return Ok(secret);
    };
    Err(Error::InvalidSecret { name: name.clone(), what: "a secret key", problem })
}

/// The credential of a declared account.
pub(crate) fn credential(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<Credential, Error> {
    Ok(Credential::new(resolve_name(secrets, key)?, secret_key(secrets, name)?.clone()))
}

/// The credential of an account of SeaweedFS.
pub(crate) fn iam_credential(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<Credential, Error> {
    Ok(Credential::new(resolve_iam_key(secrets, key)?, iam_secret_key(secrets, name)?.clone()))
}

/// The access key of an account that SeaweedFS can make.
pub(crate) fn resolve_iam_key(secrets: &Secrets, key: &Text) -> Result<String, Error> {
    resolve_checked(secrets, key, names::iam_key)
}

/// A secret key, checked by the rules of SeaweedFS for new access keys.
#[expect(clippy::disallowed_methods, reason = "the length of a secret key is checked")]
pub(crate) fn iam_secret_key<'s>(secrets: &'s Secrets, name: &SecretRef) -> Result<&'s Secret, Error> {
    let secret = secret_key(secrets, name)?;
    let length = secret.expose_secret().len();
    if length <= names::IAM_SECRET_MAX {
        return Ok(secret);
    }
    let problem = format!("it has {length} bytes, and SeaweedFS takes at most {}", names::IAM_SECRET_MAX);
    Err(Error::InvalidSecret { name: name.clone(), what: "a secret key", problem })
}

/// The credential of an account that exists already: the provisioning account, or one at another server. Other servers
/// than MinIO have shorter keys.
pub(crate) fn existing_credential(
    secrets: &Secrets,
    key: &Text,
    name: &SecretRef,
) -> Result<Credential, Error> {
    Ok(Credential::new(
        resolve_checked(secrets, key, names::own_access_key)?,
        secret_of_length(secrets, name, 1)?.clone(),
    ))
}

/// Fails when MinIO cannot create an access key (service account) with this name and secret key.
#[expect(clippy::disallowed_methods, reason = "the length of a secret key is checked")]
pub(crate) fn check_new_key(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<(), Error> {
    let (key_length, secret_length) =
        (resolve_name(secrets, key)?.len(), secret_key(secrets, name)?.expose_secret().len());
    let most = |length, most| format!("it has {length} bytes, and MinIO takes at most {most} for a new one");
    match key {
        Text::Secret(reference) if key_length > names::NEW_KEY_MAX => Err(Error::InvalidSecret {
            name: reference.clone(),
            what: "the name of an access key",
            problem: most(key_length, names::NEW_KEY_MAX),
        }),
        _ if secret_length > names::NEW_KEY_SECRET_MAX => Err(Error::InvalidSecret {
            name: name.clone(),
            what: "the secret key of an access key",
            problem: most(secret_length, names::NEW_KEY_SECRET_MAX),
        }),
        _ => Ok(()),
    }
}

/// Fails when a secret cannot be a value of the server's configuration.
#[expect(clippy::disallowed_methods, reason = "the characters of a value are checked")]
pub(crate) fn check_config_value(secrets: &Secrets, name: &SecretRef) -> Result<(), Error> {
    names::config_value(secrets.get(name)?.expose_secret()).map_err(|problem| Error::InvalidSecret {
        name: name.clone(),
        what: "a value of the configuration",
        problem: problem.to_owned(),
    })
}

/// Fails when a server of this kind cannot make an account of this access key and secret key.
pub(crate) fn check_key(
    kind: ServerKind,
    secrets: &Secrets,
    key: &Text,
    name: &SecretRef,
) -> Result<(), Error> {
    match kind {
        ServerKind::Garage => check_garage_key(secrets, key, name),
        ServerKind::SeaweedFs => iam_credential(secrets, key, name).map(drop),
        ServerKind::Minio
        | ServerKind::RustFs
        | ServerKind::VersityGw
        | ServerKind::Ceph
        | ServerKind::S3 => credential(secrets, key, name).map(drop),
    }
}

#[expect(clippy::disallowed_methods, reason = "the length and the characters of a secret key are checked")]
fn check_garage_key(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<(), Error> {
    let refused = |name: &SecretRef, what, problem: &str| {
        Err(Error::InvalidSecret { name: name.clone(), what, problem: problem.to_owned() })
    };
    match (key, names::garage_key(secrets.text(key)?.expose_secret())) {
        (Text::Secret(reference), Err(problem)) => refused(reference, "a key of Garage", problem),
        _ => match names::garage_secret(secrets.get(name)?.expose_secret()) {
            Err(problem) => refused(name, "a secret key of Garage", problem),
            Ok(()) => Ok(()),
        },
    }
}
