//! `CreateTopics`: creates topics.

use std::borrow::Cow;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use kafka_protocol::messages::{BrokerId, CreateTopicsRequest, CreateTopicsResponse, TopicName};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{CreatedTopic, Mode, Mutation, Outcome, Outcomes, TIMEOUT_MS};
use super::topic_configs::unlisted_config;
use crate::Error;
use crate::change::{BROKER_DEFAULT, CreateTopic};
use crate::error::{Attempt, Peer};

/// The number of partitions that is assumed for a topic whose partitions the broker decides on. It is generous, so
/// that a batch of such topics stays below the server's limit with any usual default.
const PRESUMED_PARTITIONS: usize = 20;

const TOO_FEW_BROKERS_CODES: &[ResponseError] = &[ResponseError::InvalidReplicationFactor];

impl Mutation for CreateTopic {
    type Request = CreateTopicsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn records(&self) -> usize {
        1 + self.config.len() + usize::try_from(self.partitions).unwrap_or(PRESUMED_PARTITIONS)
    }

    fn attempt(&self) -> Attempt {
        // No broker tells its default replication factor before a run, so the brokers that it needs were not
        // waited for. They may be about to register.
        let not_ready_codes =
            if self.replication_factor == BROKER_DEFAULT { TOO_FEW_BROKERS_CODES } else { &[] };
        Attempt::new(
            format!("create topic {}", self.name),
            format!("Create on topic {} or on the cluster", self.name),
        )
        .not_ready_on(not_ready_codes)
        .concurrent_change_on(&[ResponseError::TopicAlreadyExists])
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        CreateTopicsRequest::default()
            .with_topics(batch.map(creatable).collect())
            .with_timeout_ms(TIMEOUT_MS)
            .with_validate_only(mode.is_validate_only())
    }

    fn outcomes<'c>(answer: CreateTopicsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        let each = answer.topics.into_iter().map(|topic| {
            let configs = topic.configs.unwrap_or_default().into_iter().map(|config| config.name);
            let created =
                CreatedTopic { replication_factor: topic.replication_factor, configs: configs.collect() };
            Outcome {
                name: topic.name.0,
                code: topic.error_code,
                message: topic.error_message,
                topic: Some(created),
            }
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }

    fn check_outcome(&self, outcome: &Outcome, peer: &Peer) -> Result<(), Error> {
        let Some(created) = &outcome.topic else { return Ok(()) };
        let copies = i64::from(created.replication_factor);
        if let Some(required) = self.min_insync.filter(|required| copies >= 1 && *required > copies) {
            return Err(Error::FewerReplicasThanMinInsync {
                peer: peer.clone(),
                topic: self.name.clone(),
                required,
                copies,
            });
        }
        let is_listed = |key: &str| created.configs.iter().any(|listed| listed.as_str() == key);
        let unlisted = self.config.keys().find(|key| !created.configs.is_empty() && !is_listed(key));
        unlisted.map_or(Ok(()), |name| Err(unlisted_config(peer, &format!("topic {}", self.name), name)))
    }
}

fn creatable(topic: &CreateTopic) -> CreatableTopic {
    let config = |(key, value): (&String, &String)| {
        CreatableTopicConfig::default()
            .with_name(StrBytes::from_string(key.clone()))
            .with_value(Some(StrBytes::from_string(value.clone())))
    };
    let assigned = |(index, brokers): (i32, &Vec<i32>)| {
        CreatableReplicaAssignment::default()
            .with_partition_index(index)
            .with_broker_ids(brokers.iter().copied().map(BrokerId).collect())
    };
    let assignment = topic.assignment.as_deref().unwrap_or_default();
    // With an assignment, Kafka requires both counts to be -1.
    let is_assigned = !assignment.is_empty();
    CreatableTopic::default()
        .with_name(TopicName(StrBytes::from_string(topic.name.clone())))
        .with_num_partitions(if is_assigned { BROKER_DEFAULT.into() } else { topic.partitions })
        .with_replication_factor(if is_assigned { BROKER_DEFAULT } else { topic.replication_factor })
        .with_assignments((0..).zip(assignment).map(assigned).collect())
        .with_configs(topic.config.iter().map(config).collect())
}
