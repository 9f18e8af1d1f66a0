//! Moves the copies of partitions: begun by one request for each topic, then waited for.
//!
//! A reassignment that is under way is never replaced by another one, whoever has begun it: Kafka would cancel it. That of
//! another target is waited for, and then planned again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use init_core::Progress;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafka_protocol::messages::alter_partition_reassignments_response::ReassignableTopicResponse;
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, BrokerId, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use tokio::time::sleep;

use super::by_request::ByRequest;
use super::mutation::{Mode, Mutation, Outcome, Outcomes, TIMEOUT_MS};
use super::{copied, elect};
use crate::Error;
use crate::change::{Change, ReassignPartitions};
use crate::error::Attempt;
use crate::observe::reassignments;
use crate::wire::Cluster;

const PAUSE: Duration = Duration::from_millis(250);

impl Mutation for ReassignPartitions {
    type Call = AlterPartitionReassignmentsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn records(&self) -> usize {
        self.moves.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            action: format!("reassign the partitions of topic {}", self.name),
            permission: "Alter on the cluster".to_owned(),
            waits: &[],
            // A broker has gone, or the topic, since it was planned.
            races: &[ResponseError::InvalidReplicaAssignment, ResponseError::UnknownTopicOrPartition],
        }
    }

    /// Kafka has no `validate_only` for this request: only `apply` sends it.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, _: Mode) -> Self::Call {
        AlterPartitionReassignmentsRequest::default()
            .with_topics(batch.map(topic).collect())
            .with_timeout_ms(TIMEOUT_MS)
    }

    fn outcomes<'c>(
        answer: AlterPartitionReassignmentsResponse,
        batch: impl Iterator<Item = &'c Self>,
    ) -> Outcomes {
        let of_all = (answer.error_code, answer.error_message);
        let mut by_name: BTreeMap<String, _> =
            answer.responses.into_iter().map(|topic| (topic.name.0.to_string(), topic)).collect();
        let each = batch.map(|change| {
            let own = by_name.remove(&change.name).map(first_refusal).unwrap_or_default();
            let (code, message) = if of_all.0 == 0 { own } else { of_all.clone() };
            Outcome { name: StrBytes::from_string(change.name.clone()), code, message, topic: None }
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}

fn topic(change: &ReassignPartitions) -> ReassignableTopic {
    let partition = |(index, replicas): (&i32, &Vec<i32>)| {
        ReassignablePartition::default()
            .with_partition_index(*index)
            .with_replicas(Some(replicas.iter().copied().map(BrokerId).collect()))
    };
    ReassignableTopic::default()
        .with_name(TopicName(StrBytes::from_string(change.name.clone())))
        .with_partitions(change.moves.iter().map(partition).collect())
}

fn first_refusal(topic: ReassignableTopicResponse) -> (i16, Option<StrBytes>) {
    let refused = topic.partitions.into_iter().find(|partition| partition.error_code != 0);
    refused.map(|partition| (partition.error_code, partition.error_message)).unwrap_or_default()
}

/// Waits until nothing of these topics is being moved any more, and gives the leaders back to their brokers. A connection
/// that is lost meanwhile ends it: what is under way is read again, and waited for again.
pub(super) async fn await_done(
    cluster: &mut Cluster,
    stage: &[Change],
    results: Vec<Result<(), Error>>,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let reassignment = |position: usize| {
        let change = stage.get(position..=position).map(ByRequest::of)?;
        change.reassignments.first().map(|(_, reassignment)| *reassignment)
    };
    let is_done = |position: &usize| results.get(*position).is_some_and(Result::is_ok);
    let begun: Vec<&ReassignPartitions> = (0..stage.len()).filter(is_done).filter_map(reassignment).collect();
    if begun.is_empty() {
        return results;
    }
    let done = match wait(cluster, &begun, progress).await {
        Ok(()) => elect::preferred(cluster.main(), &begun).await,
        Err(error) => Err(error),
    };
    let ended = results.into_iter().enumerate().map(|(position, result)| {
        result?;
        match (&done, reassignment(position)) {
            (Err(error), Some(_)) => Err(error.clone()),
            (Ok(()), Some(change)) if !change.of_others.is_empty() => {
                Err(Error::Reassigned { topic: change.name.clone() })
            }
            (Ok(()) | Err(_), _) => Ok(()),
        }
    });
    ended.collect()
}

async fn wait(
    cluster: &mut Cluster,
    begun: &[&ReassignPartitions],
    progress: &Progress,
) -> Result<(), Error> {
    let topics: BTreeSet<&str> = begun.iter().map(|change| change.name.as_str()).collect();
    loop {
        let under_way = reassignments(cluster.main(), &topics.iter().copied().collect::<Vec<_>>()).await?;
        let partitions: usize = under_way.values().map(BTreeMap::len).sum();
        if partitions == 0 {
            return Ok(());
        }
        let bytes = copied::bytes(cluster, &under_way).await;
        progress.waiting_for(format!("{partitions} partitions to be copied{bytes}"));
        sleep(PAUSE).await;
    }
}
