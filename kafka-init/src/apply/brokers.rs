//! Other dynamic configs for all brokers: the declared keys alone, all others stay as they are.

use std::borrow::Cow;

use kafka_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use super::alter;
use super::mutation::{Mode, Mutation, Outcomes};
use crate::change::AlterBrokerConfig;
use crate::error::Attempt;
use crate::wire::BROKER;

impl Mutation for AlterBrokerConfig {
    type Call = IncrementalAlterConfigsRequest;

    /// Kafka's name for what holds for every broker.
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn records(&self) -> usize {
        self.config.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            action: "alter the configs of all brokers".to_owned(),
            permission: "AlterConfigs on the cluster".to_owned(),
            waits: &[],
            races: &[],
        }
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Call {
        let resource = |alteration: &Self| {
            AlterConfigsResource::default()
                .with_resource_type(BROKER)
                .with_configs(alter::configs(&alteration.config))
        };
        IncrementalAlterConfigsRequest::default()
            .with_resources(batch.map(resource).collect())
            .with_validate_only(mode.is_validate_only())
    }

    fn outcomes<'c>(answer: IncrementalAlterConfigsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        alter::outcomes(answer)
    }
}
