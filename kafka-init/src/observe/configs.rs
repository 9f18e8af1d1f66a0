//! The declared configs of topics that exist, as they are in effect.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use kafka_protocol::protocol::StrBytes;

use super::{ObservedTopic, Setting};
use crate::Error;
use crate::config::ConfigType;
use crate::error::{Attempt, refused};
use crate::spec::{Desired, Topic};
use crate::wire::{BROKER, Connection, Peer, TOPIC};

const BATCH: usize = 1_000;
const LIMIT: Duration = Duration::from_secs(10);

/// Fills in the configs of `topics`. A topic that is gone by now is taken out.
pub(super) async fn read(
    connection: &mut Connection,
    desired: &Desired,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<(), Error> {
    let asked: Vec<(&String, &Topic)> = desired
        .topics
        .iter()
        .filter(|(name, topic)| !topic.config.is_empty() && topics.contains_key(*name))
        .collect();
    let requests = asked.chunks(BATCH).map(|batch| {
        DescribeConfigsRequest::default()
            .with_resources(batch.iter().map(|(name, topic)| resource(name, topic)).collect())
    });
    let peer = connection.peer().clone();
    let mut failure = Ok(());
    connection
        .pipeline(requests, LIMIT, |_, answer| {
            for result in answer.results {
                if let Err(error) = note(result, &peer, topics) {
                    failure = Err(error);
                }
            }
        })
        .await?;
    failure
}

/// The declared keys, as far as they are set for all brokers.
pub(super) async fn of_brokers(
    connection: &mut Connection,
    declared: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Setting>, Error> {
    let keys = declared.keys().map(|key| StrBytes::from_string(key.clone())).collect();
    let all =
        DescribeConfigsResource::default().with_resource_type(BROKER).with_configuration_keys(Some(keys));
    let request = DescribeConfigsRequest::default().with_resources(vec![all]);
    let answer = connection.call(request, LIMIT).await?;
    let mut settings = BTreeMap::new();
    for result in answer.results {
        refused(result.error_code, result.error_message.as_ref(), connection.peer(), || Attempt {
            action: "describe the configs of all brokers".to_owned(),
            permission: "DescribeConfigs on the cluster".to_owned(),
            races: &[],
        })?;
        settings.extend(result.configs.into_iter().map(setting));
    }
    Ok(settings)
}

/// Only the declared keys: all others are nobody's business, and would be the bulk of the answer.
fn resource(name: &str, topic: &Topic) -> DescribeConfigsResource {
    let keys = topic.config.keys().map(|key| StrBytes::from_string(key.clone())).collect();
    DescribeConfigsResource::default()
        .with_resource_type(TOPIC)
        .with_resource_name(StrBytes::from_string(name.to_owned()))
        .with_configuration_keys(Some(keys))
}

fn note(
    result: DescribeConfigsResult,
    peer: &Peer,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<(), Error> {
    let name = result.resource_name.as_str();
    if result.error_code == ResponseError::UnknownTopicOrPartition.code() {
        topics.remove(name);
        return Ok(());
    }
    refused(result.error_code, result.error_message.as_ref(), peer, || Attempt {
        action: format!("describe the configs of topic {name}"),
        permission: format!("DescribeConfigs on topic {name}"),
        races: &[],
    })?;
    if let Some(topic) = topics.get_mut(name) {
        topic.config = result.configs.into_iter().map(setting).collect();
    }
    Ok(())
}

fn setting(config: DescribeConfigsResourceResult) -> (String, Setting) {
    let setting = Setting {
        value: config.value.map(|value| value.to_string()),
        kind: ConfigType::of(config.config_type),
        sensitive: config.is_sensitive,
    };
    (config.name.to_string(), setting)
}
