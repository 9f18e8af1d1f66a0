//! The changes of a reassignment: the partitions, and the throttle of their replication.

use std::collections::{BTreeMap, BTreeSet};

use super::configs::{AlterConfig, AlterTopicConfig};

/// A reassignment of a topic's partitions to another number of replicas.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReassignPartitions {
    /// The topic's name.
    pub name: String,
    /// The smallest and the largest number of replicas of its partitions.
    pub from: (i16, i16),
    /// The number of replicas that each partition gets.
    pub to: i16,
    /// The partitions to reassign, each with its new replicas, the preferred leader first.
    pub moves: BTreeMap<i32, Vec<i32>>,
    /// The partitions with an ongoing reassignment to this number of replicas.
    pub ongoing: BTreeSet<i32>,
    /// The partitions that another client is reassigning to another number of replicas.
    pub of_other_clients: BTreeSet<i32>,
}

/// A part of a replication throttle (KIP-73). The order of the variants is the order in which it is set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlterThrottle {
    /// The throttled replicas of a topic.
    Topic(AlterTopicConfig),
    /// The rates of a broker.
    Broker(AlterConfig),
}
