//! The replication of a bucket to buckets at other servers.

use std::collections::BTreeMap;
use std::fmt;

use init_core::{SecretRef, Text};
use serde::Serialize;

use super::status::Status;

/// The declared rules of a bucket, and the targets that they replicate to, by their URL: MinIO has one target of a
/// bucket for each server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replication {
    pub(crate) targets: BTreeMap<String, RemoteTarget>,
    pub(crate) rules: BTreeMap<ReplicaRoute, ReplicaRule>,
}

/// A bucket at another server, with the account that writes there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteTarget {
    pub(crate) bucket: String,
    pub(crate) access_key: Text,
    pub(crate) secret: SecretRef,
}

/// The bucket that a rule replicates to, and the objects that it is for. It identifies a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct ReplicaRoute {
    pub(crate) endpoint: String,
    pub(crate) bucket: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
}

/// The rest of a rule. In a spec `None` leaves a field unchanged; a rule of a server has all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct ReplicaRule {
    pub(crate) status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<u32>,
    pub(crate) delete_markers: Option<bool>,
    pub(crate) deletes: Option<bool>,
    pub(crate) existing_objects: Option<bool>,
}

impl ReplicaRule {
    /// This rule with what it does not declare taken from the existing one, or from the defaults of a new one. A new
    /// one gets its priority when it is written.
    pub(crate) fn completed(&self, existing: Option<&Self>) -> Self {
        let new = Self {
            status: Some(Status::Enabled),
            priority: None,
            delete_markers: Some(false),
            deletes: Some(false),
            existing_objects: Some(false),
        };
        let base = existing.unwrap_or(&new);
        Self {
            status: self.status.or(base.status),
            priority: self.priority.or(base.priority),
            delete_markers: self.delete_markers.or(base.delete_markers),
            deletes: self.deletes.or(base.deletes),
            existing_objects: self.existing_objects.or(base.existing_objects),
        }
    }
}

impl fmt::Display for ReplicaRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to {} at {}", self.bucket, self.endpoint)?;
        if !self.prefix.is_empty() {
            write!(f, " prefix {}", self.prefix)?;
        }
        self.tags.iter().try_for_each(|(key, value)| write!(f, " tag {key}={value}"))
    }
}

impl fmt::Display for ReplicaRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.status.unwrap_or_default().as_str())?;
        self.priority.iter().try_for_each(|priority| write!(f, ", priority {priority}"))?;
        for (is_copied, what) in [
            (self.delete_markers, "delete markers"),
            (self.deletes, "deletes"),
            (self.existing_objects, "existing objects"),
        ] {
            if is_copied == Some(true) {
                write!(f, ", {what}")?;
            }
        }
        Ok(())
    }
}
