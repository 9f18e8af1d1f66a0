//! Keys of Garage.

use bytes::Bytes;
use init_core::Secret;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde::de::IgnoredAny;

use super::answers::{KeyInfo, ListedKey};
use super::{get, post};
use crate::error::Error;
use crate::wire::admin::SecretKeyCheck;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{Credential, SecretKey};

const NO_KEY: &str = "NoSuchAccessKey";
/// The code for the name of a key that exists, or that was removed.
const TAKEN: &str = "KeyAlreadyExists";
/// A bucket that does not exist.
const NOWHERE: &str = "minio-init.sign-in";
/// The remedy for a signature that is refused.
const OWN_SECRET: &str = "check `credentials.secretKey`: the key exists, and has another one";
/// The room for everything of a body but its texts.
const BRACES: usize = 128;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImportKey<'a> {
    access_key_id: &'a str,
    secret_access_key: SecretKey<'a>,
    name: &'a str,
}

impl Client {
    pub(crate) async fn garage_keys(&self) -> Result<Vec<ListedKey>, Error> {
        self.garage_get(get("list the keys", "ListKeys")).await
    }

    /// Reads a key, without its secret key.
    pub(crate) async fn garage_key(&self, label: &str, id: &str) -> Result<Option<KeyInfo>, Error> {
        let action = format!("read key {label}");
        self.garage_find(get(&action, "GetKeyInfo").query("id", id), NO_KEY).await
    }

    /// Makes a key. Garage never takes the name of a key that was removed.
    pub(crate) async fn import_garage_key(
        &self,
        label: &str,
        (id, secret): (&str, &Secret),
        name: &str,
    ) -> Result<(), Error> {
        let action = format!("import key {label}");
        let body = ImportKey { access_key_id: id, secret_access_key: SecretKey(secret), name };
        let body = wiped(&body, id.len() + name.len())
            .map_err(|e| Error::RequestNotBuilt { action: action.clone(), problem: e.to_string() })?;
        let imported: Result<IgnoredAny, _> = self.garage_get(post(&action, "ImportKey").body(body)).await;
        match imported {
            Err(refused) if refused.code() == TAKEN => {
                let exists = self.garage_key(label, id).await?.is_some();
                Err(if exists { refused.caused_by_concurrent_run(&[TAKEN]) } else { refused })
            }
            done => done.map(drop),
        }
    }

    /// Removes a key. Another run may have removed it already.
    pub(crate) async fn delete_garage_key(&self, label: &str, id: &str) -> Result<(), Error> {
        let action = format!("delete key {label}");
        let deleted = self.garage_find(post(&action, "DeleteKey").query("id", id), NO_KEY).await;
        deleted.map(|_: Option<IgnoredAny>| ())
    }

    /// Checks the secret key of the provisioning account, whose key exists.
    pub(crate) async fn check_own_garage_secret(&self) -> Result<(), Error> {
        let call = Call::get("sign in as the provisioning account").bucket(NOWHERE);
        match self.send(call.query("location", "")).await {
            Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(()),
            done => done.map(drop).map_err(|refused| refused.with_advice(OWN_SECRET)),
        }
    }

    /// Checks the secret key of a key that exists and has not expired, with a signed request about a bucket that does
    /// not exist. Garage checks the signature first, and has one code for whatever it refuses.
    pub(crate) async fn check_garage_secret(
        &self,
        label: &str,
        key: &Credential,
    ) -> Result<SecretKeyCheck, Error> {
        let call = Call::get(format!("sign in as key {label}")).bucket(NOWHERE);
        match self.send_as(call.query("location", ""), Some(key)).await {
            Ok(_) => Ok(SecretKeyCheck::Matches),
            Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(SecretKeyCheck::Matches),
            Err(Error::Refused(refusal)) if refusal.is_forbidden() => Ok(SecretKeyCheck::Differs),
            Err(other) => Err(other),
        }
    }
}

/// The body as JSON, which is wiped when it has been sent. The capacity is known, so that the buffer does not grow and
/// leave a copy of the secret key behind: an escaped character has six at most.
fn wiped(body: &ImportKey<'_>, texts: usize) -> serde_json::Result<Bytes> {
    let capacity = BRACES + 6 * (texts + body.secret_access_key.len());
    let mut json = Zeroizing::new(Vec::with_capacity(capacity));
    serde_json::to_writer(&mut *json, body)?;
    Ok(Bytes::from_owner(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_with_its_secret_key_whatever_characters_that_has() {
        let secret = Secret::from("\"canary\\\"-5ecret<&>");
        let body =
            ImportKey { access_key_id: "GK-1", secret_access_key: SecretKey(&secret), name: "a \"b\"" };
        let json: serde_json::Value = serde_json::from_slice(&wiped(&body, 9).unwrap()).unwrap();
        let wanted = serde_json::json!({"accessKeyId": "GK-1", "secretAccessKey": "\"canary\\\"-5ecret<&>", "name": "a \"b\""});
        assert_eq!(json, wanted);
    }
}
