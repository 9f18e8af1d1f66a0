//! The remote targets of a bucket, as MinIO's admin API has them.
//!
//! <https://github.com/minio/minio/blob/master/cmd/admin-bucket-handlers.go>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::desired::normal_url;
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{Credential, SecretKey};

/// The part of a spec that needs these calls.
const NEEDED: &str = "replication";
/// The type of a target for replication.
const REPLICATION: &str = "replication";
const HTTPS: &str = "https://";

/// A target of the server. Its secret key is in no answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TargetInfo {
    endpoint: String,
    #[serde(default)]
    secure: bool,
    #[serde(rename = "targetbucket")]
    pub(crate) bucket: String,
    pub(crate) arn: String,
    #[serde(default)]
    credentials: KeyInfo,
    #[serde(default, rename = "isOnline")]
    is_online: bool,
    /// The time at which the other server last answered, which is in the year 1 until MinIO has asked it.
    #[serde(default, rename = "lastOnline")]
    last_online: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct KeyInfo {
    #[serde(default, rename = "accessKey")]
    access_key: String,
}

impl TargetInfo {
    /// The URL of the other server, in its one form.
    pub(crate) fn url(&self) -> String {
        normal_url(&format!("http{}://{}", if self.secure { "s" } else { "" }, self.endpoint))
    }

    /// True when MinIO has asked the other server and had no answer.
    pub(crate) fn is_away(&self) -> bool {
        let is_asked = !self.last_online.is_empty() && !self.last_online.starts_with("0001-");
        is_asked && !self.is_online
    }

    pub(crate) fn access_key(&self) -> &str {
        &self.credentials.access_key
    }
}

/// A target as it is sent.
#[derive(Serialize)]
struct NewTarget<'a> {
    sourcebucket: &'a str,
    endpoint: &'a str,
    secure: bool,
    targetbucket: &'a str,
    credentials: NewCredentials<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    api: &'static str,
    path: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewCredentials<'a> {
    access_key: &'a str,
    secret_key: SecretKey<'a>,
}

impl Client {
    /// Lists the targets for the replication of a bucket.
    pub(crate) async fn read_targets(&self, bucket: &str) -> Result<Vec<TargetInfo>, Error> {
        let action = format!("list the remote targets of bucket {bucket}");
        let call = Call::admin(Method::GET, "list-remote-targets", action.as_str())
            .query("bucket", bucket)
            .query("type", REPLICATION);
        match self.send_admin(NEEDED, call).await {
            Ok(body) => Ok(self.json::<Option<Vec<TargetInfo>>>(&action, &body)?.unwrap_or_default()),
            // A bucket without targets.
            Err(refused) if refused.code() == "XMinioAdminRemoteTargetNotFoundError" => Ok(Vec::new()),
            Err(refused) => Err(refused),
        }
    }

    /// Makes a target of a bucket, or replaces the credentials of the one with this ARN. MinIO tries them first.
    pub(crate) async fn write_target(
        &self,
        bucket: &str,
        (url, target_bucket): (&str, &str),
        credential: &Credential,
        arn: Option<&str>,
    ) -> Result<(), Error> {
        let action = format!("set the remote target of bucket {bucket} at {url}");
        let target = NewTarget {
            sourcebucket: bucket,
            endpoint: url.split_once("://").map_or(url, |(_, host)| host),
            secure: url.starts_with(HTTPS),
            targetbucket: target_bucket,
            credentials: NewCredentials {
                access_key: credential.key_id(),
                secret_key: SecretKey(credential.secret_key()),
            },
            kind: REPLICATION,
            api: "s3v4",
            path: "auto",
            arn,
        };
        let body = self.seal(&action, &target)?;
        let call = Call::admin(Method::PUT, "set-remote-target", action).query("bucket", bucket);
        let call = if arn.is_some() { call.query("update", "true").query("creds", "true") } else { call };
        self.send_admin(NEEDED, call.body(body)).await.map(drop)
    }

    /// Has the server try the targets of all enabled rules of a bucket, with requests that change nothing there.
    /// A release that does not know this answers with a listing of the bucket, which says nothing.
    pub(crate) async fn check_replication(&self, bucket: &str) -> Result<(), Error> {
        let call = Call::get(format!("try the replication of bucket {bucket}"))
            .bucket(bucket)
            .query("replication-check", "");
        self.send(call).await.map(drop)
    }
}
