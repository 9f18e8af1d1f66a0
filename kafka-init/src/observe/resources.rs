//! The declared configs of single brokers, client metrics subscriptions and groups. A broker tells its own alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
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
        settings.insert(resource.clone(), of(connection, resource, wanted.keys()).await?);
    }
    Ok(settings)
}

async fn of(
    connection: &mut Connection,
    resource: &ConfigResource,
    keys: impl Iterator<Item = &String>,
) -> Result<BTreeMap<String, Setting>, Error> {
    let keys: Vec<StrBytes> = keys.map(|key| StrBytes::from_string(key.clone())).collect();
    let asked = DescribeConfigsResource::default()
        .with_resource_type(resource.number())
        .with_resource_name(StrBytes::from_string(resource.name()))
        .with_configuration_keys(Some(keys.clone()));
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
        let declared = result.configs.into_iter().filter(|config| keys.contains(&config.name));
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
