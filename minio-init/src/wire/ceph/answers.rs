//! The answers of the API, as far as they are used.

use std::collections::BTreeMap;

use init_core::Secret;
use serde::{Deserialize, Deserializer};

/// A user.
#[derive(Deserialize)]
pub(crate) struct RgwUser {
    pub(crate) user_id: String,
    /// 1 for a user whose requests are refused.
    #[serde(default)]
    pub(crate) suspended: u8,
    #[serde(default)]
    pub(crate) keys: Vec<RgwKey>,
    /// The operations that its requests may do at all, as in `read, write, delete`.
    #[serde(default)]
    op_mask: Option<String>,
    #[serde(default)]
    pub(super) caps: Vec<Capability>,
    /// True when it may do everything with every bucket.
    #[serde(default)]
    pub(super) admin: bool,
    /// The same for the accounts of the other zones.
    #[serde(default)]
    pub(super) system: bool,
}

/// The record of the provisioning account.
pub(crate) enum Own {
    Known(RgwUser),
    /// The server has the API and does not show it.
    Refused,
    /// The server has no such API.
    NoApi,
}

/// A key of a user.
#[derive(Deserialize)]
pub(crate) struct RgwKey {
    /// The uid, and for a key of a subuser its name after a colon.
    #[serde(default)]
    user: String,
    pub(crate) access_key: String,
    #[serde(deserialize_with = "secret")]
    pub(crate) secret_key: Secret,
}

/// A capability.
#[derive(Deserialize)]
pub(super) struct Capability {
    #[serde(rename = "type")]
    kind: String,
    /// `*`, `read`, `write`, or the latter two with a comma.
    perm: String,
}

/// A bucket.
#[derive(Deserialize)]
pub(crate) struct RgwBucket {
    pub(crate) owner: String,
    #[serde(default)]
    usage: BTreeMap<String, Usage>,
    #[serde(default)]
    pub(super) bucket_quota: Quota,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    num_objects: u64,
}

#[derive(Default, Deserialize)]
pub(super) struct Quota {
    pub(super) enabled: bool,
    /// In bytes; below 1 is no limit.
    pub(super) max_size: i64,
    pub(super) max_objects: i64,
}

impl RgwUser {
    pub(crate) fn key(&self, id: &str) -> Option<&RgwKey> {
        self.keys.iter().find(|key| key.access_key == id)
    }

    /// True when something is taken from all its requests.
    pub(crate) fn is_restricted(&self) -> bool {
        let may = |word: &str| self.op_mask.as_ref().is_none_or(|mask| mask.contains(word));
        !["read", "write", "delete"].into_iter().all(may)
    }

    /// True when it may do everything with every bucket.
    pub(crate) fn is_admin(&self) -> bool {
        self.admin || self.system
    }

    /// True when it may read and write everything of a kind.
    pub(crate) fn may(&self, kind: &str) -> bool {
        let all = |perm: &str| perm == "*" || ["read", "write"].iter().all(|part| perm.contains(part));
        self.caps.iter().any(|capability| capability.kind == kind && all(&capability.perm))
    }
}

impl RgwKey {
    /// True for a key of a subuser, which may have fewer rights than the user.
    pub(crate) fn is_of_subuser(&self) -> bool {
        self.user.contains(':')
    }
}

impl RgwBucket {
    pub(crate) fn has_objects(&self) -> bool {
        self.usage.values().any(|usage| usage.num_objects > 0)
    }

    pub(crate) fn limits_objects(&self) -> bool {
        self.bucket_quota.enabled && self.bucket_quota.max_objects > 0
    }

    /// Its limit in bytes.
    pub(crate) fn limit(&self) -> Option<u64> {
        let limit = Some(&self.bucket_quota).filter(|quota| quota.enabled);
        limit.and_then(|quota| u64::try_from(quota.max_size).ok()).filter(|bytes| *bytes > 0)
    }
}

fn secret<'de, D: Deserializer<'de>>(value: D) -> Result<Secret, D::Error> {
    String::deserialize(value).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_capability_is_for_reading_and_writing() {
        for (perm, both) in [("*", true), ("read, write", true), ("read", false), ("write", false)] {
            let caps = json!({"user_id": "a", "caps": [{"type": "users", "perm": perm}]});
            let user: RgwUser = serde_json::from_value(caps).unwrap();
            assert_eq!(user.may("users"), both, "{perm}");
            assert!(!user.may("buckets"));
        }
    }

    #[test]
    fn a_quota_is_a_limit_where_it_is_enabled_and_has_a_size() {
        for (enabled, size, limit) in
            [(true, 5, Some(5)), (false, 5, None), (true, -1, None), (true, 0, None)]
        {
            let quota = json!({"enabled": enabled, "max_size": size, "max_objects": -1});
            let bucket: RgwBucket =
                serde_json::from_value(json!({"owner": "a", "bucket_quota": quota})).unwrap();
            assert_eq!(bucket.limit(), limit);
        }
    }
}
