//! Compares the configs of single brokers, client metrics subscriptions and groups.

use std::collections::BTreeMap;

use init_core::{Conflict, SpecPath};

use super::values;
use crate::change::{AlterConfig, Change};
use crate::desired::{ConfigResource, Desired, LISTENER_PREFIX, WITHOUT_DEFAULT};
use crate::observed::Observed;

pub(super) fn changes(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    let no_settings = BTreeMap::new();
    for (resource, wanted) in &desired.resources {
        let at = SpecPath::root().key(resource.key()).key(&resource.name());
        conflicts.extend(missing_broker(resource, observed, &at));
        let existing = observed.resources.get(resource).unwrap_or(&no_settings);
        conflicts.extend(values::conflicts(wanted, existing, &at));
        let config = values::drifts(wanted, existing);
        if !config.is_empty() {
            let is_unlisted = |key: &&String| {
                describes_every_config(resource)
                    && !existing.contains_key(*key)
                    && !key.starts_with(LISTENER_PREFIX)
                    && !WITHOUT_DEFAULT.contains(&key.as_str())
            };
            let unlisted = config.keys().filter(is_unlisted).cloned().collect();
            changes.push(Change::AlterConfig(AlterConfig { resource: resource.clone(), config, unlisted }));
        }
    }
    (changes, conflicts)
}

/// True for a resource that describes every config it knows. A broker does, and accepts unknown names. Before Kafka
/// 4, subscriptions and groups describe only what is set on them, but they refuse unknown names.
fn describes_every_config(resource: &ConfigResource) -> bool {
    match resource {
        ConfigResource::Broker(_) => true,
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => false,
    }
}

fn missing_broker(resource: &ConfigResource, observed: &Observed, at: &SpecPath) -> Option<Conflict> {
    let ConfigResource::Broker(id) = resource else { return None };
    let members = observed.brokers.keys().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let problem = || format!("broker {id} does not take part in the cluster, whose brokers are {members}");
    let is_missing = observed.cluster_id.is_some() && !observed.brokers.contains_key(id);
    is_missing.then(|| Conflict::new(at.clone(), problem()))
}
