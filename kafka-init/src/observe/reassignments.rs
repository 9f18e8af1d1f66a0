//! The partitions that are being moved to other brokers.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::messages::{BrokerId, ListPartitionReassignmentsRequest};

use crate::Error;
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const LIMIT: Duration = Duration::from_secs(10);

/// One partition that is being moved.
pub(crate) struct Reassignment {
    /// All brokers that have a copy or get one.
    pub(crate) replicas: Vec<i32>,
    /// Those that get one.
    pub(crate) adding: Vec<i32>,
    /// Those that have one when it is done.
    pub(crate) target: Vec<i32>,
}

/// By partition.
pub(crate) type UnderWay = BTreeMap<i32, Reassignment>;

/// What is under way of these topics.
pub(crate) async fn read(
    main: &mut Connection,
    topics: &[&str],
) -> Result<BTreeMap<String, UnderWay>, Error> {
    if topics.is_empty() {
        return Ok(BTreeMap::new());
    }
    // All that is under way: a topic can only be asked for with the numbers of its partitions.
    let request = ListPartitionReassignmentsRequest::default().with_topics(None);
    let answer = main.call(request, LIMIT).await?;
    refused(answer.error_code, answer.error_message.as_ref(), main.peer(), || Attempt {
        action: "list the reassignments of partitions".to_owned(),
        permission: "Describe on the cluster".to_owned(),
        waits: &[],
        races: &[],
    })?;
    let mut there = BTreeMap::new();
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
        there.insert(topic.name.0.to_string(), partitions.collect());
    }
    Ok(there)
}
