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

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::config::ConfigType;
use crate::spec::{Binding, Desired, Entity, Quotas};
use crate::wire::Cluster;

pub(crate) use account::on_the_cluster;
pub use account::{Account, Operations, Principal};
pub(crate) use acls::read as acls;
pub(crate) use clients::{Clients, read as clients};
pub(crate) use configs::at as configs;
pub(crate) use metadata::by_name;
pub use users::{Credential, Credentials};

/// What is there. Its default is a cluster with nothing on it.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The cluster's id; `None` when nobody was asked.
    pub cluster_id: Option<String>,
    /// The declared topics that exist, by name.
    pub topics: BTreeMap<String, ObservedTopic>,
    /// The declared SCRAM users that exist, by name.
    pub users: BTreeMap<String, Credentials>,
    /// The ACLs of the principals that declared ones are for.
    pub acls: BTreeSet<Binding>,
    /// The limits of the declared entities.
    pub quotas: BTreeMap<Entity, Quotas>,
    /// The dynamic configs that are set for all brokers.
    pub broker_defaults: BTreeMap<String, Setting>,
    /// Who connects, where that is known.
    pub principal: Option<Principal>,
    /// What it may do, where ACLs are lacking.
    pub account: Option<Account>,
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

/// A config of one thing, as it is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value; `None` when there is none or the broker keeps it to itself.
    pub value: Option<String>,
    /// How Kafka reads it.
    pub kind: ConfigType,
    /// The broker keeps the value to itself.
    pub sensitive: bool,
    /// The value is set on the thing itself; otherwise it comes from a default.
    pub is_own: bool,
}

impl Setting {
    /// The value that is set on the thing itself.
    pub(crate) fn own(&self) -> Option<&str> {
        self.value.as_deref().filter(|_| self.is_own)
    }
}

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
