//! The admin ops API of Ceph's gateway (RGW): users with their keys, and the owners and quotas of buckets, by signed
//! requests with parameters in the query and JSON in the answer. Policies of users have its IAM API.
//!
//! <https://docs.ceph.com/en/latest/radosgw/adminops/>

mod answers;
mod bucket;
mod key;
pub(crate) mod ops;
mod policy;
mod user;

use http::Method;
use init_core::{Secrets, Text};

use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::resolve_name;

pub(crate) use answers::{Own, RgwBucket, RgwKey, RgwUser};

/// The largest record of a user or of a bucket, in bytes.
const RECORD: usize = 1 << 20;

/// The remedy for a refusal that the check of the capabilities did not foresee.
const CAPABILITIES: &str = "give the provisioning account the capabilities users=*, buckets=*, metadata=* and, for policies of users, user-policy=* (`radosgw-admin caps add`)";

impl Client {
    /// The uid of an account by its name in the spec.
    pub(crate) async fn rgw_uid(&self, secrets: &Secrets, name: &Text) -> Result<String, Error> {
        if let Some(uid) = self.admin_ops().uids.get(name) {
            return Ok(uid.clone());
        }
        let name = resolve_name(secrets, name)?;
        if name != self.own_key_id() {
            return Ok(name);
        }
        let own = self.rgw_user_by_key("read the provisioning account", &name).await?;
        own.map(|own| own.user_id).ok_or_else(|| {
            self.unreadable("read the provisioning account", &"the gateway knows no user with its access key")
        })
    }

    /// Sends a call of the API. Its own remedy goes to a refusal.
    async fn send_rgw(&self, call: Call<'_>) -> Result<bytes::Bytes, Error> {
        let answered = self.send(call.limit(RECORD)).await;
        answered.map(|answer| answer.body).map_err(|refused| refused.with_advice(CAPABILITIES))
    }
}

fn on_user(method: Method, action: &str) -> Call<'_> {
    Call::new(method, action).path("/admin/user")
}
