//! Reads ACLs: those of the declared principals, or those of all principals on some resource types.

use std::collections::BTreeSet;
use std::time::Duration;

use kafka_protocol::messages::describe_acls_response::{AclDescription, DescribeAclsResource};
use kafka_protocol::messages::{DescribeAclsRequest, DescribeAclsResponse};
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::desired::{Binding, Operation, Pattern, Permission, Resource};
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const TIMEOUT: Duration = Duration::from_secs(10);
/// The filter value that matches every resource type, pattern type, operation and permission type.
const ANY: i8 = 1;

pub(crate) async fn read(
    main: &mut Connection,
    declared: &BTreeSet<&Binding>,
) -> Result<BTreeSet<Binding>, Error> {
    let principals: BTreeSet<&str> = declared.iter().map(|binding| binding.principal.as_str()).collect();
    describe(main, principals.into_iter().map(acls_of_principal).collect(), |binding| {
        declared.contains(binding)
    })
    .await
}

/// Reads every ACL of the cluster.
pub(crate) async fn read_every(main: &mut Connection) -> Result<BTreeSet<Binding>, Error> {
    describe(main, vec![any_acl()], |_| true).await
}

/// Reads the ACLs of all principals on these resource types.
pub(super) async fn read_on_resources(
    main: &mut Connection,
    resources: &[Resource],
    is_wanted: impl Fn(&Binding) -> bool,
) -> Result<BTreeSet<Binding>, Error> {
    let acls_on = |resource: &Resource| any_acl().with_resource_type_filter(resource.number());
    describe(main, resources.iter().map(acls_on).collect(), is_wanted).await
}

async fn describe(
    main: &mut Connection,
    requests: Vec<DescribeAclsRequest>,
    is_wanted: impl Fn(&Binding) -> bool,
) -> Result<BTreeSet<Binding>, Error> {
    let peer = main.peer().clone();
    let (mut existing, mut failure) = (BTreeSet::new(), Ok(()));
    main.pipeline(requests.into_iter(), TIMEOUT, |_, answer: DescribeAclsResponse| {
        let result = refused(answer.error_code, answer.error_message.as_ref(), &peer, || {
            Attempt::new("describe the ACLs", "Describe on the cluster")
        });
        failure = std::mem::replace(&mut failure, Ok(())).and(result);
        existing.extend(answer.resources.iter().flat_map(bindings).filter(&is_wanted));
    })
    .await?;
    failure.map(|()| existing)
}

fn acls_of_principal(principal: &str) -> DescribeAclsRequest {
    any_acl().with_principal_filter(Some(StrBytes::from_string(principal.to_owned())))
}

fn any_acl() -> DescribeAclsRequest {
    DescribeAclsRequest::default()
        .with_resource_type_filter(ANY)
        .with_resource_name_filter(None)
        .with_pattern_type_filter(ANY)
        .with_principal_filter(None)
        .with_host_filter(None)
        .with_operation(ANY)
        .with_permission_type(ANY)
}

/// The ACLs of one resource. An ACL with a type that this build does not know cannot be declared in a spec, so it is
/// left out.
fn bindings(resource: &DescribeAclsResource) -> impl Iterator<Item = Binding> {
    let kind = Resource::from_number(resource.resource_type);
    let pattern = Pattern::from_number(resource.pattern_type);
    resource.acls.iter().filter_map(move |acl: &AclDescription| {
        Some(Binding {
            principal: acl.principal.to_string(),
            permission: Permission::from_number(acl.permission_type)?,
            operation: Operation::from_number(acl.operation)?,
            resource: kind?,
            pattern: pattern?,
            name: resource.resource_name.to_string(),
            host: acl.host.to_string(),
        })
    })
}
