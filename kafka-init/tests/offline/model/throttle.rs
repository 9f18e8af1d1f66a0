//! The replication throttles of the model.

use std::collections::BTreeMap;

use kafka_init::{AlterThrottle, ConfigResource, Observed, Setting};

use super::{alter, set};

pub(super) fn apply(cluster: &mut Observed, throttle: &AlterThrottle) {
    match throttle {
        AlterThrottle::Topic(topic) => {
            alter(&mut cluster.topics.get_mut(&topic.name).unwrap().throttled_replicas, &topic.config);
        }
        AlterThrottle::Broker(alteration) => {
            let ConfigResource::Broker(id) = alteration.resource else { panic!("{throttle} of no broker") };
            alter(cluster.throttle_rates.get_mut(&id).unwrap(), &alteration.config);
        }
    }
}

/// The configs of a throttle that are set anywhere.
pub(super) fn all(cluster: &Observed) -> Vec<(&String, &Setting)> {
    let topics = cluster.topics.values().flat_map(|topic| &topic.throttled_replicas);
    let brokers = cluster.throttle_rates.values().flatten();
    topics.chain(brokers).filter(|(_, setting)| setting.is_own).collect()
}

/// The rates of a broker with or without one.
pub(super) fn rate(is_set: bool) -> BTreeMap<String, Setting> {
    let mut rates = BTreeMap::new();
    if is_set {
        set(&mut rates, "leader.replication.throttled.rate", "512");
    }
    rates
}
