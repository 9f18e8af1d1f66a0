//! Reads everything of each kind, with the same requests as the observation but without names in them.

use std::collections::BTreeMap;

use init_core::export::Scope;

use super::found::{Found, Values};
use crate::Error;
use crate::desired::{ConfigResource, is_sensitive};
use crate::observe;
use crate::observed::Setting;
use crate::wire::{Cluster, Connection};

/// The configs that Kafka sets on its internal topics when it creates them, from configs of the brokers.
const SET_BY_KAFKA: [&str; 5] = [
    "cleanup.policy",
    "compression.type",
    "min.insync.replicas",
    "segment.bytes",
    "unclean.leader.election.enable",
];

/// Reads all topics with the configs that are set on them, and the configs that somebody has set on internal topics.
pub(super) async fn topics(main: &mut Connection, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let mut topics = observe::every_topic(main).await?;
    topics.retain(|name, _| scope.includes("topics", name));
    let names: Vec<String> = topics.keys().cloned().collect();
    let mut configs = observe::every_config(main, &names).await?;
    for (name, (mut topic, is_internal)) in topics {
        // The topic was deleted meanwhile.
        let Some(config) = configs.remove(&name) else { continue };
        if is_internal {
            let mut values = shown_values("topics", &name, config, found);
            values.retain(|key, _| !SET_BY_KAFKA.contains(&key.as_str()));
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

/// The values that are set on the resource. One that the broker does not show is noted, unless a spec has it as a
/// secret.
fn shown_values(
    section: &'static str,
    name: &str,
    settings: BTreeMap<String, Setting>,
    found: &mut Found,
) -> Values {
    let mut values = Values::new();
    for (key, setting) in settings.into_iter().filter(|(_, setting)| setting.is_own) {
        match setting.own().filter(|_| !setting.sensitive) {
            Some(value) => drop(values.insert(key, Some(value.to_owned()))),
            None if section.starts_with("broker") && is_sensitive(&key) => drop(values.insert(key, None)),
            None => found.note(section, name, format!("{key}, whose value Kafka never shows")),
        }
    }
    values
}

pub(super) async fn broker_defaults(main: &mut Connection, found: &mut Found) -> Result<(), Error> {
    let settings = observe::every_broker_default(main).await?;
    found.broker_defaults = shown_values("brokerDefaults", "", settings, found);
    Ok(())
}

/// Reads the configs of each unfenced broker that are set on it alone.
pub(super) async fn broker_configs(
    cluster: &mut Cluster,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    for id in cluster.racks().into_keys().filter(|id| scope.includes("brokerConfigs", &id.to_string())) {
        let settings = observe::every_config_of_broker(cluster, id).await?;
        let values = shown_values("brokerConfigs", &id.to_string(), settings, found);
        found.resources.insert(ConfigResource::Broker(id), values);
    }
    Ok(())
}

/// Reads the configs of client metrics subscriptions, or of groups.
pub(super) async fn listed_resources(
    main: &mut Connection,
    groups: bool,
    found: &mut Found,
) -> Result<(), Error> {
    let section = if groups { "groups" } else { "clientMetrics" };
    let Some(listed) = observe::list_resources(main, groups).await? else {
        found.note(section, "", "whatever is set there: this release of Kafka does not list it");
        return Ok(());
    };
    for resource in listed {
        let settings = observe::every_config_of(main, &resource).await?;
        let values = shown_values(section, &resource.name(), settings, found);
        found.resources.insert(resource, values);
    }
    Ok(())
}
