//! Keys of users. `PUT /admin/user` takes a secret key in its query, which the gateway writes into its log. So a key is
//! set in the metadata of its user, which is a body and is in no log.

use bytes::Bytes;
use http::Method;
use init_core::Secret;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use serde_json::{Map, Value};

use super::on_user;
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::SecretKey;

/// The code for an access key of another user.
const TAKEN: &str = "BucketAlreadyExists";
/// The room for the names of the fields of a key.
const BRACES: usize = 128;

impl Client {
    /// Gives a user a key with this secret key, or replaces the secret key of one that it has.
    pub(crate) async fn set_rgw_key(
        &self,
        action: &str,
        uid: &str,
        (id, secret): (&str, &Secret),
    ) -> Result<(), Error> {
        let _turn = self.admin_ops().writing.lock().await;
        let call = |method| Call::new(method, action).path("/admin/metadata/user").query("key", uid);
        let body = self.send_rgw(call(Method::GET)).await?;
        let record: Record = self.json::<Value>(action, &body).map(Record)?;
        let written = record.with_key(body.len(), uid, (id, secret));
        let written = written.ok_or_else(|| self.unreadable(action, &"it is no record of a user"))?;
        let done = self.send_rgw(call(Method::PUT).body(written)).await.map(drop);
        // The next observation shows whose key it is.
        done.map_err(|refused| refused.caused_by_concurrent_run(&[TAKEN]))
    }

    pub(crate) async fn remove_rgw_key(&self, action: &str, uid: &str, id: &str) -> Result<(), Error> {
        let _turn = self.admin_ops().writing.lock().await;
        let call = on_user(Method::DELETE, action).query("key", "").query("uid", uid).query("access-key", id);
        self.send_rgw(call).await.map(drop)
    }
}

/// The metadata of a user.
struct Record(Value);

#[derive(Serialize)]
struct Written<'a> {
    data: WrittenData<'a>,
    #[serde(flatten)]
    rest: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct WrittenData<'a> {
    keys: Vec<WrittenKey<'a>>,
    #[serde(flatten)]
    rest: &'a Map<String, Value>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum WrittenKey<'a> {
    Other(&'a Value),
    Ours { user: &'a str, access_key: &'a str, secret_key: SecretKey<'a> },
}

impl Record {
    /// The record with one key set, and with everything else as it was read. It is wiped when it has been sent. The
    /// capacity is known, so that the buffer does not grow and leave a copy of a secret key behind: an escaped
    /// character has six at most.
    fn with_key(self, size: usize, uid: &str, (id, secret): (&str, &Secret)) -> Option<Bytes> {
        let Value::Object(mut record) = self.0 else { return None };
        let Some(Value::Object(mut data)) = record.remove("data") else { return None };
        let Some(Value::Array(keys)) = data.remove("keys") else { return None };
        if data.get("user_id").and_then(Value::as_str) != Some(uid) {
            return None;
        }
        let is_ours = |key: &&Value| key.get("access_key").and_then(Value::as_str) == Some(id);
        let user = keys.iter().find(is_ours).and_then(|key| key.get("user")?.as_str()).unwrap_or(uid);
        let secret_key = SecretKey(secret);
        let capacity = 2 * size + BRACES + 6 * (uid.len() + id.len() + secret_key.len());
        let ours = WrittenKey::Ours { user, access_key: id, secret_key };
        let others = keys.iter().filter(|key| !is_ours(key)).map(WrittenKey::Other);
        let data = WrittenData { keys: others.chain([ours]).collect(), rest: &data };
        let mut body = Zeroizing::new(Vec::with_capacity(capacity));
        serde_json::to_writer(&mut *body, &Written { data, rest: &record }).ok()?;
        Some(Bytes::from_owner(body))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(keys: &Value) -> Value {
        json!({"key": "user:app", "ver": {"tag": "_a", "ver": 1}, "mtime": "2026",
               "data": {"user_id": "app", "suspended": 0, "keys": keys, "attrs": [{"key": "k", "val": "v"}]}})
    }

    fn written(keys: &Value, id: &str) -> Value {
        let body = Record(record(keys)).with_key(300, "app", (id, &Secret::from("\"canary\\")));
        serde_json::from_slice(&body.unwrap()).unwrap()
    }

    #[test]
    fn one_key_is_set_and_the_rest_of_the_record_is_as_it_was() {
        let ours = json!({"user": "app", "access_key": "app", "secret_key": "\"canary\\"});
        assert_eq!(written(&json!([]), "app"), record(&json!([ours])));
        let other = json!({"user": "app:sub", "access_key": "other", "secret_key": "o", "active": true});
        let before = json!([{"user": "app", "access_key": "app", "secret_key": "before"}, other]);
        assert_eq!(written(&before, "app"), record(&json!([other, ours])));
        let kept = json!({"user": "app:sub", "access_key": "other", "secret_key": "\"canary\\"});
        assert_eq!(written(&json!([other]), "other"), record(&json!([kept])));
    }

    #[test]
    fn what_is_no_record_of_the_user_is_not_written() {
        let secret = Secret::from("canary");
        for value in
            [json!([]), json!({}), json!({"data": {"user_id": "app"}}), json!({"data": {"keys": []}})]
        {
            assert!(Record(value).with_key(10, "app", ("app", &secret)).is_none());
        }
        assert!(Record(record(&json!([]))).with_key(10, "other", ("app", &secret)).is_none());
    }
}
