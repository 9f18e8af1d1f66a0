//! Waits until every broker serves what is new.
//!
//! A broker acknowledges a topic when the controller has committed it. That each broker knows it, and that
//! every partition has a leader, comes a little later, and a client that starts in between fails or, worse,
//! has the topic created for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use init_core::{Fault, FaultKind, Progress};
use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use tokio::time::{Instant, sleep};

use super::allowed;
use crate::Error;
use crate::observe::{acls, by_name};
use crate::plan::Change;
use crate::spec::Binding;
use crate::wire::{Cluster, Connection};

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// How long new ACLs may take to be shown before that is left to the verification.
const PATIENCE: Duration = Duration::from_secs(2);
/// Brokers learn of changes in the order in which they were made, so that asking for all that is missing at
/// once would only keep them from it.
const AT_ONCE: usize = 500;

/// The results again, once every change that succeeded is served everywhere.
pub(super) async fn await_served(
    cluster: &mut Cluster,
    changes: &[Change],
    results: Vec<Result<(), Error>>,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let done = changes.iter().zip(&results).filter(|(_, result)| result.is_ok());
    let expected = done.filter_map(|(change, _)| topic(change)).collect();
    let Err(error) = served_everywhere(cluster, &expected, progress).await else { return results };
    let results = changes.iter().zip(results);
    let unserved = |(change, result): (&Change, Result<(), Error>)| match topic(change) {
        Some(_) => result.and(Err(error.clone())),
        None => result,
    };
    results.map(unserved).collect()
}

/// Waits until the home shows the new ACLs, which a broker turns to last of all that is in a commit: after the users,
/// whose logins it refuses, and lets wait, until then. If that does not come, it is for the verification to say so.
pub(crate) async fn await_shown(cluster: &mut Cluster, changes: &[Change]) {
    let made: BTreeSet<Binding> = changes.iter().filter_map(allowed).cloned().collect();
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match acls(cluster.home(), &made).await {
            Ok(there) if !there.is_superset(&made) => sleep(FIRST_PAUSE).await,
            Ok(_) | Err(_) => return,
        }
    }
}

/// The topic that a change makes or grows, with the partitions that it has then.
pub(super) fn topic(change: &Change) -> Option<(&str, i32)> {
    match change {
        Change::CreateTopic(topic) => Some((topic.name.as_str(), topic.partitions.max(1))),
        Change::CreatePartitions(growth) => Some((growth.name.as_str(), growth.to)),
        // What is no topic has no leader to wait for.
        _ => None,
    }
}

/// Waits through the loss of brokers too. It only reads, so asking again after a lost answer does no harm, and
/// a broker that is gone is out of the cluster's own list some seconds later.
pub(super) async fn served_everywhere(
    cluster: &mut Cluster,
    expected: &BTreeMap<&str, i32>,
    progress: &Progress,
) -> Result<(), Error> {
    if expected.is_empty() {
        return Ok(());
    }
    let served_by = async |broker: &mut Connection| served_by(broker, expected, progress).await;
    while let Err(error) = cluster.at_every_broker(&served_by).await {
        if error.kind() != FaultKind::Unavailable {
            return Err(error);
        }
        progress.waiting_for(error.to_string());
        sleep(LONGEST_PAUSE).await;
        cluster.rejoin().await.or_else(|error| match error.kind() {
            FaultKind::Unavailable => Ok(()),
            _ => Err(error),
        })?;
    }
    Ok(())
}

async fn served_by(
    broker: &mut Connection,
    expected: &BTreeMap<&str, i32>,
    progress: &Progress,
) -> Result<(), Error> {
    let mut missing: Vec<&str> = expected.keys().copied().collect();
    let mut pause = FIRST_PAUSE;
    while !missing.is_empty() {
        let mut served = BTreeSet::new();
        by_name(broker, missing.get(..AT_ONCE).unwrap_or(&missing), |_, topics| {
            served.extend(topics.iter().filter_map(|topic| served_name(topic, expected)));
        })
        .await?;
        missing.retain(|name| !served.contains(name));
        if served.is_empty() {
            progress.waiting_for(format!("{} to serve {} more topics", broker.peer(), missing.len()));
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        } else {
            pause = FIRST_PAUSE;
        }
    }
    Ok(())
}

/// The name under which it was expected, if all of its partitions are there and led.
fn served_name<'c>(topic: &MetadataResponseTopic, expected: &BTreeMap<&'c str, i32>) -> Option<&'c str> {
    let (name, partitions) = expected.get_key_value(topic.name.as_ref()?.as_str())?;
    let led =
        topic.partitions.iter().all(|partition| partition.error_code == 0 && partition.leader_id.0 >= 0);
    let enough = i32::try_from(topic.partitions.len()).is_ok_and(|count| count >= *partitions);
    (topic.error_code == 0 && led && enough).then_some(*name)
}
