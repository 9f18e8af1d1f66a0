//! Topics by name, from the broker's own copy of the metadata.

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

/// An answer for so many topics with a dozen partitions each stays around half a megabyte.
const BATCH: usize = 1_000;
const LIMIT: Duration = Duration::from_secs(10);

/// Hands over every one of the topics that exists, and says which brokers lead their partitions.
pub(super) async fn topics(
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
            match refused(topic.error_code, None, &peer, || attempt(&name)) {
                Ok(()) => {
                    leaders.extend(topic.partitions.iter().map(|partition| partition.leader_id.0));
                    each(name, observed(&topic));
                }
                Err(error) => failure = Err(error),
            }
        }
    };
    by_name(connection, names, read).await?;
    failure.map(|()| leaders)
}

/// Every topic, and whether it is Kafka's own.
pub(crate) async fn every(
    connection: &mut Connection,
) -> Result<BTreeMap<String, (ObservedTopic, bool)>, Error> {
    let request = MetadataRequest::default().with_topics(None).with_allow_auto_topic_creation(false);
    let peer = connection.peer().clone();
    let answer = connection.call(request, LIMIT).await?;
    let mut topics = BTreeMap::new();
    for topic in &answer.topics {
        let name = topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
        refused(topic.error_code, None, &peer, || attempt(&name))?;
        topics.insert(name, (observed(topic), topic.is_internal));
    }
    Ok(topics)
}

/// What the account that connects may do with each of the topics that exists.
pub(super) async fn operations(
    connection: &mut Connection,
    names: &[&str],
) -> Result<BTreeMap<String, Operations>, Error> {
    let mut operations = BTreeMap::new();
    let mut note = |topics: Vec<MetadataResponseTopic>| {
        for topic in topics.into_iter().filter(|topic| topic.error_code == 0) {
            let name = topic.name.as_ref().map(|name| name.to_string()).unwrap_or_default();
            if names.contains(&name.as_str()) {
                operations.insert(name, Operations(topic.topic_authorized_operations));
            }
        }
    };
    ask(connection, names, true, |_, topics| note(topics)).await?;
    Ok(operations)
}

/// The raw answers for the named topics.
pub(crate) async fn by_name(
    connection: &mut Connection,
    names: &[&str],
    each: impl FnMut(usize, Vec<MetadataResponseTopic>),
) -> Result<(), Error> {
    ask(connection, names, false, each).await
}

async fn ask(
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
    connection.pipeline(requests, LIMIT, |index, answer| each(index, answer.topics)).await
}

fn attempt(name: &str) -> Attempt {
    Attempt {
        action: format!("describe topic {name}"),
        permission: format!("Describe on topic {name}"),
        waits: &[],
        races: &[],
    }
}

/// The fewest copies that a partition of the topic has, and the most.
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
        config: BTreeMap::new(),
        assignment: topic.partitions.iter().map(assignment).collect(),
    }
}

fn assignment(partition: &MetadataResponsePartition) -> (i32, Assignment) {
    let assignment = Assignment {
        replicas: partition.replica_nodes.iter().map(|broker| broker.0).collect(),
        in_sync: partition.isr_nodes.iter().map(|broker| broker.0).collect(),
        target: None,
    };
    (partition.partition_index, assignment)
}
