//! What the cluster has of what the spec is about: declared topics, and of those the declared configs.
//!
//! Two requests for anything up to a thousand topics, and one more for each further thousand. Nothing here
//! changes anything: topics are never created by asking for them.

mod configs;
mod metadata;

use std::collections::BTreeMap;

use crate::Error;
use crate::config::ConfigType;
use crate::spec::Desired;
use crate::wire::Cluster;

pub(crate) use metadata::by_name;

/// What is there. Its default is a cluster with nothing on it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The cluster's id; `None` when nobody was asked.
    pub cluster_id: Option<String>,
    /// The declared topics that exist, by name.
    pub topics: BTreeMap<String, ObservedTopic>,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedTopic {
    /// How many partitions it has.
    pub partitions: i32,
    /// The fewest copies that one of its partitions has, and the most: they differ while it is being moved.
    pub copies: (i16, i16),
    /// The declared configs that the broker knows.
    pub config: BTreeMap<String, Setting>,
}

/// The value of a config that is in effect, wherever it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value; `None` when there is none or the broker keeps it to itself.
    pub value: Option<String>,
    /// How Kafka reads it.
    pub kind: ConfigType,
    /// The broker keeps the value to itself.
    pub sensitive: bool,
}

/// Reads all of it.
pub(crate) async fn observe(cluster: &mut Cluster, desired: &Desired) -> Result<Observed, Error> {
    let cluster_id = Some(cluster.id().to_owned());
    let names: Vec<&str> = desired.topics.keys().map(String::as_str).collect();
    let mut topics = BTreeMap::new();
    metadata::topics(cluster.home(), &names, |name, topic| drop(topics.insert(name, topic))).await?;
    configs::read(cluster.home(), desired, &mut topics).await?;
    Ok(Observed { cluster_id, topics })
}
