//! `CreatePartitions`: adds partitions to existing topics.

use std::borrow::Cow;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use kafka_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse, TopicName};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes, TIMEOUT_MS};
use crate::change::CreatePartitions;
use crate::error::Attempt;

impl Mutation for CreatePartitions {
    type Request = CreatePartitionsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn records(&self) -> usize {
        usize::try_from(self.to.saturating_sub(self.from)).unwrap_or(1)
    }

    fn attempt(&self) -> Attempt {
        // The topic has its replicas somewhere, so their brokers are only away for now. The plan saw an existing topic with fewer partitions, so these codes mean that another client has
        // changed or deleted it since.
        Attempt::new(
            format!("add partitions to topic {}", self.name),
            format!("Alter on topic {}", self.name),
        )
        .not_ready_on(&[ResponseError::InvalidReplicationFactor])
        .concurrent_change_on(&[ResponseError::InvalidPartitions, ResponseError::UnknownTopicOrPartition])
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        let topic = |growth: &CreatePartitions| {
            CreatePartitionsTopic::default()
                .with_name(TopicName(StrBytes::from_string(growth.name.clone())))
                .with_count(growth.to)
                .with_assignments(None)
        };
        CreatePartitionsRequest::default()
            .with_topics(batch.map(topic).collect())
            .with_timeout_ms(TIMEOUT_MS)
            .with_validate_only(mode.is_validate_only())
    }

    fn outcomes<'c>(answer: CreatePartitionsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        let each = answer.results.into_iter().map(|topic| Outcome {
            name: topic.name.0,
            code: topic.error_code,
            message: topic.error_message,
            topic: None,
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}
