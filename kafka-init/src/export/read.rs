//! Everything of each kind: the same requests as for what a spec names, without names in them.

use std::collections::BTreeMap;

use init_core::export::Scope;

use super::found::{Found, Values};
use crate::Error;
use crate::desired::ConfigResource;
use crate::observe;
use crate::observed::Setting;
use crate::wire::{Cluster, Connection};

/// What Kafka sets on its own topics when it makes them, by configs of the brokers.
const OF_ITS_MAKING: [&str; 5] = [
    "cleanup.policy",
    "compression.type",
    "min.insync.replicas",
    "segment.bytes",
    "unclean.leader.election.enable",
];

/// All topics with the configs that are set on them, and of Kafka's own what somebody has set.
pub(super) async fn topics(main: &mut Connection, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let mut topics = observe::every_topic(main).await?;
    topics.retain(|name, _| scope.takes("topics", name));
    let names: Vec<String> = topics.keys().cloned().collect();
    let mut configs = observe::every_config(main, &names).await?;
    for (name, (mut topic, is_internal)) in topics {
        // It was deleted meanwhile.
        let Some(config) = configs.remove(&name) else { continue };
        if is_internal {
            let mut values = said("topics", &name, config, found);
            values.retain(|key, _| !OF_ITS_MAKING.contains(&key.as_str()));
            found.internal.insert(name, values);
        } else {
            topic.config = config;
            topic.assignment.clear();
            found.topics.insert(name, topic);
        }
    }
    found.internal.retain(|_, values| !values.is_empty());
    Ok(())
}

/// The values that are set there and that the broker shows. The others are told.
fn said(section: &'static str, name: &str, settings: BTreeMap<String, Setting>, found: &mut Found) -> Values {
    let mut values = Values::new();
    for (key, setting) in settings.into_iter().filter(|(_, setting)| setting.is_own) {
        match setting.own().filter(|_| !setting.sensitive) {
            Some(value) => drop(values.insert(key, value.to_owned())),
            None => found.note(section, name, format!("{key}, whose value Kafka shows to nobody")),
        }
    }
    values
}

pub(super) async fn broker_defaults(main: &mut Connection, found: &mut Found) -> Result<(), Error> {
    let settings = observe::every_broker_default(main).await?;
    found.broker_defaults = said("brokerDefaults", "", settings, found);
    Ok(())
}

/// Of every broker that takes part, what is set on it alone.
pub(super) async fn broker_configs(
    cluster: &mut Cluster,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    for id in cluster.racks().into_keys().filter(|id| scope.takes("brokerConfigs", &id.to_string())) {
        let settings = observe::every_of_broker(cluster, id).await?;
        let values = said("brokerConfigs", &id.to_string(), settings, found);
        found.resources.insert(ConfigResource::Broker(id), values);
    }
    Ok(())
}

/// What is set on client metrics subscriptions, or on groups.
pub(super) async fn named(main: &mut Connection, groups: bool, found: &mut Found) -> Result<(), Error> {
    let section = if groups { "groups" } else { "clientMetrics" };
    let Some(listed) = observe::listed_resources(main, groups).await? else {
        found.note(section, "", "whatever is set there: this release of Kafka does not list it");
        return Ok(());
    };
    for resource in listed {
        let settings = observe::every_of(main, &resource).await?;
        let values = said(section, &resource.name(), settings, found);
        found.resources.insert(resource, values);
    }
    Ok(())
}
