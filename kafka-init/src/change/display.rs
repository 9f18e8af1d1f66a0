//! The text form of each change: one line.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;

use super::{
    AlterBrokerConfig, AlterConfig, AlterQuota, AlterThrottle, AlterTopicConfig, AlterUser, BROKER_DEFAULT,
    Change, CreatePartitions, CreateTopic, CreateUser, DeleteAcl, DeleteCredentials, ReassignPartitions,
    RemoveQuota, RestrictiveAcl,
};

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTopic(topic) => topic.fmt(f),
            Self::CreatePartitions(growth) => growth.fmt(f),
            Self::IncreaseReplicas(reassignment) | Self::DecreaseReplicas(reassignment) => {
                reassignment.fmt(f)
            }
            Self::AlterTopicConfig(alteration) | Self::ResetTopicConfig(alteration) => alteration.fmt(f),
            Self::CreateUser(user) => user.fmt(f),
            Self::AlterUser(user) => user.fmt(f),
            Self::CreateAcl(binding) | Self::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => {
                write!(f, "create acl {binding}")
            }
            Self::AlterQuota(quota) => quota.fmt(f),
            Self::RemoveQuota(quota) => quota.fmt(f),
            Self::DeleteAcl(acl) => acl.fmt(f),
            Self::DeleteCredentials(user) => user.fmt(f),
            Self::AlterBrokerConfig(alteration) => alteration.fmt(f),
            Self::AlterConfig(alteration) => alteration.fmt(f),
            Self::SetThrottle(throttle) => {
                f.write_str("throttle the replication of ")?;
                throttle.fmt(f)
            }
            Self::RemoveUnusedThrottle(throttle) | Self::RemoveThrottle(throttle) => {
                f.write_str("remove the replication throttle of ")?;
                throttle.fmt(f)
            }
        }
    }
}

impl fmt::Display for AlterThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = match self {
            Self::Topic(AlterTopicConfig { name, config, .. }) => {
                write!(f, "topic {name}:")?;
                config
            }
            Self::Broker(AlterConfig { resource, config, .. }) => {
                write!(f, "{resource}:")?;
                config
            }
        };
        drifts(f, config)
    }
}

impl fmt::Display for CreateTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "create topic {} (", self.name)?;
        match self.partitions {
            1 => f.write_str("1 partition")?,
            count if count == i32::from(BROKER_DEFAULT) => f.write_str("the broker's default partitions")?,
            count => write!(f, "{count} partitions")?,
        }
        match self.replication_factor {
            BROKER_DEFAULT => f.write_str(", the broker's default replication factor")?,
            factor => write!(f, ", replication factor {factor}")?,
        }
        for (key, value) in &self.config {
            write!(f, ", {key}={value}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for CreatePartitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "add partitions to topic {}: {} -> {}", self.name, self.from, self.to)
    }
}

impl fmt::Display for ReassignPartitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reassign partitions of topic {}: replication factor ", self.name)?;
        match self.from {
            (fewest, most) if fewest == most => write!(f, "{fewest}")?,
            (fewest, most) => write!(f, "{fewest} to {most}")?,
        }
        write!(f, " -> {}", self.to)?;
        match self.ongoing.len() + self.of_other_clients.len() {
            0 => Ok(()),
            count => write!(f, " ({count} under way)"),
        }
    }
}

impl fmt::Display for AlterTopicConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter topic {}:", self.name)?;
        drifts(f, &self.config)
    }
}

impl fmt::Display for AlterBrokerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("alter all brokers:")?;
        drifts(f, &self.config)
    }
}

impl fmt::Display for AlterConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter {}:", self.resource)?;
        drifts(f, &self.config)
    }
}

impl fmt::Display for CreateUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "create user {} (", self.name)?;
        for (position, (mechanism, credential)) in self.credentials.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{} with {} iterations", mechanism.name(), credential.iterations)?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for AlterUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter user {}:", self.name)?;
        for (position, (mechanism, drift)) in self.credentials.iter().enumerate() {
            write!(f, "{} {}", if position == 0 { "" } else { "," }, mechanism.name())?;
            if let Some(iterations) = &drift.iterations {
                write!(f, " iterations {iterations}")?;
            }
            if drift.password {
                f.write_str(" another password")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for AlterQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter quota of {}:", self.entity)?;
        drifts(f, &self.limits)
    }
}

impl fmt::Display for RemoveQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "remove quota of {}:", self.entity)?;
        for (position, (key, limit)) in self.limits.iter().enumerate() {
            write!(f, "{} {key} {limit}", if position == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Display for DeleteAcl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delete acl {}", self.0)
    }
}

impl fmt::Display for DeleteCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "delete credentials of user {}:", self.name)?;
        for (position, mechanism) in self.mechanisms.iter().enumerate() {
            write!(f, "{} {}", if position == 0 { "" } else { "," }, mechanism.name())?;
        }
        Ok(())
    }
}

/// Writes each property that differs, after the colon.
fn drifts<T: fmt::Display>(f: &mut fmt::Formatter<'_>, drifts: &BTreeMap<String, Drift<T>>) -> fmt::Result {
    for (position, (key, drift)) in drifts.iter().enumerate() {
        write!(f, "{} {key} {drift}", if position == 0 { "" } else { "," })?;
    }
    Ok(())
}
