//! The permissions of the provisioning account, and the ACLs that they come from. They are read when ACLs are about
//! to change, because that may take permissions from the account itself.

use std::sync::Mutex;
use std::time::Duration;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::{DescribeClusterRequest, DescribeConfigsRequest};
use kafka_protocol::protocol::StrBytes;

use super::names::Names;
use super::{acls, metadata};
use crate::Error;
use crate::desired::{Binding, Desired, Resource};
use crate::observed::{Account, Operations, Principal};
use crate::wire::{BROKER, Cluster, Connection};

const TIMEOUT: Duration = Duration::from_secs(10);
/// The broker config that allows every principal every operation on a resource without ACLs.
const ALLOW_EVERYONE: &str = "allow.everyone.if.no.acl.found";

pub(super) async fn read(
    cluster: &mut Cluster,
    desired: &Desired,
    principal: Option<Principal>,
    labels: &Names,
) -> Result<Account, Error> {
    let operations = read_cluster_operations(cluster.main()).await?;
    let names: Vec<&str> = desired.topics.keys().map(String::as_str).collect();
    let topics = metadata::read_topic_operations(cluster.main(), &names).await?;
    let resources: &[Resource] =
        if names.is_empty() { &[Resource::Cluster] } else { &[Resource::Cluster, Resource::Topic] };
    let about = |binding: &Binding| {
        let resource = binding.resource;
        resource == Resource::Cluster || names.iter().any(|name| binding.covers_resource(resource, name))
    };
    let acls = acls::read_on_resources(cluster.main(), resources, labels, about).await?;
    let may_allow_everyone = may_allow_everyone(cluster).await?;
    Ok(Account { principal, cluster: operations, topics, acls, may_allow_everyone })
}

pub(crate) async fn read_cluster_operations(main: &mut Connection) -> Result<Operations, Error> {
    if main.version::<DescribeClusterRequest>().is_err() {
        return Ok(Operations(Operations::UNKNOWN));
    }
    let request = DescribeClusterRequest::default().with_include_cluster_authorized_operations(true);
    Ok(Operations(main.call(request, TIMEOUT).await?.cluster_authorized_operations))
}

/// Reads whether a broker may have `allow.everyone.if.no.acl.found`. Every broker is asked, because it is set in each
/// one's own file. The value is not shown, as it belongs to the authorizer, but a broker describes the config only
/// where it is set.
async fn may_allow_everyone(cluster: &mut Cluster) -> Result<bool, Error> {
    let answers = Mutex::new(Vec::new());
    let ask = async |broker: &mut Connection| {
        let Some(id) = broker.peer().id else { return Ok(()) };
        let about = DescribeConfigsResource::default()
            .with_resource_type(BROKER)
            .with_resource_name(StrBytes::from_string(id.to_string()))
            .with_configuration_keys(Some(vec![StrBytes::from_static_str(ALLOW_EVERYONE)]));
        let request = DescribeConfigsRequest::default().with_resources(vec![about]);
        let answer = broker.call(request, TIMEOUT).await?;
        let is_not_set =
            answer.results.iter().any(|result| result.error_code == 0 && result.configs.is_empty());
        answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(!is_not_set);
        Ok(())
    };
    cluster.at_every_broker(ask).await?;
    let answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(answers.is_empty() || answers.contains(&true))
}
