//! How many bytes of the partitions that are being moved have arrived, as the brokers' log directories show it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use kafka_protocol::messages::{DescribeLogDirsRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::observe::UnderWay;
use crate::wire::{Cluster, Connection};

const LIMIT: Duration = Duration::from_secs(5);

/// The size of each copy: by topic, partition and broker.
type Sizes = BTreeMap<(String, i32, i32), i64>;

/// As part of a sentence. Whoever may not see the log directories gets none.
pub(super) async fn bytes(cluster: &mut Cluster, moves: &BTreeMap<String, UnderWay>) -> String {
    let sizes = Mutex::new(Sizes::new());
    let ask = async |broker: &mut Connection| {
        let Some(id) = broker.peer().id else { return Ok(()) };
        let topic = |(name, partitions): (&String, &UnderWay)| {
            DescribableLogDirTopic::default()
                .with_topic(TopicName(StrBytes::from_string(name.clone())))
                .with_partitions(partitions.keys().copied().collect())
        };
        let request = DescribeLogDirsRequest::default().with_topics(Some(moves.iter().map(topic).collect()));
        let answer = broker.call(request, LIMIT).await?;
        let mut sizes = sizes.lock().unwrap_or_else(PoisonError::into_inner);
        for topic in answer.results.iter().flat_map(|directory| &directory.topics) {
            for partition in &topic.partitions {
                let copy = (topic.name.0.to_string(), partition.partition_index, id);
                sizes.insert(copy, partition.partition_size);
            }
        }
        Ok(())
    };
    // One that does not answer is told of by the next reading of what is under way.
    if cluster.at_every_broker(ask).await.is_err() {
        return String::new();
    }
    let sizes = sizes.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut done, mut all) = (0, 0);
    for (topic, partitions) in moves {
        for (index, reassignment) in partitions {
            let size =
                |broker: &i32| sizes.get(&(topic.clone(), *index, *broker)).copied().unwrap_or_default();
            let whole = reassignment.replicas.iter().map(size).max().unwrap_or_default();
            all += whole * i64::try_from(reassignment.adding.len()).unwrap_or_default();
            done += reassignment.adding.iter().map(|broker| size(broker).min(whole)).sum::<i64>();
        }
    }
    format!(", {done} of {all} bytes")
}
