//! Where secrets leave their wrapper: to sign, and to be sent.

use init_core::{SecretRef, Secrets, Text};
use object_store::aws::AwsCredential;
use secrecy::ExposeSecret as _;

use crate::error::Error;
use crate::spec::names;

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
pub(crate) fn secret(secrets: &Secrets, name: &SecretRef) -> Result<String, Error> {
    longer(secrets, name, names::SECRET_MIN)
}

#[expect(clippy::disallowed_methods, reason = "a secret key is sent sealed, or signs a request")]
fn longer(secrets: &Secrets, name: &SecretRef, least: usize) -> Result<String, Error> {
    let value = secrets.get(name)?.expose_secret();
    let problem = if value.len() < least {
        format!("it has {} bytes, and a server takes at least {least}", value.len())
    } else if value.chars().any(char::is_control) {
        "it has a control character".to_owned()
    } else {
        return Ok(value.to_owned());
    };
    Err(Error::Secret { name: name.clone(), what: "a secret key", problem })
}

/// An identity that signs.
pub(crate) fn credential(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<AwsCredential, Error> {
    Ok(AwsCredential { key_id: value(secrets, key)?, secret_key: secret(secrets, name)?, token: None })
}

/// The identity that provisions: it is there already, and other servers have shorter keys.
pub(crate) fn own(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<AwsCredential, Error> {
    let (key_id, secret_key) = (checked(secrets, key, names::own_access_key)?, longer(secrets, name, 1)?);
    Ok(AwsCredential { key_id, secret_key, token: None })
}

/// Whether MinIO can make an access key (service account) of this name and this secret key.
pub(crate) fn new_key(secrets: &Secrets, key: &Text, name: &SecretRef) -> Result<(), Error> {
    let (key_length, secret_length) = (value(secrets, key)?.len(), secret(secrets, name)?.len());
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
