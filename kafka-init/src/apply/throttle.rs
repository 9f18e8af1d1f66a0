//! Sets and removes replication throttles.
//!
//! A rate at a broker is never there without the list of a topic by which a later run recognises it. So a throttle is set
//! at the topics first, and removed at the brokers first.

use std::collections::BTreeMap;

use init_core::{Progress, Secrets};

use super::by_request::Numbered;
use super::mutation::Mode;
use super::resource_configs;
use super::send::send;
use crate::Error;
use crate::change::{AlterConfig, AlterThrottle, AlterTopicConfig};
use crate::wire::Cluster;

/// The result of each change, by its position.
type Results = BTreeMap<usize, Result<(), Error>>;

/// Sets throttles and removes others.
pub(super) async fn apply(
    cluster: &mut Cluster,
    (set, removed): (&Numbered<&AlterThrottle>, &Numbered<&AlterThrottle>),
    secrets: &Secrets,
    mode: Mode,
    progress: &Progress,
) -> Results {
    let (topics, brokers) = divided(set);
    let mut results = at_topics(cluster, &topics, mode, progress).await;
    match refusal(&results, mode) {
        Some(error) => results.extend(brokers.iter().map(|(position, _)| (*position, Err(error.clone())))),
        None => results.extend(at_brokers(cluster, &brokers, secrets, mode, progress).await),
    }
    let (topics, brokers) = divided(removed);
    let mut removals = at_brokers(cluster, &brokers, secrets, mode, progress).await;
    match refusal(&removals, mode) {
        Some(error) => removals.extend(topics.iter().map(|(position, _)| (*position, Err(error.clone())))),
        None => removals.extend(at_topics(cluster, &topics, mode, progress).await),
    }
    results.extend(removals);
    results
}

/// The first error, after which the other kind of resource is left as it is. A check goes on, to find every refusal.
fn refusal(results: &Results, mode: Mode) -> Option<Error> {
    results.values().find_map(|result| result.clone().err()).filter(|_| !mode.is_validate_only())
}

fn divided<'c>(
    changes: &Numbered<&'c AlterThrottle>,
) -> (Numbered<&'c AlterTopicConfig>, Numbered<&'c AlterConfig>) {
    let (mut topics, mut brokers) = (Vec::new(), Vec::new());
    for (position, change) in changes {
        match change {
            AlterThrottle::Topic(topic) => topics.push((*position, topic)),
            AlterThrottle::Broker(broker) => brokers.push((*position, broker)),
        }
    }
    (topics, brokers)
}

async fn at_topics(
    cluster: &mut Cluster,
    changes: &Numbered<&AlterTopicConfig>,
    mode: Mode,
    progress: &Progress,
) -> Results {
    let topics: Vec<&AlterTopicConfig> = changes.iter().map(|(_, topic)| *topic).collect();
    let sent = send(cluster.main(), &topics, mode, progress).await;
    changes.iter().map(|(position, _)| *position).zip(sent).collect()
}

async fn at_brokers(
    cluster: &mut Cluster,
    changes: &Numbered<&AlterConfig>,
    secrets: &Secrets,
    mode: Mode,
    progress: &Progress,
) -> Results {
    let sent = resource_configs::apply(cluster, changes, secrets, mode, progress).await;
    changes.iter().map(|(position, _)| *position).zip(sent).collect()
}
