//! Reads the replication throttles of topics that may be reassigned, and of the brokers.

use std::collections::BTreeMap;

use super::{configs, resources};
use crate::Error;
use crate::desired::throttle::{MarkedReplicas, RATES, REPLICAS};
use crate::desired::{ConfigResource, Desired};
use crate::observed::{ObservedTopic, Setting};
use crate::wire::Cluster;

/// The rates of each broker.
type Rates = BTreeMap<i32, BTreeMap<String, Setting>>;

/// Adds the throttled replicas to `topics`, and returns the rates of all unfenced brokers. They are read only where a
/// reassignment is to be throttled, or where a topic has a list of an earlier run.
pub(super) async fn read(
    cluster: &mut Cluster,
    desired: &Desired,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<Rates, Error> {
    add_throttled_replicas(cluster, desired, topics).await?;
    let is_needed = |(name, existing): (&String, &ObservedTopic)| {
        let declared = desired.topics.get(name);
        let copies =
            declared.filter(|topic| topic.throttle.is_some()).and_then(|topic| topic.replication_factor);
        copies.is_some_and(|copies| existing.differs_from(copies.value)) || has_marked_list(existing)
    };
    let mut rates = Rates::new();
    if !topics.iter().any(is_needed) {
        return Ok(rates);
    }
    let brokers: Vec<i32> = cluster.racks().into_keys().collect();
    cluster.connect_to(&brokers.iter().copied().collect()).await?;
    let keys = RATES.map(str::to_owned);
    for id in brokers {
        if let Some(connection) = cluster.connection_to(Some(id)) {
            let keys: Vec<&String> = keys.iter().collect();
            let broker = ConfigResource::Broker(id);
            rates.insert(id, resources::describe(connection, &broker, Some(&keys)).await?);
        }
    }
    Ok(rates)
}

/// A topic whose configs the account may not describe counts as one without a throttle: the brokers refuse to set one.
async fn add_throttled_replicas(
    cluster: &mut Cluster,
    desired: &Desired,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<(), Error> {
    let keys = REPLICAS.map(str::to_owned);
    let movable =
        desired.topics.iter().filter(|(name, topic)| topic.may_be_reassigned() && topics.contains_key(*name));
    let asked: Vec<_> = movable.map(|(name, _)| (Some(name.as_str()), keys.iter().collect())).collect();
    if asked.is_empty() {
        return Ok(());
    }
    for (name, settings) in configs::read_at_broker(cluster.main(), &asked).await? {
        if let Some(topic) = name.and_then(|name| topics.get_mut(&name)) {
            topic.throttled_replicas = settings;
        }
    }
    Ok(())
}

fn has_marked_list(existing: &ObservedTopic) -> bool {
    let mut own = existing.throttled_replicas.values().filter_map(Setting::own);
    own.any(|list| MarkedReplicas::parse(list).is_some())
}
