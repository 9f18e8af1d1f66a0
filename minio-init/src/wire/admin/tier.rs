//! Remote tiers, as MinIO's admin API has them.
//!
//! <https://github.com/minio/minio/blob/master/cmd/tier-handlers.go>

use http::Method;
use serde::{Deserialize, Serialize};

use crate::desired::{Place, TierType, normal_url};
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{Credential, SecretKey};

/// The part of a spec that needs these calls.
const NEEDED: &str = "tiers";
const VERSION: &str = "v1";

/// The codes with which MinIO reports that the other server refuses the credentials of a tier, or lets them do too
/// little.
const REFUSED: [&str; 2] = ["XMinioAdminTierInsufficientPermissions", "XMinioAdminTierInvalidCredentials"];

/// A tier of the server. Its secret key is in no answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TierInfo {
    pub(crate) name: String,
    #[serde(rename = "Type")]
    pub(crate) kind: String,
    #[serde(default)]
    s3: Option<TargetInfo>,
    #[serde(default, rename = "MinIO")]
    minio: Option<TargetInfo>,
}

/// The other server of a tier.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TargetInfo {
    endpoint: String,
    access_key: String,
    bucket: String,
    prefix: Option<String>,
    region: Option<String>,
    storage_class: Option<String>,
}

impl TierInfo {
    /// The place and the access key; `None` for a type that a spec cannot express. The access key is empty for a tier
    /// with the role of its machine.
    pub(crate) fn into_parts(self) -> Option<(Place, String)> {
        let kind = TierType::read(&self.kind)?;
        let target = match kind {
            TierType::Minio => self.minio,
            TierType::S3 => self.s3,
        };
        let TargetInfo { endpoint, access_key, bucket, prefix, region, storage_class } = target?;
        let endpoint = normal_url(&endpoint);
        Some((Place { kind, endpoint, bucket, prefix, region, storage_class }, access_key))
    }
}

/// A new tier as it is sent.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewTier<'a> {
    version: &'static str,
    #[serde(rename = "Type")]
    kind: TierType,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    s3: Option<NewTarget<'a>>,
    #[serde(rename = "MinIO", skip_serializing_if = "Option::is_none")]
    minio: Option<NewTarget<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewTarget<'a> {
    endpoint: &'a str,
    access_key: &'a str,
    secret_key: SecretKey<'a>,
    bucket: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<&'a str>,
}

#[derive(Serialize)]
struct NewCredentials<'a> {
    access: &'a str,
    secret: SecretKey<'a>,
}

/// The result of trying the credentials that the server has for a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TierCheck {
    Works,
    Refused,
    /// The other server cannot be reached, or the call does not exist.
    Unknown,
}

impl Client {
    /// Lists the tiers.
    pub(crate) async fn read_tiers(&self) -> Result<Vec<TierInfo>, Error> {
        let action = "list the tiers";
        let body = self.send_admin(NEEDED, Call::admin(Method::GET, "tier", action)).await?;
        // A server without tiers answers `null`.
        Ok(self.json::<Option<Vec<TierInfo>>>(action, &body)?.unwrap_or_default())
    }

    /// Makes a tier. MinIO tries it with an object of its own, and refuses a place that has objects.
    pub(crate) async fn create_tier(
        &self,
        name: &str,
        place: &Place,
        credential: &Credential,
    ) -> Result<(), Error> {
        let action = format!("create tier {name}");
        let target = NewTarget {
            endpoint: &place.endpoint,
            access_key: credential.key_id(),
            secret_key: SecretKey(credential.secret_key()),
            bucket: &place.bucket,
            prefix: place.prefix.as_deref(),
            region: place.region.as_deref(),
            storage_class: place.storage_class.as_deref(),
        };
        let (s3, minio) = match place.kind {
            TierType::S3 => (Some(target), None),
            TierType::Minio => (None, Some(target)),
        };
        let tier = NewTier { version: VERSION, kind: place.kind, name, s3, minio };
        let body = self.seal(&action, &tier)?;
        self.send_admin(NEEDED, Call::admin(Method::PUT, "tier", action).body(body)).await.map(drop)
    }

    /// Replaces the credentials of a tier, which MinIO tries first.
    pub(crate) async fn edit_tier(&self, name: &str, credential: &Credential) -> Result<(), Error> {
        let action = format!("set the credentials of tier {name}");
        let credentials =
            NewCredentials { access: credential.key_id(), secret: SecretKey(credential.secret_key()) };
        let body = self.seal(&action, &credentials)?;
        let call = Call::admin(Method::POST, &format!("tier/{name}"), action).body(body);
        self.send_admin(NEEDED, call).await.map(drop)
    }

    /// Has the server try the credentials that it has for a tier: it puts, gets and deletes an object of its own.
    pub(crate) async fn check_tier(&self, name: &str) -> Result<TierCheck, Error> {
        let call = Call::admin(Method::GET, &format!("tier/{name}"), format!("try tier {name}"));
        match self.send_admin(NEEDED, call).await {
            Ok(_) => Ok(TierCheck::Works),
            Err(refused) if REFUSED.contains(&refused.code()) => Ok(TierCheck::Refused),
            Err(Error::Refused(refusal)) if refusal.status < 500 => Ok(TierCheck::Unknown),
            Err(other) => Err(other),
        }
    }
}
