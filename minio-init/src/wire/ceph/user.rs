//! Users.

use http::Method;
use serde::Deserialize;

use super::answers::{Own, RgwUser};
use super::on_user;
use crate::desired::Status;
use crate::error::Error;
use crate::wire::client::Client;

/// The code for a uid that does not exist.
const NO_USER: &str = "NoSuchUser";
/// The code for an access key that does not exist.
const NO_KEY: &str = "InvalidArgument";
/// The number of users that one answer lists.
const PAGE: &str = "1000";

/// A page of the list of users.
#[derive(Deserialize)]
struct Uids {
    keys: Vec<String>,
    #[serde(default)]
    truncated: bool,
    #[serde(default)]
    marker: String,
}

impl Client {
    /// Reads the record of the provisioning account. The API answers in JSON, and S3 in XML, for which the path is an
    /// object in a bucket.
    pub(crate) async fn rgw_own(&self) -> Result<Own, Error> {
        let call =
            on_user(Method::GET, "ask whether it is Ceph's gateway").query("access-key", self.own_key_id());
        match self.send(call).await {
            Ok(answer) => Ok(serde_json::from_slice(&answer.body).map_or(Own::NoApi, Own::Known)),
            Err(refused) if refused.is_of_another_server() => {
                let is_json = matches!(&refused, Error::Refused(refusal) if refusal.is_json);
                Ok(if is_json { Own::Refused } else { Own::NoApi })
            }
            Err(other) => Err(other),
        }
    }

    pub(crate) async fn rgw_user(&self, uid: &str) -> Result<Option<RgwUser>, Error> {
        self.find_user(&format!("read user {uid}"), ("uid", uid), NO_USER).await
    }

    /// Reads the user that an access key belongs to. The action names the key, which may come from a secret.
    pub(crate) async fn rgw_user_by_key(&self, action: &str, id: &str) -> Result<Option<RgwUser>, Error> {
        self.find_user(action, ("access-key", id), NO_KEY).await
    }

    async fn find_user(
        &self,
        action: &str,
        (by, value): (&str, &str),
        absent: &str,
    ) -> Result<Option<RgwUser>, Error> {
        match self.send_rgw(on_user(Method::GET, action).query(by, value)).await {
            Ok(body) => self.json(action, &body).map(Some),
            Err(refused) if refused.code() == absent => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// Reads the uids of all users.
    pub(crate) async fn rgw_uids(&self) -> Result<Vec<String>, Error> {
        let (action, mut uids, mut marker) = ("list the users", Vec::new(), String::new());
        loop {
            let call = on_user(Method::GET, action).query("list", "").query("max-entries", PAGE);
            let call = if marker.is_empty() { call } else { call.query("marker", &marker) };
            let page: Uids = self.json(action, &self.send_rgw(call).await?)?;
            uids.extend(page.keys);
            if !page.truncated || page.marker.is_empty() || page.marker == marker {
                return Ok(uids);
            }
            marker = page.marker;
        }
    }

    /// Makes a user without a key.
    pub(crate) async fn create_rgw_user(&self, uid: &str, status: Status) -> Result<(), Error> {
        let action = format!("create user {uid}");
        let call = on_user(Method::PUT, &action)
            .query("uid", uid)
            .query("display-name", uid)
            .query("generate-key", "false")
            .query("suspended", suspended(status));
        let done = self.send_rgw(call).await.map(drop);
        done.map_err(|refused| refused.caused_by_concurrent_run(&["UserAlreadyExists"]))
    }

    pub(crate) async fn set_rgw_status(&self, uid: &str, status: Status) -> Result<(), Error> {
        let action = format!("set the status of user {uid}");
        let call = on_user(Method::POST, &action).query("uid", uid).query("suspended", suspended(status));
        self.send_rgw(call).await.map(drop)
    }

    /// Removes a user with its keys. Another run may have removed it already.
    pub(crate) async fn remove_rgw_user(&self, uid: &str) -> Result<(), Error> {
        let action = format!("remove user {uid}");
        match self.send_rgw(on_user(Method::DELETE, &action).query("uid", uid)).await {
            Err(refused) if refused.code() == NO_USER => Ok(()),
            done => done.map(drop),
        }
    }
}

fn suspended(status: Status) -> &'static str {
    match status {
        Status::Enabled => "false",
        Status::Disabled => "true",
    }
}
