//! The declared configs of single brokers, client metrics subscriptions and groups. A broker tells its own alone.

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

const LIMIT: Duration = Duration::from_secs(10);

type Settings = BTreeMap<ConfigResource, BTreeMap<String, Setting>>;

pub(super) async fn read(cluster: &mut Cluster, desired: &Desired) -> Result<Settings, Error> {
    let broker = |resource: &ConfigResource| match resource {
        ConfigResource::Broker(id) => Some(*id),
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => None,
    };
    let brokers: BTreeSet<i32> = desired.resources.keys().filter_map(broker).collect();
    if !brokers.is_empty() {
        cluster.reach(&brokers).await?;
    }
    let mut settings = Settings::new();
    for (resource, wanted) in &desired.resources {
        // A broker that does not take part is for the plan to tell.
        let Some(connection) = cluster.at(broker(resource)) else { continue };
        let keys: Vec<&String> = wanted.keys().collect();
        settings.insert(resource.clone(), of(connection, resource, Some(&keys)).await?);
    }
    Ok(settings)
}

/// Every config that is set on one broker.
pub(crate) async fn every_of_broker(
    cluster: &mut Cluster,
    id: i32,
) -> Result<BTreeMap<String, Setting>, Error> {
    cluster.reach(&BTreeSet::from([id])).await?;
    match cluster.at(Some(id)) {
        Some(connection) => of(connection, &ConfigResource::Broker(id), None).await,
        None => Ok(BTreeMap::new()),
    }
}

/// Every config of a client metrics subscription or a group.
pub(crate) async fn every_of(
    main: &mut Connection,
    resource: &ConfigResource,
) -> Result<BTreeMap<String, Setting>, Error> {
    of(main, resource, None).await
}

/// The client metrics subscriptions and the groups that have configs; `None` where the release lists none.
pub(crate) async fn listed(
    main: &mut Connection,
    groups: bool,
) -> Result<Option<Vec<ConfigResource>>, Error> {
    // The first version of the request lists client metrics alone.
    let Ok(version) = main.version::<ListConfigResourcesRequest>() else { return Ok(None) };
    let of_first = version == 0;
    if of_first && groups {
        return Ok(None);
    }
    let make: fn(String) -> ConfigResource =
        if groups { ConfigResource::Group } else { ConfigResource::ClientMetrics };
    let number = make(String::new()).number();
    let types = if of_first { Vec::new() } else { vec![number] };
    let answer = main.call(ListConfigResourcesRequest::default().with_resource_types(types), LIMIT).await?;
    refused(answer.error_code, None, main.peer(), || Attempt {
        action: "list what has configs of its own".to_owned(),
        permission: "DescribeConfigs on the cluster".to_owned(),
        waits: &[],
        races: &[],
    })?;
    let named = answer.config_resources.into_iter();
    let ours = named.filter(|resource| of_first || resource.resource_type == number);
    Ok(Some(ours.map(|resource| make(resource.resource_name.to_string())).collect()))
}

/// The configs with these keys, or all.
async fn of(
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
        connection.call(DescribeConfigsRequest::default().with_resources(vec![asked]), LIMIT).await?;
    let mut settings = BTreeMap::new();
    for result in answer.results {
        refused(result.error_code, result.error_message.as_ref(), connection.peer(), || Attempt {
            action: format!("describe the configs of {resource}"),
            permission: format!("DescribeConfigs on {}", permission(resource)),
            waits: &[],
            races: &[],
        })?;
        let asked = |name: &StrBytes| keys.as_ref().is_none_or(|keys| keys.contains(name));
        let declared = result.configs.into_iter().filter(|config| asked(&config.name));
        settings.extend(declared.map(|config| setting(config, resource.own_source())));
    }
    Ok(settings)
}

/// The resource that the account must be allowed to.
pub(crate) fn permission(resource: &ConfigResource) -> String {
    match resource {
        ConfigResource::Broker(_) | ConfigResource::ClientMetrics(_) => "the cluster".to_owned(),
        ConfigResource::Group(name) => format!("group {name}"),
    }
}
