//! Waits until every broker serves the changes.
//!
//! A broker acknowledges a topic when the controller has committed it. A little later each broker knows the topic and
//! every partition has a leader. A client that starts in between fails, or the topic is created for it automatically
//! with other settings.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use init_core::{Fault, FaultKind, Progress, Secrets};
use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use tokio::time::{Instant, sleep};

use super::await_configs::{self, FIRST_PAUSE, LONGEST_PAUSE};
use super::by_request::ByRequest;
use crate::Error;
use crate::change::{Change, RaiseFeature};
use crate::desired::{Binding, Desired, Topic};
use crate::observe::{Names, acls, features, topics_by_name};
use crate::wire::{Cluster, Connection};

/// The time that new ACLs may take to be shown before the verification reports them as missing.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// The most topics that are asked for at once. Brokers learn of changes in the order in which they were committed, so
/// asking for all missing topics at once would only slow them down.
const MAX_TOPICS: usize = 500;

/// Returns the results when every successful change is served by every broker.
pub(super) async fn await_served(
    cluster: &mut Cluster,
    changes: &[Change],
    results: Vec<Result<(), Error>>,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let done = || changes.iter().zip(&results).filter(|(_, result)| result.is_ok()).map(|(change, _)| change);
    let Err(error) = await_every_broker(cluster, done(), progress).await else { return results };
    let results = changes.iter().zip(results);
    let unserved = |(change, result): (&Change, Result<(), Error>)| {
        if change.is_served_by_every_broker() { result.and(Err(error.clone())) } else { result }
    };
    results.map(unserved).collect()
}

/// Waits until every broker serves the feature levels, topics and configs of these changes.
pub(super) async fn await_every_broker<'c>(
    cluster: &mut Cluster,
    changes: impl IntoIterator<Item = &'c Change>,
    progress: &Progress,
) -> Result<(), Error> {
    let by_request = ByRequest::of(changes);
    let topics = partitions(&by_request);
    if !topics.is_empty() {
        retry_at_every_broker(cluster, progress, async |broker| served_by(broker, &topics, progress).await)
            .await?;
    }
    if !by_request.features.is_empty() {
        let is_raised = async |broker: &mut Connection| await_features(broker, &by_request, progress).await;
        retry_at_every_broker(cluster, progress, is_raised).await?;
    }
    let configs = await_configs::altered(&by_request);
    if !configs.is_empty() {
        // A broker that still lacks a config after the wait is left to the verification, because the value may be
        // shown in another spelling.
        let await_configs =
            async |broker: &mut Connection| match await_configs::await_configs(broker, &configs, false).await
            {
                Err(Error::ConfigNotVisible { .. }) => Ok(()),
                other => other,
            };
        retry_at_every_broker(cluster, progress, await_configs).await?;
    }
    Ok(())
}

/// Fails while a broker lacks a value that the spec declares for a topic. Without it, a new default of all brokers
/// would let that broker delete records that the spec protects.
pub(super) async fn await_topic_configs(
    cluster: &mut Cluster,
    topics: &BTreeMap<String, Topic>,
) -> Result<(), Error> {
    let declared = await_configs::declared(topics);
    cluster.at_every_broker(async |broker| await_configs::await_configs(broker, &declared, true).await).await
}

/// Waits until the broker of the main connection shows the new ACLs. A broker applies the ACLs of a commit last,
/// after the users, whose logins it refuses until then. If they are never shown, the verification reports that.
pub(crate) async fn await_acls(
    cluster: &mut Cluster,
    desired: &Desired,
    changes: &[Change],
    secrets: &Secrets,
) {
    let Ok(names) = Names::of(desired, secrets) else { return };
    let created: BTreeSet<&Binding> = ByRequest::of(changes).acls.into_iter().map(|(_, acl)| acl).collect();
    let began = Instant::now();
    while began.elapsed() < MAX_WAIT {
        match acls(cluster.main(), &created, (&names, secrets)).await {
            Ok(existing) if existing.len() < created.len() => sleep(FIRST_PAUSE).await,
            Ok(_) | Err(_) => return,
        }
    }
}

/// The topics that are created or get more partitions, each with its new number of partitions.
fn partitions<'c>(by_request: &ByRequest<'c>) -> BTreeMap<&'c str, i32> {
    let created = by_request.topics.iter().map(|(_, topic)| (topic.name.as_str(), topic.partitions.max(1)));
    let grown = by_request.partitions.iter().map(|(_, topic)| (topic.name.as_str(), topic.to));
    created.chain(grown).collect()
}

/// Repeats `condition` at every broker until it succeeds, even when brokers are lost meanwhile. It only reads, so a
/// repetition does no harm, and a broker that is gone leaves the cluster's list some seconds later.
async fn retry_at_every_broker(
    cluster: &mut Cluster,
    progress: &Progress,
    condition: impl AsyncFn(&mut Connection) -> Result<(), Error>,
) -> Result<(), Error> {
    while let Err(error) = cluster.at_every_broker(&condition).await {
        if error.kind() != FaultKind::Unavailable {
            return Err(error);
        }
        progress.waiting_for(error.to_string());
        sleep(LONGEST_PAUSE).await;
        cluster.refresh().await.or_else(|error| match error.kind() {
            FaultKind::Unavailable => Ok(()),
            _ => Err(error),
        })?;
    }
    Ok(())
}

/// Waits until the broker shows the new feature levels.
async fn await_features(
    broker: &mut Connection,
    by_request: &ByRequest<'_>,
    progress: &Progress,
) -> Result<(), Error> {
    loop {
        let shown = features(broker).await?.finalized;
        let is_lower =
            |level: &RaiseFeature| shown.get(&level.name).is_none_or(|shown| *shown < level.level.to);
        let Some((_, lower)) = by_request.features.iter().find(|(_, feature)| is_lower(feature)) else {
            return Ok(());
        };
        progress.waiting_for(format!("{} to have level {} of {}", broker.peer(), lower.level.to, lower.name));
        sleep(LONGEST_PAUSE).await;
    }
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
        topics_by_name(broker, missing.get(..MAX_TOPICS).unwrap_or(&missing), |_, topics| {
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

/// The topic's name, if it has all of its expected partitions and each has a leader.
fn served_name<'c>(topic: &MetadataResponseTopic, expected: &BTreeMap<&'c str, i32>) -> Option<&'c str> {
    let (name, partitions) = expected.get_key_value(topic.name.as_ref()?.as_str())?;
    let led =
        topic.partitions.iter().all(|partition| partition.error_code == 0 && partition.leader_id.0 >= 0);
    let enough = i32::try_from(topic.partitions.len()).is_ok_and(|count| count >= *partitions);
    (topic.error_code == 0 && led && enough).then_some(*name)
}
