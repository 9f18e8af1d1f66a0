//! The owners and quotas of buckets.

use http::Method;

use super::answers::RgwBucket;
use crate::desired::Size;
use crate::error::Error;
use crate::wire::client::{Call, Client};

/// The largest list of buckets of one user, in bytes.
const LISTING: usize = 4 << 20;

fn on_bucket(method: Method, action: &str) -> Call<'_> {
    Call::new(method, action).path("/admin/bucket")
}

impl Client {
    pub(crate) async fn rgw_bucket(&self, bucket: &str) -> Result<Option<RgwBucket>, Error> {
        let action = format!("read the owner and the quota of bucket {bucket}");
        let call = on_bucket(Method::GET, &action).query("bucket", bucket).query("stats", "true");
        match self.send_rgw(call).await {
            Ok(body) => self.json(&action, &body).map(Some),
            Err(refused) if refused.code() == "NoSuchBucket" => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// The names of the buckets of a user.
    pub(crate) async fn rgw_buckets_of(&self, uid: &str) -> Result<Vec<String>, Error> {
        let action = format!("list the buckets of user {uid}");
        let answer = self.send(on_bucket(Method::GET, &action).query("uid", uid).limit(LISTING)).await?;
        self.json(&action, &answer.body)
    }

    /// Gives a bucket to a user. Its ACL becomes that of a new bucket.
    pub(crate) async fn link_rgw_bucket(&self, bucket: &str, uid: &str) -> Result<(), Error> {
        let action = format!("set the owner of bucket {bucket}");
        let call = on_bucket(Method::PUT, &action).query("bucket", bucket).query("uid", uid);
        self.send_rgw(call).await.map(drop)
    }

    /// Sets the limit in bytes; 0 is none. The limit of the number of objects stays.
    pub(crate) async fn set_rgw_quota(&self, bucket: &str, Size(bytes): Size) -> Result<(), Error> {
        let action = format!("set the quota of bucket {bucket}");
        let Some(existing) = self.rgw_bucket(bucket).await? else {
            return Err(self.unreadable(&action, &"the bucket is not there"));
        };
        let objects = existing.bucket_quota.max_objects;
        let objects = if existing.bucket_quota.enabled && objects > 0 { objects } else { -1 };
        let enabled = bytes > 0 || objects > 0;
        let size = if bytes > 0 { bytes.to_string() } else { "-1".to_owned() };
        let call = on_bucket(Method::PUT, &action)
            .query("quota", "")
            .query("bucket", bucket)
            .query("uid", &existing.owner)
            .query("max-size", &size)
            .query("max-objects", &objects.to_string())
            .query("enabled", if enabled { "true" } else { "false" });
        self.send_rgw(call).await.map(drop)
    }
}
