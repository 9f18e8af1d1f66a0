//! Reads what the cluster has of the resources that the spec declares: the declared topics, and of those the declared
//! configs.
//!
//! Up to a thousand topics take two requests, and each further thousand takes two more. Nothing here changes the
//! cluster: a request for a topic never creates it. The leaders of the topics are connected to, because whoever uses
//! the topics has to reach them too.

mod account;
mod acls;
mod clients;
mod configs;
mod inheriting_topics;
mod metadata;
mod quotas;
mod reassignments;
mod resources;
mod throttles;
mod users;

use std::collections::BTreeMap;

use crate::Error;
use crate::desired::Desired;
use crate::observed::{Observed, ObservedTopic};
use crate::wire::Cluster;

pub(crate) use account::read_cluster_operations;
pub(crate) use acls::{read as acls, read_every as every_acl};
pub(crate) use clients::{Clients, read as clients};
pub(crate) use configs::{
    read_at_broker as configs, read_every as every_config, read_every_broker_default as every_broker_default,
};
pub(crate) use metadata::{read_by_name as topics_by_name, read_every as every_topic};
pub(crate) use quotas::read_every as every_quota;
pub(crate) use reassignments::{OngoingReassignments, read as reassignments};
pub(crate) use resources::{
    authorized_resource, list as list_resources, read_every as every_config_of,
    read_every_of_broker as every_config_of_broker,
};
pub(crate) use users::read_every as every_user;

/// Reads everything except users, ACLs and quotas.
pub(crate) async fn observe(cluster: &mut Cluster, desired: &Desired) -> Result<Observed, Error> {
    let cluster_id = Some(cluster.id().to_owned());
    let names: Vec<&str> = desired.topics.keys().map(String::as_str).collect();
    let mut topics = BTreeMap::new();
    // Topics that were not asked for are ignored, whatever a broker sends.
    let record = |name: String, mut topic: ObservedTopic| {
        if let Some(declared) = desired.topics.get(&name) {
            let ObservedTopic { assignment, .. } = &mut topic;
            assignment.retain(|_, _| declared.may_be_reassigned());
            topics.insert(name, topic);
        }
    };
    let leaders = metadata::read_topics(cluster.main(), &names, record).await?;
    cluster.connect_to(&leaders).await?;
    add_reassignment_targets(cluster, desired, &mut topics).await?;
    let throttle_rates = throttles::read(cluster, desired, &mut topics).await?;
    configs::read(cluster.main(), desired, &mut topics).await?;
    let mut broker_defaults = BTreeMap::new();
    if !desired.broker_defaults.is_empty() {
        broker_defaults = configs::read_broker_defaults(cluster.main(), &desired.broker_defaults).await?;
    }
    let inheriting_topics = inheriting_topics::read(cluster.main(), desired, &broker_defaults).await?;
    let (brokers, resources) = (cluster.racks(), resources::read(cluster, desired).await?);
    Ok(Observed {
        cluster_id,
        topics,
        brokers,
        broker_defaults,
        resources,
        inheriting_topics,
        throttle_rates,
        ..Observed::default()
    })
}

/// Adds the target replicas of partitions that are being reassigned.
async fn add_reassignment_targets(
    cluster: &mut Cluster,
    desired: &Desired,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<(), Error> {
    let movable =
        desired.topics.iter().filter(|(name, topic)| topic.may_be_reassigned() && topics.contains_key(*name));
    let names: Vec<&str> = movable.map(|(name, _)| name.as_str()).collect();
    for (name, partitions) in reassignments(cluster, &names).await? {
        let Some(topic) = topics.get_mut(&name) else { continue };
        for (index, reassignment) in partitions {
            let partition = topic.assignment.entry(index).or_default();
            (partition.target, partition.adding) = (Some(reassignment.target), reassignment.adding);
        }
    }
    Ok(())
}
