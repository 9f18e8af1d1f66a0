//! Reads the declared configs of existing topics and of all brokers, with the values that are in effect.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use kafka_protocol::messages::{DescribeConfigsRequest, DescribeConfigsResponse};
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::desired::{ConfigType, Desired, Topic, Value};
use crate::error::Peer;
use crate::error::{Attempt, refused};
use crate::observed::{ObservedTopic, Setting};
use crate::wire::{BROKER, Connection, TOPIC};

/// The config source `DYNAMIC_TOPIC_CONFIG`, as `DescribeConfigs` numbers it.
const DYNAMIC_TOPIC_CONFIG: i8 = 1;
/// The config source `DYNAMIC_DEFAULT_BROKER_CONFIG`.
const DYNAMIC_DEFAULT_BROKER_CONFIG: i8 = 3;
/// The most topics of one request for declared configs.
const BATCH: usize = 1_000;
/// The most topics of one request for all configs; the response has about a megabyte.
const ALL_CONFIGS_BATCH: usize = 500;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Adds the declared configs to `topics`. A topic that was deleted meanwhile is removed from them.
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
        .pipeline(requests, TIMEOUT, |_, answer| {
            for result in answer.results {
                if let Err(error) = record(result, &peer, desired, topics) {
                    failure = Err(error);
                }
            }
        })
        .await?;
    failure
}

/// Reads every config that is set on these topics.
pub(crate) async fn read_every(
    connection: &mut Connection,
    topics: &[String],
) -> Result<BTreeMap<String, BTreeMap<String, Setting>>, Error> {
    let requests = topics.chunks(ALL_CONFIGS_BATCH).map(|chunk| {
        let of = |name: &String| {
            let resource =
                DescribeConfigsResource::default().with_resource_type(TOPIC).with_configuration_keys(None);
            resource.with_resource_name(StrBytes::from_string(name.clone()))
        };
        DescribeConfigsRequest::default().with_resources(chunk.iter().map(of).collect())
    });
    let peer = connection.peer().clone();
    let (mut existing, mut failure) = (BTreeMap::new(), Ok(()));
    let record = |_, answer: DescribeConfigsResponse| {
        for result in answer.results {
            let name = result.resource_name.to_string();
            if result.error_code == ResponseError::UnknownTopicOrPartition.code() {
                continue;
            }
            let message = result.error_message.as_ref();
            match refused(result.error_code, message, &peer, || describe_attempt(&name)) {
                // Most of the response are defaults, which are dropped here.
                Ok(()) => {
                    let own = result
                        .configs
                        .into_iter()
                        .filter(|config| config.config_source == DYNAMIC_TOPIC_CONFIG);
                    existing.insert(name, own.map(|config| setting(config, DYNAMIC_TOPIC_CONFIG)).collect());
                }
                Err(error) => failure = Err(error),
            }
        }
    };
    connection.pipeline(requests, TIMEOUT, record).await?;
    failure.map(|()| existing)
}

/// Reads every cluster-wide dynamic broker config.
pub(crate) async fn read_every_broker_default(
    connection: &mut Connection,
) -> Result<BTreeMap<String, Setting>, Error> {
    let all = DescribeConfigsResource::default().with_resource_type(BROKER).with_configuration_keys(None);
    let request = DescribeConfigsRequest::default().with_resources(vec![all]);
    describe_broker_defaults(connection, request, |_| true).await
}

/// Reads the declared cluster-wide dynamic broker configs.
pub(super) async fn read_broker_defaults(
    connection: &mut Connection,
    declared: &BTreeMap<String, Value>,
) -> Result<BTreeMap<String, Setting>, Error> {
    let request =
        DescribeConfigsRequest::default().with_resources(vec![resource_with_keys(BROKER, declared.keys())]);
    describe_broker_defaults(connection, request, |key| declared.contains_key(key)).await
}

async fn describe_broker_defaults(
    connection: &mut Connection,
    request: DescribeConfigsRequest,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Setting>, Error> {
    let answer = connection.call(request, TIMEOUT).await?;
    let mut settings = BTreeMap::new();
    for result in answer.results {
        refused(result.error_code, result.error_message.as_ref(), connection.peer(), || {
            Attempt::new("describe the configs of all brokers", "DescribeConfigs on the cluster")
        })?;
        let asked = result.configs.into_iter().filter(|config| is_wanted(config.name.as_str()));
        settings.extend(asked.map(|config| setting(config, DYNAMIC_DEFAULT_BROKER_CONFIG)));
    }
    Ok(settings)
}

/// Reads these configs of topics, or of all brokers where there is no name, as one broker shows them.
pub(crate) async fn read_at_broker(
    broker: &mut Connection,
    resources: &[(Option<&str>, Vec<&String>)],
) -> Result<BTreeMap<Option<String>, BTreeMap<String, Setting>>, Error> {
    let requests = resources.chunks(BATCH).map(|batch| {
        let resource_of = |(topic, keys): &(Option<&str>, Vec<&String>)| match topic {
            Some(name) => resource_with_keys(TOPIC, keys.iter().copied())
                .with_resource_name(StrBytes::from_string((*name).to_owned())),
            None => resource_with_keys(BROKER, keys.iter().copied()),
        };
        DescribeConfigsRequest::default().with_resources(batch.iter().map(resource_of).collect())
    });
    let mut existing = BTreeMap::new();
    let record = |_, answer: DescribeConfigsResponse| {
        // A resource with an error counts as not visible yet; the verification reports the error.
        for result in answer.results.into_iter().filter(|result| result.error_code == 0) {
            let topic = (result.resource_type == TOPIC).then(|| result.resource_name.to_string());
            let own_source =
                if topic.is_some() { DYNAMIC_TOPIC_CONFIG } else { DYNAMIC_DEFAULT_BROKER_CONFIG };
            existing.insert(
                topic,
                result.configs.into_iter().map(|config| setting(config, own_source)).collect(),
            );
        }
    };
    broker.pipeline(requests, TIMEOUT, record).await?;
    Ok(existing)
}

fn resource_with_keys<'k>(kind: i8, keys: impl Iterator<Item = &'k String>) -> DescribeConfigsResource {
    let keys = keys.map(|key| StrBytes::from_string(key.clone())).collect();
    DescribeConfigsResource::default().with_resource_type(kind).with_configuration_keys(Some(keys))
}

/// Asks only for the declared keys; all other configs would be most of the response.
fn resource(name: &str, topic: &Topic) -> DescribeConfigsResource {
    resource_with_keys(TOPIC, topic.config.keys()).with_resource_name(StrBytes::from_string(name.to_owned()))
}

fn record(
    result: DescribeConfigsResult,
    peer: &Peer,
    desired: &Desired,
    topics: &mut BTreeMap<String, ObservedTopic>,
) -> Result<(), Error> {
    let name = result.resource_name.as_str();
    if result.error_code == ResponseError::UnknownTopicOrPartition.code() {
        topics.remove(name);
        return Ok(());
    }
    refused(result.error_code, result.error_message.as_ref(), peer, || describe_attempt(name))?;
    if let (Some(topic), Some(declared)) = (topics.get_mut(name), desired.topics.get(name)) {
        let asked =
            result.configs.into_iter().filter(|config| declared.config.contains_key(config.name.as_str()));
        topic.config = asked.map(|config| setting(config, DYNAMIC_TOPIC_CONFIG)).collect();
    }
    Ok(())
}

fn describe_attempt(name: &str) -> Attempt {
    Attempt::new(format!("describe the configs of topic {name}"), format!("DescribeConfigs on topic {name}"))
}

/// The name and the setting; `own_source` is the config source of a value that is set on the resource itself.
pub(super) fn setting(config: DescribeConfigsResourceResult, own_source: i8) -> (String, Setting) {
    let setting = Setting {
        value: config.value.map(|value| value.to_string()),
        kind: ConfigType::from_number(config.config_type),
        sensitive: config.is_sensitive,
        is_own: config.config_source == own_source,
    };
    (config.name.to_string(), setting)
}
