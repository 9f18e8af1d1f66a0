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

use super::by_request::ByRequest;
use super::configs::{self, FIRST_PAUSE, LONGEST_PAUSE};
use crate::Error;
use crate::change::Change;
use crate::desired::{Binding, Topic};
use crate::observe::{acls, by_name};
use crate::wire::{Cluster, Connection};

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
    let done = || changes.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(change, _)| change);
    let Err(error) = everywhere(cluster, done(), progress).await else { return results };
    let results = changes.iter().zip(results);
    let unserved = |(change, result): (&Change, Result<(), Error>)| {
        if change.is_awaited_everywhere() { result.and(Err(error.clone())) } else { result }
    };
    results.map(unserved).collect()
}

/// Waits until every broker serves the topics and configs of these changes.
pub(super) async fn everywhere<'c>(
    cluster: &mut Cluster,
    changes: impl IntoIterator<Item = &'c Change>,
    progress: &Progress,
) -> Result<(), Error> {
    let by_request = ByRequest::of(changes);
    let topics = partitions(&by_request);
    if !topics.is_empty() {
        at_all(cluster, progress, async |broker| served_by(broker, &topics, progress).await).await?;
    }
    let configs = configs::altered(&by_request);
    if !configs.is_empty() {
        // One that stays behind is left to the verification: the value may be shown in another spelling.
        let shown_by = async |broker: &mut Connection| match configs::shown_by(broker, &configs, false).await
        {
            Err(Error::Behind { .. }) => Ok(()),
            other => other,
        };
        at_all(cluster, progress, shown_by).await?;
    }
    Ok(())
}

/// Refuses to go on while a broker lacks a value that the spec declares for a topic: another default of all brokers would
/// let it delete records that the spec protects.
pub(super) async fn protected(cluster: &mut Cluster, topics: &BTreeMap<String, Topic>) -> Result<(), Error> {
    let declared = configs::declared(topics);
    cluster.at_every_broker(async |broker| configs::shown_by(broker, &declared, true).await).await
}

/// Waits until the main connection's broker shows the new ACLs. A broker applies them last of a commit: after the users,
/// whose logins it refuses until then. If they are never shown, the verification says so.
pub(crate) async fn await_shown(cluster: &mut Cluster, changes: &[Change]) {
    let made: BTreeSet<&Binding> = ByRequest::of(changes).acls.into_iter().map(|(_, acl)| acl).collect();
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match acls(cluster.main(), &made).await {
            Ok(there) if there.len() < made.len() => sleep(FIRST_PAUSE).await,
            Ok(_) | Err(_) => return,
        }
    }
}

/// The topics that are created or get more partitions, each with the number of partitions that it has then.
fn partitions<'c>(by_request: &ByRequest<'c>) -> BTreeMap<&'c str, i32> {
    let created = by_request.topics.iter().map(|(_, topic)| (topic.name.as_str(), topic.partitions.max(1)));
    let grown = by_request.partitions.iter().map(|(_, topic)| (topic.name.as_str(), topic.to));
    created.chain(grown).collect()
}

/// Waits through the loss of brokers too. It only reads, so asking again after a lost answer does no harm, and
/// a broker that is gone is out of the cluster's own list some seconds later.
async fn at_all(
    cluster: &mut Cluster,
    progress: &Progress,
    is_so: impl AsyncFn(&mut Connection) -> Result<(), Error>,
) -> Result<(), Error> {
    while let Err(error) = cluster.at_every_broker(&is_so).await {
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
