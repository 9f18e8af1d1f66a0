//! Where secrets leave their wrapper: to sign a request, and to be written into a body that is sealed.

use init_core::{Secret, SecretRef, Secrets, Text};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::HttpRequest;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroize as _;
use serde::{Serialize, Serializer};

use crate::desired::names;
use crate::error::Error;

/// An account that signs requests. Its secret key is wiped when it is dropped.
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

    /// Signs one request. The copy that the signer needs is wiped after it.
    #[expect(clippy::disallowed_methods, reason = "a signature is derived from the secret key")]
    pub(crate) fn sign(&self, request: &mut HttpRequest, region: &str) -> object_store::Result<()> {
        let secret_key = self.secret_key.expose_secret().to_owned();
        let mut signing = AwsCredential { key_id: self.key_id.clone(), secret_key, token: None };
        let signed = AwsAuthorizer::new(&signing, "s3", region).try_authorize(request, None);
        signing.secret_key.zeroize();
        signed
    }
}

/// A secret key as a field of a body that is sealed before it is sent.
pub(crate) struct SecretKey<'a>(pub(crate) &'a Secret);

impl Serialize for SecretKey<'_> {
    #[expect(clippy::disallowed_methods, reason = "the body is sealed, and its plaintext is wiped")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

/// A name as the server knows it.
pub(crate) fn value(secrets: &Secrets, name: &Text) -> Result<String, Error> {
    checked(secrets, name, names::access_key)
}

#[expect(clippy::disallowed_methods, reason = "a name from a secret is sent in a request's query")]
fn checked(
    secrets: &Secrets,
    name: &Text,
    check: fn(&str) -> Result<(), &'static str>,
) -> Result<String, Error> {
    let value = secrets.text(name)?.expose_secret().to_owned();
    if let (Text::Secret(reference), Err(problem)) = (name, check(&value)) {
        return Err(Error::Secret {
            name: reference.clone(),
            what: "an access key",
            problem: problem.to_owned(),
        });
    }
    Ok(value)
}

/// A secret key as MinIO takes it.
pub(crate) fn secret<'s>(secrets: &'s Secrets, name: &SecretRef) -> Result<&'s Secret, Error> {
    longer(secrets, name, names::SECRET_MIN)
}

#[expect(clippy::disallowed_methods, reason = "the length and the characters of a secret key are checked")]
fn longer<'s>(secrets: &'s Secrets, name: &SecretRef, least: usize) -> Result<&'s Secret, Error> {
    let secret = secrets.get(name)?;
    let value = secret.expose_secret();
    let problem = if value.len() < least {
        format!("it has {} bytes, and a server takes at least {least}", value.len())
    } else if value.chars().any(char::is_control) {
        "it has a control character".to_owned()
    } else {
        return Ok(secret);
    };
    Err(Error::Secret { name: name.clone(), what: "a secret key", problem })
}

/// An identity that signs.
pub(crate) fn credential(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<Credential, Error> {
    Ok(Credential::new(value(secrets, key)?, secret(secrets, name)?.clone()))
}

/// The identity that provisions: it is there already, and other servers have shorter keys.
pub(crate) fn own(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<Credential, Error> {
    Ok(Credential::new(checked(secrets, key, names::own_access_key)?, longer(secrets, name, 1)?.clone()))
}

/// Whether MinIO can make an access key (service account) of this name and this secret key.
#[expect(clippy::disallowed_methods, reason = "the length of a secret key is checked")]
pub(crate) fn new_key(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<(), Error> {
    let (key_length, secret_length) =
        (value(secrets, key)?.len(), secret(secrets, name)?.expose_secret().len());
    let most = |length, most| format!("it has {length} bytes, and MinIO takes at most {most} for a new one");
    match key {
        Text::Secret(reference) if key_length > names::NEW_KEY_MAX => Err(Error::Secret {
            name: reference.clone(),
            what: "the name of an access key",
            problem: most(key_length, names::NEW_KEY_MAX),
        }),
        _ if secret_length > names::NEW_KEY_SECRET_MAX => Err(Error::Secret {
            name: name.clone(),
            what: "the secret key of an access key",
            problem: most(secret_length, names::NEW_KEY_SECRET_MAX),
        }),
        _ => Ok(()),
    }
}
