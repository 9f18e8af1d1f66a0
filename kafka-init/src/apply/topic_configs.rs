//! `IncrementalAlterConfigs` for topics: it changes the declared keys, and all others stay as they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use init_core::diff::Drift;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::Error;
use crate::change::AlterTopicConfig;
use crate::desired::Value;
use crate::error::{Attempt, Peer};
use crate::wire::TOPIC;

const SET: i8 = 0;
/// The operation that removes a value, so that the default applies.
const DELETE: i8 = 1;

impl Mutation for AlterTopicConfig {
    type Request = IncrementalAlterConfigsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn records(&self) -> usize {
        self.config.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(
            format!("alter the configs of topic {}", self.name),
            format!("AlterConfigs on topic {}", self.name),
        )
        .concurrent_change_on(&[ResponseError::UnknownTopicOrPartition])
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        request(batch.map(resource), mode)
    }

    fn outcomes<'c>(answer: IncrementalAlterConfigsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        outcomes(answer)
    }

    /// Refuses a config that the broker accepts but does not describe, because its value could never be verified.
    /// Kafka itself refuses such a name.
    fn check_outcome(&self, _: &Outcome, peer: &Peer) -> Result<(), Error> {
        let unlisted = self.unlisted.first();
        unlisted.map_or(Ok(()), |name| Err(unlisted_config(peer, &format!("topic {}", self.name), name)))
    }
}

pub(super) fn unlisted_config(peer: &Peer, resource: &str, name: &str) -> Error {
    Error::ConfigNotDescribed { peer: peer.clone(), resource: resource.to_owned(), name: name.to_owned() }
}

/// The request that alters these resources, or only has the controller judge it.
pub(super) fn request(
    resources: impl Iterator<Item = AlterConfigsResource>,
    mode: Mode,
) -> IncrementalAlterConfigsRequest {
    IncrementalAlterConfigsRequest::default()
        .with_resources(resources.collect())
        .with_validate_only(mode.is_validate_only())
}

pub(super) fn outcomes(answer: IncrementalAlterConfigsResponse) -> Outcomes {
    let each = answer.responses.into_iter().map(|resource| Outcome {
        name: resource.resource_name,
        code: resource.error_code,
        message: resource.error_message,
        topic: None,
    });
    Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
}

fn resource(alteration: &AlterTopicConfig) -> AlterConfigsResource {
    AlterConfigsResource::default()
        .with_resource_type(TOPIC)
        .with_resource_name(StrBytes::from_string(alteration.name.clone()))
        .with_configs(configs(&alteration.config))
}

pub(super) fn configs(config: &BTreeMap<String, Drift<Value>>) -> Vec<AlterableConfig> {
    let altered = |(key, drift): (&String, &Drift<Value>)| {
        AlterableConfig::default()
            .with_name(StrBytes::from_string(key.clone()))
            .with_config_operation(if drift.to == Value::Unset { DELETE } else { SET })
            .with_value(drift.to.text().map(|text| StrBytes::from_string(text.to_owned())))
    };
    config.iter().map(altered).collect()
}
