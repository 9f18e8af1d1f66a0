//! Reads the ongoing reassignments of partitions.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::messages::{BrokerId, ListPartitionReassignmentsRequest};

use crate::Error;
use crate::error::{Attempt, refused};
use crate::wire::{Cluster, Connection};

const TIMEOUT: Duration = Duration::from_secs(10);

/// The ongoing reassignment of one partition.
pub(crate) struct Reassignment {
    /// The brokers that have a replica or are getting one.
    pub(crate) replicas: Vec<i32>,
    /// The brokers that are getting a replica.
    pub(crate) adding: Vec<i32>,
    /// The brokers that have a replica after the reassignment.
    pub(crate) target: Vec<i32>,
}

/// The ongoing reassignments of one topic, by partition.
pub(crate) type OngoingReassignments = BTreeMap<i32, Reassignment>;

/// Reads the ongoing reassignments of these topics. In `ZooKeeper` mode only the controller lists them.
pub(crate) async fn read(
    cluster: &mut Cluster,
    topics: &[&str],
) -> Result<BTreeMap<String, OngoingReassignments>, Error> {
    if topics.is_empty() {
        return Ok(BTreeMap::new());
    }
    match read_at(cluster.main(), topics).await {
        Err(error) if error.is_not_controller() => {
            cluster.move_to_controller().await?;
            read_at(cluster.main(), topics).await
        }
        read => read,
    }
}

async fn read_at(
    main: &mut Connection,
    topics: &[&str],
) -> Result<BTreeMap<String, OngoingReassignments>, Error> {
    // Every reassignment is asked for, because a topic can be asked for only with the numbers of its partitions.
    let request = ListPartitionReassignmentsRequest::default().with_topics(None);
    let answer = main.call(request, TIMEOUT).await?;
    refused(answer.error_code, answer.error_message.as_ref(), main.peer(), || {
        Attempt::new("list the reassignments of partitions", "Describe on the cluster")
    })?;
    let mut existing = BTreeMap::new();
    for topic in answer.topics.into_iter().filter(|topic| topics.contains(&topic.name.0.as_str())) {
        let partitions = topic.partitions.into_iter().map(|partition| {
            let ids = |brokers: &[BrokerId]| -> Vec<i32> { brokers.iter().map(|broker| broker.0).collect() };
            let (replicas, removing) = (ids(&partition.replicas), ids(&partition.removing_replicas));
            let target = replicas.iter().copied().filter(|replica| !removing.contains(replica)).collect();
            (
                partition.partition_index,
                Reassignment { replicas, adding: ids(&partition.adding_replicas), target },
            )
        });
        existing.insert(topic.name.0.to_string(), partitions.collect());
    }
    Ok(existing)
}
