//! What the account that connects may do, and by what: read where the spec would add ACLs, which may take it away.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::{DescribeClusterRequest, DescribeConfigsRequest};
use kafka_protocol::protocol::StrBytes;

use super::{acls, metadata};
use crate::Error;
use crate::spec::{Binding, Desired, Operation, Resource};
use crate::wire::{BROKER, Cluster, Connection};

const LIMIT: Duration = Duration::from_secs(10);
/// With this set, whoever connects may do everything with a resource that has no ACL.
const ALLOW_EVERYONE: &str = "allow.everyone.if.no.acl.found";

/// The account that connects, and what the authorizer says of it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its principal, where it is known.
    pub principal: Option<Principal>,
    /// What it may do with the cluster.
    pub cluster: Operations,
    /// What it may do with each declared topic that is there.
    pub topics: BTreeMap<String, Operations>,
    /// The ACLs of everybody on the cluster and on the declared topics.
    pub acls: BTreeSet<Binding>,
    /// A resource without ACLs may be everybody's: no broker says that it is not.
    pub may_be_everybody: bool,
}

/// Who connects. A name may come from a secret, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal(pub String);

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Principal(…)")
    }
}

/// Operations as Kafka's answers hold them: one bit for each, by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations(pub i32);

impl Operations {
    /// What a broker answers that was not asked, or cannot say.
    const UNKNOWN: i32 = i32::MIN;

    /// Whether the broker says that an operation is not allowed.
    pub(crate) fn lacks(self, operation: Operation) -> bool {
        self.0 != Self::UNKNOWN && !self.has(operation)
    }

    pub(crate) fn has(self, operation: Operation) -> bool {
        self.0 != Self::UNKNOWN && self.0 & (1 << operation.number()) != 0
    }

    /// Everything that there is to do with such a resource, as a super user may.
    pub(crate) fn is_all(self, resource: Resource) -> bool {
        let all = resource.operations().iter().filter(|operation| **operation != Operation::All);
        self.0 == Self::UNKNOWN || all.into_iter().all(|operation| self.has(*operation))
    }
}

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
