//! What the account that connects may do, and by what: read where the spec would add ACLs, which may take it away.

use std::sync::Mutex;
use std::time::Duration;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::{DescribeClusterRequest, DescribeConfigsRequest};
use kafka_protocol::protocol::StrBytes;

use super::{acls, metadata};
use crate::Error;
use crate::desired::{Binding, Desired, Resource};
use crate::observed::{Account, Operations, Principal};
use crate::wire::{BROKER, Cluster, Connection};

const LIMIT: Duration = Duration::from_secs(10);
/// The broker config that allows every principal every operation on a resource without ACLs.
const ALLOW_EVERYONE: &str = "allow.everyone.if.no.acl.found";

pub(super) async fn read(
    cluster: &mut Cluster,
    desired: &Desired,
    principal: Option<Principal>,
) -> Result<Account, Error> {
    let operations = on_the_cluster(cluster.main()).await?;
    let names: Vec<&str> = desired.topics.keys().map(String::as_str).collect();
    let topics = metadata::operations(cluster.main(), &names).await?;
    let resources: &[Resource] =
        if names.is_empty() { &[Resource::Cluster] } else { &[Resource::Cluster, Resource::Topic] };
    let about = |binding: &Binding| {
        let resource = binding.resource;
        resource == Resource::Cluster || names.iter().any(|name| binding.is_about(resource, name))
    };
    let acls = acls::on(cluster.main(), resources, about).await?;
    let may_be_everybody = may_be_everybody(cluster).await?;
    Ok(Account { principal, cluster: operations, topics, acls, may_be_everybody })
}

pub(crate) async fn on_the_cluster(main: &mut Connection) -> Result<Operations, Error> {
    if main.version::<DescribeClusterRequest>().is_err() {
        return Ok(Operations(Operations::UNKNOWN));
    }
    let request = DescribeClusterRequest::default().with_include_cluster_authorized_operations(true);
    Ok(Operations(main.call(request, LIMIT).await?.cluster_authorized_operations))
}

/// Each broker has its own file. The value itself is not shown, as it is the authorizer's; that there is one is.
async fn may_be_everybody(cluster: &mut Cluster) -> Result<bool, Error> {
    let said = Mutex::new(Vec::new());
    let ask = async |broker: &mut Connection| {
        let Some(id) = broker.peer().id else { return Ok(()) };
        let about = DescribeConfigsResource::default()
            .with_resource_type(BROKER)
            .with_resource_name(StrBytes::from_string(id.to_string()))
            .with_configuration_keys(Some(vec![StrBytes::from_static_str(ALLOW_EVERYONE)]));
        let request = DescribeConfigsRequest::default().with_resources(vec![about]);
        let answer = broker.call(request, LIMIT).await?;
        let says_no = answer.results.iter().any(|result| result.error_code == 0 && result.configs.is_empty());
        said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(!says_no);
        Ok(())
    };
    cluster.at_every_broker(ask).await?;
    let said = said.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(said.is_empty() || said.contains(&true))
}
