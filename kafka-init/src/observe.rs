//! What the cluster has of what the spec is about: declared topics, and of those the declared configs.
//!
//! Two requests for anything up to a thousand topics, and two more for each further thousand. Nothing here
//! changes anything: topics are never created by asking for them. The brokers that lead them must let us in, as
//! they must let in whoever uses the topics.

mod account;
mod acls;
mod clients;
mod configs;
mod followers;
mod metadata;
mod quotas;
mod reassignments;
mod resources;
mod users;

use std::collections::BTreeMap;

use crate::Error;
use crate::desired::{Desired, Topic};
use crate::observed::{Observed, ObservedTopic};
use crate::wire::Cluster;

pub(crate) use account::on_the_cluster;
pub(crate) use acls::{every as every_acl, read as acls};
pub(crate) use clients::{Clients, read as clients};
pub(crate) use configs::{at as configs, every as every_config, every_of_brokers as every_broker_default};
pub(crate) use metadata::{by_name, every as every_topic};
pub(crate) use quotas::every as every_quota;
pub(crate) use reassignments::{UnderWay, read as reassignments};
pub(crate) use resources::{every_of, every_of_broker, listed as listed_resources, permission};
pub(crate) use users::every as every_user;

/// Reads all of it but the clients.
pub(crate) async fn observe(cluster: &mut Cluster, desired: &Desired) -> Result<Observed, Error> {
    let cluster_id = Some(cluster.id().to_owned());
    let names: Vec<&str> = desired.topics.keys().map(String::as_str).collect();
    let mut topics = BTreeMap::new();
    // What was not asked for is not kept, whatever a broker answers.
    let note = |name: String, mut topic: ObservedTopic| {
        if let Some(declared) = desired.topics.get(&name) {
            let ObservedTopic { assignment, .. } = &mut topic;
            assignment.retain(|_, _| may_be_moved(declared));
            topics.insert(name, topic);
        }
    };
    let leaders = metadata::topics(cluster.main(), &names, note).await?;
    cluster.reach(&leaders).await?;
    under_way(cluster, desired, &mut topics).await?;
    configs::read(cluster.main(), desired, &mut topics).await?;
    let mut broker_defaults = BTreeMap::new();
    if !desired.broker_defaults.is_empty() {
        broker_defaults = configs::of_brokers(cluster.main(), &desired.broker_defaults).await?;
    }
    let followers = followers::read(cluster.main(), desired, &broker_defaults).await?;
    let (brokers, resources) = (cluster.racks(), resources::read(cluster, desired).await?);
    Ok(Observed { cluster_id, topics, brokers, broker_defaults, resources, followers, ..Observed::default() })
}

fn may_be_moved(topic: &Topic) -> bool {
    topic.reassign && topic.replication_factor.is_some()
}

/// While a partition is being moved, the brokers that will have a copy.
async fn under_way(
    cluster: &mut Cluster,
    desired: &Desired,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<(), Error> {
    let movable =
        desired.topics.iter().filter(|(name, topic)| may_be_moved(topic) && topics.contains_key(*name));
    let names: Vec<&str> = movable.map(|(name, _)| name.as_str()).collect();
    for (name, partitions) in reassignments(cluster.main(), &names).await? {
        let Some(topic) = topics.get_mut(&name) else { continue };
        for (index, reassignment) in partitions {
            topic.assignment.entry(index).or_default().target = Some(reassignment.target);
        }
    }
    Ok(())
}
