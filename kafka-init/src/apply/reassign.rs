//! Reassigns partitions: `AlterPartitionReassignments` starts it for a batch of topics, and then the run waits for
//! it.
//!
//! An ongoing reassignment is never replaced by another one, whoever started it, because Kafka would cancel it. One
//! to another number of replicas is waited for, and the topic is planned again.

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
use super::{elect_leaders, reassignment_progress};
use crate::Error;
use crate::change::{Change, ReassignPartitions};
use crate::error::Attempt;
use crate::observe::reassignments;
use crate::wire::Cluster;

const PAUSE: Duration = Duration::from_millis(250);

impl Mutation for ReassignPartitions {
    type Request = AlterPartitionReassignmentsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn records(&self) -> usize {
        self.moves.len()
    }

    fn attempt(&self) -> Attempt {
        // A broker or the topic has gone since the plan was made.
        Attempt::new(
            format!("reassign the partitions of topic {}", self.name),
            "Alter on the cluster".to_owned(),
        )
        .concurrent_change_on(&[
            ResponseError::InvalidReplicaAssignment,
            ResponseError::UnknownTopicOrPartition,
        ])
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, _: Mode) -> Self::Request {
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

/// Waits until the reassignments of these topics are complete, and then elects the preferred leaders. A lost
/// connection ends the wait with an error; the next attempt reads the ongoing reassignments and waits for them again.
pub(super) async fn await_completion(
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
    let started: Vec<&ReassignPartitions> =
        (0..stage.len()).filter(is_done).filter_map(reassignment).collect();
    if started.is_empty() {
        return results;
    }
    let done = match await_reassignments(cluster, &started, progress).await {
        Ok(()) => elect_leaders::elect_preferred_leaders(cluster.main(), &started).await,
        Err(error) => Err(error),
    };
    let ended = results.into_iter().enumerate().map(|(position, result)| {
        result?;
        match (&done, reassignment(position)) {
            (Err(error), Some(_)) => Err(error.clone()),
            (Ok(()), Some(change)) if !change.of_other_clients.is_empty() => {
                Err(Error::ConcurrentReassignment { topic: change.name.clone() })
            }
            (Ok(()) | Err(_), _) => Ok(()),
        }
    });
    ended.collect()
}

async fn await_reassignments(
    cluster: &mut Cluster,
    started: &[&ReassignPartitions],
    progress: &Progress,
) -> Result<(), Error> {
    let topics: BTreeSet<&str> = started.iter().map(|change| change.name.as_str()).collect();
    loop {
        let ongoing = reassignments(cluster, &topics.iter().copied().collect::<Vec<_>>()).await?;
        let partitions: usize = ongoing.values().map(BTreeMap::len).sum();
        if partitions == 0 {
            return Ok(());
        }
        let progress_text = reassignment_progress::progress(cluster, &ongoing).await;
        progress.waiting_for(format!("{partitions} partitions to be copied{progress_text}"));
        sleep(PAUSE).await;
    }
}
