//! Changes of the replication of a bucket.

use std::fmt::{self, Display, Formatter};

use init_core::diff::Drift;
use init_core::{Effect, Properties, SecretRef, Text};
use serde::Serialize;

use super::text::property;
use crate::desired::{ReplicaRoute, ReplicaRule};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplicationChange {
    CreateRemoteTarget(Target),
    /// Replaces the credentials of a target.
    AlterRemoteTarget {
        target: Target,
        /// The access key where it differs.
        differing: Option<Drift<Text>>,
    },
    SetReplication {
        bucket: String,
        rules: Vec<RuleDrift>,
    },
}

/// A target of a bucket, with the credentials that it gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub(crate) bucket: String,
    pub(crate) url: String,
    /// The bucket at the other server.
    pub(crate) to: String,
    pub(crate) access_key: Text,
    pub(crate) secret: SecretRef,
}

/// A new or changed rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleDrift {
    pub(crate) route: ReplicaRoute,
    pub(crate) rule: Drift<ReplicaRule>,
}

/// A rule in a report.
#[derive(Serialize)]
struct ShownRule<'a> {
    #[serde(flatten)]
    route: &'a ReplicaRoute,
    #[serde(flatten)]
    rule: &'a ReplicaRule,
}

impl ReplicationChange {
    pub(super) fn op(&self) -> &'static str {
        match self {
            Self::CreateRemoteTarget(_) => "create_remote_target",
            Self::AlterRemoteTarget { .. } => "alter_remote_target",
            Self::SetReplication { .. } => "set_replication",
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::CreateRemoteTarget(_) => Effect::Add,
            Self::AlterRemoteTarget { .. } | Self::SetReplication { .. } => Effect::Alter,
        }
    }

    pub(super) fn bucket(&self) -> &str {
        match self {
            Self::CreateRemoteTarget(target) | Self::AlterRemoteTarget { target, .. } => &target.bucket,
            Self::SetReplication { bucket, .. } => bucket,
        }
    }

    pub(super) fn properties(&self) -> Properties {
        let none = Properties::none();
        match self {
            Self::CreateRemoteTarget(target) => none
                .to("endpoint", &target.url)
                .to("target_bucket", &target.to)
                .to("access_key", &target.access_key),
            Self::AlterRemoteTarget { differing, .. } => {
                none.drifts("access_key", differing.as_ref()).to("rotate_secret", true)
            }
            Self::SetReplication { rules, .. } => {
                let from = rules.iter().filter_map(|RuleDrift { route, rule }| {
                    Some(ShownRule { route, rule: rule.from.as_ref()? })
                });
                let to = rules.iter().map(|RuleDrift { route, rule }| ShownRule { route, rule: &rule.to });
                none.differing("replication", from.collect::<Vec<_>>(), to.collect::<Vec<_>>())
            }
        }
    }
}

impl Display for ReplicationChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateRemoteTarget(Target { bucket, url, to, .. }) => {
                write!(f, "create remote target of {bucket}: {to} at {url}")
            }
            Self::AlterRemoteTarget { target: Target { bucket, url, .. }, differing } => {
                let key = property("access key", differing.as_ref());
                write!(f, "alter remote target of {bucket} at {url}:{key} secret key replaced")
            }
            Self::SetReplication { bucket, rules } => {
                write!(f, "set replication of {bucket}:")?;
                let shown = |RuleDrift { route, rule }: &RuleDrift| format!(" {route} {rule}");
                f.write_str(&rules.iter().map(shown).collect::<Vec<_>>().join(","))
            }
        }
    }
}
