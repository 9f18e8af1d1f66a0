//! Buckets of Garage: their names, their quotas, and the permissions of keys.

use serde::de::IgnoredAny;
use serde_json::json;

use super::answers::{BucketInfo, Flags, Grant, ListedBucket, Quotas};
use super::{get, post};
use crate::desired::{Permissions, Size};
use crate::error::Error;
use crate::wire::client::Client;

const NO_BUCKET: &str = "NoSuchBucket";
/// The number of hexadecimal digits of the id of a bucket, which names one without a global alias.
const ID: usize = 64;

impl Client {
    pub(crate) async fn garage_buckets(&self) -> Result<Vec<ListedBucket>, Error> {
        self.garage_get(get("list all buckets", "ListBuckets")).await
    }

    /// Reads a bucket by its global alias, or by its id.
    pub(crate) async fn garage_bucket(&self, name: &str) -> Result<Option<BucketInfo>, Error> {
        let by = if is_id(name) { "id" } else { "globalAlias" };
        let action = format!("look for bucket {name}");
        self.garage_find(get(&action, "GetBucketInfo").query(by, name), NO_BUCKET).await
    }

    async fn existing_bucket(&self, action: &str, name: &str) -> Result<BucketInfo, Error> {
        let by = if is_id(name) { "id" } else { "globalAlias" };
        self.garage_get(get(action, "GetBucketInfo").query(by, name)).await
    }

    /// Makes a bucket with a global alias. Another run may have been faster.
    pub(crate) async fn create_garage_bucket(&self, name: &str) -> Result<(), Error> {
        let action = format!("create bucket {name}");
        let created: Result<IgnoredAny, _> =
            self.garage_post(post(&action, "CreateBucket"), &json!({"globalAlias": name})).await;
        match created {
            Err(refused) if refused.code() == "BucketAlreadyExists" => Ok(()),
            done => done.map(drop),
        }
    }

    /// Gives a bucket that the provisioning account made by S3 a name for all keys.
    pub(crate) async fn add_garage_alias(&self, name: &str) -> Result<(), Error> {
        let action = format!("add global alias {name}");
        let own = self.garage_key("of the provisioning account", self.own_key_id()).await?;
        let mut named = own.iter().flat_map(|own| &own.buckets);
        // Another run may have taken the key or the name away, and the next observation shows that.
        let Some(bucket) = named.find(|bucket| bucket.local_aliases.iter().any(|alias| alias == name)) else {
            return Ok(());
        };
        let body = json!({"bucketId": bucket.id, "globalAlias": name});
        let _: IgnoredAny = self.garage_post(post(&action, "AddBucketAlias"), &body).await?;
        Ok(())
    }

    pub(crate) async fn grant_garage_key(
        &self,
        grant: Grant,
        bucket: &str,
        (label, id): (&str, &str),
        permissions: &Permissions,
    ) -> Result<(), Error> {
        let (verb, endpoint) = match grant {
            Grant::Allow => ("allow", "AllowBucketKey"),
            Grant::Deny => ("deny", "DenyBucketKey"),
        };
        let action = format!("{verb} key {label} on bucket {bucket}");
        let existing = self.existing_bucket(&action, bucket).await?;
        let permissions = Flags::of(permissions);
        let body = json!({"bucketId": existing.id, "accessKeyId": id, "permissions": permissions});
        let _: IgnoredAny = self.garage_post(post(&action, endpoint), &body).await?;
        Ok(())
    }

    /// Sets the quota of a bucket, and keeps its limit of objects. It returns whether the server has stored that.
    pub(crate) async fn set_garage_quota(&self, bucket: &str, Size(bytes): Size) -> Result<bool, Error> {
        let action = format!("set the quota of bucket {bucket}");
        let BucketInfo { id, quotas, .. } = self.existing_bucket(&action, bucket).await?;
        let quotas = Quotas { max_size: Some(bytes), ..quotas };
        let call = post(&action, "UpdateBucket").query("id", &id);
        let stored: BucketInfo = self.garage_post(call, &json!({"quotas": quotas})).await?;
        Ok(stored.quotas == quotas)
    }
}

fn is_id(name: &str) -> bool {
    name.len() == ID && name.bytes().all(|b| b.is_ascii_hexdigit())
}
