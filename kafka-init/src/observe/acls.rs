//! Reads ACLs: those of the declared principals, or those of all principals on some resource types.

use std::collections::BTreeSet;
use std::time::Duration;

use init_core::{Secrets, Text};
use kafka_protocol::messages::describe_acls_response::{AclDescription, DescribeAclsResource};
use kafka_protocol::messages::{DescribeAclsRequest, DescribeAclsResponse};

use super::names::{Names, principal_name};
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
    (names, secrets): (&Names, &Secrets),
) -> Result<BTreeSet<Binding>, Error> {
    let principals: BTreeSet<&Text> = declared.iter().map(|binding| &binding.principal).collect();
    let of_principal =
        |principal| Ok(any_acl().with_principal_filter(Some(principal_name(principal, secrets)?)));
    let requests = principals.into_iter().map(of_principal).collect::<Result<_, Error>>()?;
    describe(main, requests, names, |binding| declared.contains(binding)).await
}

/// Reads every ACL of the cluster.
pub(crate) async fn read_every(main: &mut Connection, names: &Names) -> Result<BTreeSet<Binding>, Error> {
    describe(main, vec![any_acl()], names, |_| true).await
}

/// Reads the ACLs of all principals on these resource types.
pub(super) async fn read_on_resources(
    main: &mut Connection,
    resources: &[Resource],
    names: &Names,
    is_wanted: impl Fn(&Binding) -> bool,
) -> Result<BTreeSet<Binding>, Error> {
    let acls_on = |resource: &Resource| any_acl().with_resource_type_filter(resource.number());
    describe(main, resources.iter().map(acls_on).collect(), names, is_wanted).await
}

async fn describe(
    main: &mut Connection,
    requests: Vec<DescribeAclsRequest>,
    names: &Names,
    is_wanted: impl Fn(&Binding) -> bool,
) -> Result<BTreeSet<Binding>, Error> {
    let peer = main.peer().clone();
    let (mut existing, mut failure) = (BTreeSet::new(), Ok(()));
    main.pipeline(requests.into_iter(), TIMEOUT, |_, answer: DescribeAclsResponse| {
        let result = refused(answer.error_code, answer.error_message.as_ref(), &peer, || {
            Attempt::new("describe the ACLs", "Describe on the cluster")
        });
        failure = std::mem::replace(&mut failure, Ok(())).and(result);
        let bindings = answer.resources.iter().flat_map(|resource| bindings(resource, names));
        existing.extend(bindings.filter(&is_wanted));
    })
    .await?;
    failure.map(|()| existing)
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
fn bindings<'r>(resource: &'r DescribeAclsResource, names: &'r Names) -> impl Iterator<Item = Binding> + 'r {
    let kind = Resource::from_number(resource.resource_type);
    let pattern = Pattern::from_number(resource.pattern_type);
    let name = resource.resource_name.as_str();
    let name =
        if kind == Some(Resource::User) { names.principal(name) } else { Text::Plain(name.to_owned()) };
    resource.acls.iter().filter_map(move |acl: &AclDescription| {
        Some(Binding {
            principal: names.principal(&acl.principal),
            permission: Permission::from_number(acl.permission_type)?,
            operation: Operation::from_number(acl.operation)?,
            resource: kind?,
            pattern: pattern?,
            name: name.clone(),
            host: acl.host.to_string(),
        })
    })
}
