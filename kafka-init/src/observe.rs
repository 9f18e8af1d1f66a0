//! What the cluster has of what the spec is about: declared topics, and of those the declared configs.
//!
//! Two requests for anything up to a thousand topics, and two more for each further thousand. Nothing here
//! changes anything: topics are never created by asking for them. The brokers that lead them must let us in, as
//! they must let in whoever uses the topics.

mod account;
mod acls;
mod clients;
mod configs;
mod metadata;
mod quotas;
mod users;

use std::collections::BTreeMap;

use crate::Error;
use crate::desired::Desired;
use crate::observed::Observed;
use crate::wire::Cluster;

pub(crate) use account::on_the_cluster;
pub(crate) use acls::read as acls;
pub(crate) use clients::{Clients, read as clients};
pub(crate) use configs::at as configs;
pub(crate) use metadata::by_name;

/// Reads all of it but the clients.
pub(crate) async fn observe(cluster: &mut Cluster, desired: &Desired) -> Result<Observed, Error> {
    let cluster_id = Some(cluster.id().to_owned());
    let names: Vec<&str> = desired.topics.keys().map(String::as_str).collect();
    let mut topics = BTreeMap::new();
    // What was not asked for is not kept, whatever a broker answers.
    let note = |name: String, topic| {
        if desired.topics.contains_key(&name) {
            topics.insert(name, topic);
        }
    };
    let leaders = metadata::topics(cluster.main(), &names, note).await?;
    cluster.reach(&leaders).await?;
    configs::read(cluster.main(), desired, &mut topics).await?;
    let mut broker_defaults = BTreeMap::new();
    if !desired.broker_defaults.is_empty() {
        broker_defaults = configs::of_brokers(cluster.main(), &desired.broker_defaults).await?;
    }
    Ok(Observed { cluster_id, topics, broker_defaults, ..Observed::default() })
}
