//! Reads topics from the metadata of one broker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
use kafka_protocol::messages::{MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::error::{Attempt, refused};
use crate::observed::{Assignment, ObservedTopic, Operations};
use crate::wire::Connection;

/// The most topics of one request; with a dozen partitions each, the response has about half a megabyte.
const BATCH: usize = 1_000;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Passes each of these topics that exists to `each`, and returns the leaders of their partitions.
pub(super) async fn read_topics(
    connection: &mut Connection,
    names: &[&str],
    mut each: impl FnMut(String, ObservedTopic),
) -> Result<BTreeSet<i32>, Error> {
    let peer = connection.peer().clone();
    let (mut leaders, mut failure) = (BTreeSet::new(), Ok(()));
    let read = |_, topics: Vec<MetadataResponseTopic>| {
        for topic in topics {
            let name = topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
            if topic.error_code == ResponseError::UnknownTopicOrPartition.code() {
                continue;
            }
            match refused(topic.error_code, None, &peer, || describe_attempt(&name)) {
                Ok(()) => {
                    leaders.extend(topic.partitions.iter().map(|partition| partition.leader_id.0));
                    each(name, observed(&topic));
                }
                Err(error) => failure = Err(error),
            }
        }
    };
    read_by_name(connection, names, read).await?;
    failure.map(|()| leaders)
}

/// Reads every topic, and whether it is an internal topic of Kafka.
pub(crate) async fn read_every(
    connection: &mut Connection,
) -> Result<BTreeMap<String, (ObservedTopic, bool)>, Error> {
    let request = MetadataRequest::default().with_topics(None).with_allow_auto_topic_creation(false);
    let peer = connection.peer().clone();
    let answer = connection.call(request, TIMEOUT).await?;
    let mut topics = BTreeMap::new();
    for topic in &answer.topics {
        let name = topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
        refused(topic.error_code, None, &peer, || describe_attempt(&name))?;
        topics.insert(name, (observed(topic), topic.is_internal));
    }
    Ok(topics)
}

/// Reads the operations that the provisioning account may do on each of these topics that exists.
pub(super) async fn read_topic_operations(
    connection: &mut Connection,
    names: &[&str],
) -> Result<BTreeMap<String, Operations>, Error> {
    let mut operations = BTreeMap::new();
    let mut record = |topics: Vec<MetadataResponseTopic>| {
        for topic in topics.into_iter().filter(|topic| topic.error_code == 0) {
            let name = topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
            if names.contains(&name.as_str()) {
                operations.insert(name, Operations(topic.topic_authorized_operations));
            }
        }
    };
    request_metadata(connection, names, true, |_, topics| record(topics)).await?;
    Ok(operations)
}

/// Reads the metadata of these topics.
pub(crate) async fn read_by_name(
    connection: &mut Connection,
    names: &[&str],
    each: impl FnMut(usize, Vec<MetadataResponseTopic>),
) -> Result<(), Error> {
    request_metadata(connection, names, false, each).await
}

async fn request_metadata(
    connection: &mut Connection,
    names: &[&str],
    operations: bool,
    mut each: impl FnMut(usize, Vec<MetadataResponseTopic>),
) -> Result<(), Error> {
    let requests = names.chunks(BATCH).map(|names| {
        let topic = |name: &&str| {
            MetadataRequestTopic::default()
                .with_name(Some(TopicName(StrBytes::from_string((*name).to_owned()))))
        };
        MetadataRequest::default()
            .with_topics(Some(names.iter().map(topic).collect()))
            .with_allow_auto_topic_creation(false)
            .with_include_topic_authorized_operations(operations)
    });
    connection.pipeline(requests, TIMEOUT, |index, answer| each(index, answer.topics)).await
}

fn describe_attempt(name: &str) -> Attempt {
    Attempt::new(format!("describe topic {name}"), format!("Describe on topic {name}"))
}

/// The smallest and the largest number of replicas of the topic's partitions.
pub(super) fn copies(topic: &MetadataResponseTopic) -> (i16, i16) {
    let copies = |partition: &MetadataResponsePartition| {
        i16::try_from(partition.replica_nodes.len()).unwrap_or(i16::MAX)
    };
    let fewest = topic.partitions.iter().map(copies).min().unwrap_or_default();
    let most = topic.partitions.iter().map(copies).max().unwrap_or_default();
    (fewest, most)
}

fn observed(topic: &MetadataResponseTopic) -> ObservedTopic {
    ObservedTopic {
        partitions: i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX),
        copies: copies(topic),
        assignment: topic.partitions.iter().map(assignment).collect(),
        ..ObservedTopic::default()
    }
}

fn assignment(partition: &MetadataResponsePartition) -> (i32, Assignment) {
    let assignment = Assignment {
        replicas: partition.replica_nodes.iter().map(|broker| broker.0).collect(),
        in_sync: partition.isr_nodes.iter().map(|broker| broker.0).collect(),
        ..Assignment::default()
    };
    (partition.partition_index, assignment)
}
