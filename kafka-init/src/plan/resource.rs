//! Single brokers, client metrics subscriptions and groups with other configs than declared.

use std::collections::BTreeMap;

use init_core::{Conflict, SpecPath};

use super::config;
use crate::change::{AlterConfig, Change};
use crate::desired::{ConfigResource, Desired};
use crate::observed::Observed;

/// Set on a listener alone, and described where it is set.
const OF_A_LISTENER: &str = "listener.name.";

pub(super) fn changes(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    let nothing = BTreeMap::new();
    for (resource, wanted) in &desired.resources {
        let at = SpecPath::root().key(resource.key()).key(&resource.name());
        conflicts.extend(no_such_broker(resource, observed, &at));
        let there = observed.resources.get(resource).unwrap_or(&nothing);
        conflicts.extend(config::hidden(wanted, there, &at));
        let mut config = config::set(wanted, there);
        config.extend(config::reset(wanted, there));
        if !config.is_empty() {
            let is_unlisted = |key: &&String| {
                lists_all(resource) && !there.contains_key(*key) && !key.starts_with(OF_A_LISTENER)
            };
            let unlisted = config.keys().filter(is_unlisted).cloned().collect();
            changes.push(Change::AlterConfig(AlterConfig { resource: resource.clone(), config, unlisted }));
        }
    }
    (changes, conflicts)
}

/// A broker lists every config that it knows, and accepts any. Subscriptions and groups list what is set on them alone before
/// Kafka 4, and refuse what they do not know.
fn lists_all(resource: &ConfigResource) -> bool {
    match resource {
        ConfigResource::Broker(_) => true,
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => false,
    }
}

fn no_such_broker(resource: &ConfigResource, observed: &Observed, at: &SpecPath) -> Option<Conflict> {
    let ConfigResource::Broker(id) = resource else { return None };
    let members = observed.brokers.keys().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let problem = || format!("broker {id} does not take part in the cluster, whose brokers are {members}");
    let is_missing = observed.cluster_id.is_some() && !observed.brokers.contains_key(id);
    is_missing.then(|| Conflict::new(at.clone(), problem()))
}
