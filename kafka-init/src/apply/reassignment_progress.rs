//! Measures the progress of reassignments in bytes, from the brokers' log directories.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use kafka_protocol::messages::{DescribeLogDirsRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::observe::OngoingReassignments;
use crate::wire::{Cluster, Connection};

const TIMEOUT: Duration = Duration::from_secs(5);

/// The size of each replica, by topic, partition and broker.
type Sizes = BTreeMap<(String, i32, i32), i64>;

/// The progress as part of a sentence. It is empty where the account may not describe the log directories.
pub(super) async fn progress(
    cluster: &mut Cluster,
    moves: &BTreeMap<String, OngoingReassignments>,
) -> String {
    let sizes = Mutex::new(Sizes::new());
    let ask = async |broker: &mut Connection| {
        let Some(id) = broker.peer().id else { return Ok(()) };
        let topic = |(name, partitions): (&String, &OngoingReassignments)| {
            DescribableLogDirTopic::default()
                .with_topic(TopicName(StrBytes::from_string(name.clone())))
                .with_partitions(partitions.keys().copied().collect())
        };
        let request = DescribeLogDirsRequest::default().with_topics(Some(moves.iter().map(topic).collect()));
        let answer = broker.call(request, TIMEOUT).await?;
        let mut sizes = sizes.lock().unwrap_or_else(PoisonError::into_inner);
        for topic in answer.results.iter().flat_map(|directory| &directory.topics) {
            for partition in &topic.partitions {
                let copy = (topic.name.0.to_string(), partition.partition_index, id);
                sizes.insert(copy, partition.partition_size);
            }
        }
        Ok(())
    };
    // A broker that does not answer is reported when the reassignments are next listed.
    if cluster.at_every_broker(ask).await.is_err() {
        return String::new();
    }
    let sizes = sizes.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut done, mut all) = (0, 0);
    for (topic, partitions) in moves {
        for (index, reassignment) in partitions {
            let size =
                |broker: &i32| sizes.get(&(topic.clone(), *index, *broker)).copied().unwrap_or_default();
            let largest = reassignment.replicas.iter().map(size).max().unwrap_or_default();
            all += largest * i64::try_from(reassignment.adding.len()).unwrap_or_default();
            done += reassignment.adding.iter().map(|broker| size(broker).min(largest)).sum::<i64>();
        }
    }
    format!(", {done} of {all} bytes")
}
