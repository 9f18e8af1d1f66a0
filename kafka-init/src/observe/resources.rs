//! Reads the declared configs of single brokers, client metrics subscriptions and groups. The configs of a broker are
//! described only by that broker itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::{DescribeConfigsRequest, ListConfigResourcesRequest};
use kafka_protocol::protocol::StrBytes;

use super::configs::setting;
use crate::Error;
use crate::desired::{ConfigResource, Desired};
use crate::error::{Attempt, refused};
use crate::observed::Setting;
use crate::wire::{Cluster, Connection};

const TIMEOUT: Duration = Duration::from_secs(10);

type Settings = BTreeMap<ConfigResource, BTreeMap<String, Setting>>;

pub(super) async fn read(cluster: &mut Cluster, desired: &Desired) -> Result<Settings, Error> {
    let broker = |resource: &ConfigResource| match resource {
        ConfigResource::Broker(id) => Some(*id),
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => None,
    };
    let brokers: BTreeSet<i32> = desired.resources.keys().filter_map(broker).collect();
    if !brokers.is_empty() {
        cluster.connect_to(&brokers).await?;
    }
    let mut settings = Settings::new();
    for (resource, wanted) in &desired.resources {
        // A fenced or missing broker is reported by the plan.
        let Some(connection) = cluster.connection_to(broker(resource)) else { continue };
        let keys: Vec<&String> = wanted.keys().collect();
        settings.insert(resource.clone(), describe(connection, resource, Some(&keys)).await?);
    }
    Ok(settings)
}

/// Reads every config that is set on one broker.
pub(crate) async fn read_every_of_broker(
    cluster: &mut Cluster,
    id: i32,
) -> Result<BTreeMap<String, Setting>, Error> {
    cluster.connect_to(&BTreeSet::from([id])).await?;
    match cluster.connection_to(Some(id)) {
        Some(connection) => describe(connection, &ConfigResource::Broker(id), None).await,
        None => Ok(BTreeMap::new()),
    }
}

/// Reads every config of a client metrics subscription or a group.
pub(crate) async fn read_every(
    main: &mut Connection,
    resource: &ConfigResource,
) -> Result<BTreeMap<String, Setting>, Error> {
    describe(main, resource, None).await
}

/// Lists the client metrics subscriptions or the groups that have configs; `None` where this release of Kafka cannot
/// list them.
pub(crate) async fn list(main: &mut Connection, groups: bool) -> Result<Option<Vec<ConfigResource>>, Error> {
    // Version 0 of the request lists only client metrics subscriptions.
    let Ok(version) = main.version::<ListConfigResourcesRequest>() else { return Ok(None) };
    let is_first_version = version == 0;
    if is_first_version && groups {
        return Ok(None);
    }
    let make: fn(String) -> ConfigResource =
        if groups { ConfigResource::Group } else { ConfigResource::ClientMetrics };
    let number = make(String::new()).number();
    let types = if is_first_version { Vec::new() } else { vec![number] };
    let answer = main.call(ListConfigResourcesRequest::default().with_resource_types(types), TIMEOUT).await?;
    refused(answer.error_code, None, main.peer(), || {
        Attempt::new("list what has configs of its own", "DescribeConfigs on the cluster")
    })?;
    let named = answer.config_resources.into_iter();
    let ours = named.filter(|resource| is_first_version || resource.resource_type == number);
    Ok(Some(ours.map(|resource| make(resource.resource_name.to_string())).collect()))
}

/// Describes the configs with these keys, or all configs.
pub(super) async fn describe(
    connection: &mut Connection,
    resource: &ConfigResource,
    keys: Option<&[&String]>,
) -> Result<BTreeMap<String, Setting>, Error> {
    let keys: Option<Vec<StrBytes>> =
        keys.map(|keys| keys.iter().map(|key| StrBytes::from_string((*key).clone())).collect());
    let asked = DescribeConfigsResource::default()
        .with_resource_type(resource.number())
        .with_resource_name(StrBytes::from_string(resource.name()))
        .with_configuration_keys(keys.clone());
    let answer =
        connection.call(DescribeConfigsRequest::default().with_resources(vec![asked]), TIMEOUT).await?;
    let mut settings = BTreeMap::new();
    for result in answer.results {
        refused(result.error_code, result.error_message.as_ref(), connection.peer(), || {
            Attempt::new(
                format!("describe the configs of {resource}"),
                format!("DescribeConfigs on {}", authorized_resource(resource)),
            )
        })?;
        let asked = |name: &StrBytes| keys.as_ref().is_none_or(|keys| keys.contains(name));
        let declared = result.configs.into_iter().filter(|config| asked(&config.name));
        settings.extend(declared.map(|config| setting(config, resource.own_source())));
    }
    Ok(settings)
}

/// The resource on which the account needs the operation, for messages.
pub(crate) fn authorized_resource(resource: &ConfigResource) -> String {
    match resource {
        ConfigResource::Broker(_) | ConfigResource::ClientMetrics(_) => "the cluster".to_owned(),
        ConfigResource::Group(name) => format!("group {name}"),
    }
}
