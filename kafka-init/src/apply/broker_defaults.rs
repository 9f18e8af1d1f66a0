//! `IncrementalAlterConfigs` for the cluster-wide default of all brokers: it changes the declared keys, and all
//! others stay as they are.

use std::borrow::Cow;

use kafka_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use super::mutation::{Mode, Mutation, Outcomes};
use super::topic_configs;
use crate::change::AlterBrokerConfig;
use crate::error::Attempt;
use crate::wire::BROKER;

impl Mutation for AlterBrokerConfig {
    type Request = IncrementalAlterConfigsRequest;

    /// The empty name stands for the cluster-wide default of all brokers.
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn records(&self) -> usize {
        self.config.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt::new("alter the configs of all brokers", "AlterConfigs on the cluster")
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        let resource = |alteration: &Self| {
            AlterConfigsResource::default()
                .with_resource_type(BROKER)
                .with_configs(topic_configs::configs(&alteration.config))
        };
        topic_configs::request(batch.map(resource), mode)
    }

    fn outcomes<'c>(answer: IncrementalAlterConfigsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        topic_configs::outcomes(answer)
    }
}
