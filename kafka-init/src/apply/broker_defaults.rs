//! `IncrementalAlterConfigs` for the cluster-wide default of all brokers: it changes the declared keys, and all
//! others stay as they are.

use std::borrow::Cow;

use kafka_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use super::alteration::Alteration;
use super::mutation::{Mode, Mutation, Outcomes};
use super::topic_configs;
use crate::change::AlterBrokerConfig;
use crate::error::Attempt;
use crate::wire::BROKER;

impl Mutation for Alteration<'_, AlterBrokerConfig> {
    type Request = IncrementalAlterConfigsRequest;

    /// The empty name stands for the cluster-wide default of all brokers.
    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn records(&self) -> usize {
        self.configs.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt::new("alter the configs of all brokers", "AlterConfigs on the cluster")
    }

    fn request<'b>(batch: impl Iterator<Item = &'b Self>, mode: Mode) -> Self::Request
    where
        Self: 'b,
    {
        let resource = |alteration: &Self| {
            AlterConfigsResource::default()
                .with_resource_type(BROKER)
                .with_configs(alteration.configs.clone())
        };
        topic_configs::request(batch.map(resource), mode)
    }

    fn outcomes<'b>(answer: IncrementalAlterConfigsResponse, _: impl Iterator<Item = &'b Self>) -> Outcomes
    where
        Self: 'b,
    {
        topic_configs::outcomes(answer)
    }
}
