//! The answers of the admin API, with the fields that are read.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::desired::Expiry;
use crate::wire::release::Release;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyInfo {
    /// RustFS writes this name in lower case.
    #[serde(alias = "policy")]
    pub(crate) policy: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserInfo {
    #[serde(default, rename = "policyName", deserialize_with = "names")]
    pub(crate) policies: BTreeSet<String>,
    pub(crate) status: String,
    #[serde(default, rename = "memberOf", deserialize_with = "nullable")]
    pub(crate) groups: BTreeSet<String>,
}

/// The record of the account that signs; for an access key (service account), that of its user.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AccountInfo {
    /// RustFS writes its names in snake case.
    #[serde(alias = "account_name")]
    pub(crate) account_name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GroupInfo {
    pub(crate) status: String,
    #[serde(default, deserialize_with = "nullable")]
    pub(crate) members: BTreeSet<String>,
    #[serde(default, rename = "policy", deserialize_with = "names")]
    pub(crate) policies: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessKeyInfo {
    pub(crate) parent_user: String,
    pub(crate) account_status: String,
    #[serde(default)]
    pub(crate) implied_policy: bool,
    /// The policy document, as JSON in a string.
    #[serde(default, deserialize_with = "text")]
    pub(crate) policy: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) name: String,
    #[serde(default, deserialize_with = "text")]
    pub(crate) description: String,
    /// The time of its expiration, if it has one.
    #[serde(default)]
    expiration: Option<String>,
}

/// The access keys (service accounts) of one user, in the list of those of all users.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnAccessKeys {
    service_accounts: Option<Vec<ListedKey>>,
}

/// The access keys (service accounts) of the one user in the request.
#[derive(Debug, Deserialize)]
pub(crate) struct AccessKeys {
    accounts: Option<Vec<ListedKey>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedKey {
    access_key: String,
}

impl AccessKeyInfo {
    /// The time of its expiration.
    pub(crate) fn expires(&self) -> Expiry {
        self.expiration.as_deref().and_then(Expiry::read).unwrap_or_default()
    }
}

impl OwnAccessKeys {
    pub(crate) fn names(self) -> impl Iterator<Item = String> {
        self.service_accounts.into_iter().flatten().map(|key| key.access_key)
    }
}

impl AccessKeys {
    pub(crate) fn names(self) -> impl Iterator<Item = String> {
        self.accounts.into_iter().flatten().map(|key| key.access_key)
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Quota {
    /// The older name of `size`.
    #[serde(default, rename = "quota")]
    pub(crate) limit: u64,
    #[serde(default)]
    pub(crate) size: u64,
    /// The limits of bandwidth and of requests, which no spec declares.
    #[serde(default)]
    pub(crate) rate: u64,
    #[serde(default)]
    pub(crate) requests: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Info {
    /// The notification targets that are configured.
    #[serde(default, rename = "sqsARN", deserialize_with = "nullable")]
    pub(crate) targets: BTreeSet<String>,
    servers: Option<Vec<ServerInfo>>,
}

#[derive(Debug, Deserialize)]
struct ServerInfo {
    #[serde(default)]
    version: String,
}

impl Info {
    /// The oldest release among the servers; `None` where one of them does not say its own.
    pub(crate) fn oldest_release(&self) -> Option<Release> {
        let releases = self.servers.iter().flatten().map(|server| Release::read(&server.version));
        releases.collect::<Option<Vec<_>>>()?.into_iter().min()
    }
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let list = text(deserializer)?;
    Ok(list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn nullable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
