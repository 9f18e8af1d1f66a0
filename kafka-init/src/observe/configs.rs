//! The declared configs of topics that exist, as they are in effect.

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
use crate::desired::ConfigType;
use crate::desired::{Desired, Topic};
use crate::error::Peer;
use crate::error::{Attempt, refused};
use crate::observed::{ObservedTopic, Setting};
use crate::wire::{BROKER, Connection, TOPIC};

/// `DYNAMIC_TOPIC_CONFIG`, as `DescribeConfigs` numbers the sources of a value.
const OF_THE_TOPIC: i8 = 1;
/// `DYNAMIC_DEFAULT_BROKER_CONFIG`.
const OF_ALL_BROKERS: i8 = 3;
const BATCH: usize = 1_000;
/// Of so many topics with all of their configs, an answer stays around a megabyte.
const WHOLE: usize = 500;
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
                if let Err(error) = note(result, &peer, desired, topics) {
                    failure = Err(error);
                }
            }
        })
        .await?;
    failure
}

/// Every config that is set on these topics.
pub(crate) async fn every(
    connection: &mut Connection,
    topics: &[String],
) -> Result<BTreeMap<String, BTreeMap<String, Setting>>, Error> {
    let requests = topics.chunks(WHOLE).map(|some| {
        let of = |name: &String| {
            let resource =
                DescribeConfigsResource::default().with_resource_type(TOPIC).with_configuration_keys(None);
            resource.with_resource_name(StrBytes::from_string(name.clone()))
        };
        DescribeConfigsRequest::default().with_resources(some.iter().map(of).collect())
    });
    let peer = connection.peer().clone();
    let (mut there, mut failure) = (BTreeMap::new(), Ok(()));
    let note = |_, answer: DescribeConfigsResponse| {
        for result in answer.results {
            let name = result.resource_name.to_string();
            if result.error_code == ResponseError::UnknownTopicOrPartition.code() {
                continue;
            }
            let message = result.error_message.as_ref();
            match refused(result.error_code, message, &peer, || describing(&name)) {
                // What is no own value is most of the answer.
                Ok(()) => {
                    let own =
                        result.configs.into_iter().filter(|config| config.config_source == OF_THE_TOPIC);
                    there.insert(name, own.map(|config| setting(config, OF_THE_TOPIC)).collect());
                }
                Err(error) => failure = Err(error),
            }
        }
    };
    connection.pipeline(requests, LIMIT, note).await?;
    failure.map(|()| there)
}

/// Every config that is set for all brokers.
pub(crate) async fn every_of_brokers(
    connection: &mut Connection,
) -> Result<BTreeMap<String, Setting>, Error> {
    let all = DescribeConfigsResource::default().with_resource_type(BROKER).with_configuration_keys(None);
    let request = DescribeConfigsRequest::default().with_resources(vec![all]);
    settings_of_brokers(connection, request, |_| true).await
}

/// The declared keys, as far as they are set for all brokers.
pub(super) async fn of_brokers(
    connection: &mut Connection,
    declared: &BTreeMap<String, Option<String>>,
) -> Result<BTreeMap<String, Setting>, Error> {
    let request = DescribeConfigsRequest::default().with_resources(vec![of_keys(BROKER, declared.keys())]);
    settings_of_brokers(connection, request, |key| declared.contains_key(key)).await
}

async fn settings_of_brokers(
    connection: &mut Connection,
    request: DescribeConfigsRequest,
    counts: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Setting>, Error> {
    let answer = connection.call(request, LIMIT).await?;
    let mut settings = BTreeMap::new();
    for result in answer.results {
        refused(result.error_code, result.error_message.as_ref(), connection.peer(), || Attempt {
            action: "describe the configs of all brokers".to_owned(),
            permission: "DescribeConfigs on the cluster".to_owned(),
            waits: &[],
            races: &[],
        })?;
        let asked = result.configs.into_iter().filter(|config| counts(config.name.as_str()));
        settings.extend(asked.map(|config| setting(config, OF_ALL_BROKERS)));
    }
    Ok(settings)
}

/// What each of these topics, or all brokers where there is no name, has for these keys, as one broker knows it.
pub(crate) async fn at(
    broker: &mut Connection,
    things: &[(Option<&str>, Vec<&String>)],
) -> Result<BTreeMap<Option<String>, BTreeMap<String, Setting>>, Error> {
    let requests = things.chunks(BATCH).map(|batch| {
        let thing = |(topic, keys): &(Option<&str>, Vec<&String>)| match topic {
            Some(name) => of_keys(TOPIC, keys.iter().copied())
                .with_resource_name(StrBytes::from_string((*name).to_owned())),
            None => of_keys(BROKER, keys.iter().copied()),
        };
        DescribeConfigsRequest::default().with_resources(batch.iter().map(thing).collect())
    });
    let mut there = BTreeMap::new();
    let note = |_, answer: DescribeConfigsResponse| {
        // One that cannot be read is not shown yet; the verification says why.
        for result in answer.results.into_iter().filter(|result| result.error_code == 0) {
            let topic = (result.resource_type == TOPIC).then(|| result.resource_name.to_string());
            let own = if topic.is_some() { OF_THE_TOPIC } else { OF_ALL_BROKERS };
            there.insert(topic, result.configs.into_iter().map(|config| setting(config, own)).collect());
        }
    };
    broker.pipeline(requests, LIMIT, note).await?;
    Ok(there)
}

fn of_keys<'k>(kind: i8, keys: impl Iterator<Item = &'k String>) -> DescribeConfigsResource {
    let keys = keys.map(|key| StrBytes::from_string(key.clone())).collect();
    DescribeConfigsResource::default().with_resource_type(kind).with_configuration_keys(Some(keys))
}

/// Asks for the declared keys only: all others are not the spec's, and would be most of the answer.
fn resource(name: &str, topic: &Topic) -> DescribeConfigsResource {
    of_keys(TOPIC, topic.config.keys()).with_resource_name(StrBytes::from_string(name.to_owned()))
}

fn note(
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
    refused(result.error_code, result.error_message.as_ref(), peer, || describing(name))?;
    if let (Some(topic), Some(declared)) = (topics.get_mut(name), desired.topics.get(name)) {
        let asked =
            result.configs.into_iter().filter(|config| declared.config.contains_key(config.name.as_str()));
        topic.config = asked.map(|config| setting(config, OF_THE_TOPIC)).collect();
    }
    Ok(())
}

fn describing(name: &str) -> Attempt {
    Attempt {
        action: format!("describe the configs of topic {name}"),
        permission: format!("DescribeConfigs on topic {name}"),
        waits: &[],
        races: &[],
    }
}

/// `own` is the source of a value that is set on the resource itself.
pub(super) fn setting(config: DescribeConfigsResourceResult, own: i8) -> (String, Setting) {
    let setting = Setting {
        value: config.value.map(|value| value.to_string()),
        kind: ConfigType::of(config.config_type),
        sensitive: config.is_sensitive,
        is_own: config.config_source == own,
    };
    (config.name.to_string(), setting)
}
