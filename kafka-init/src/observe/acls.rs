//! The ACLs of the principals that the spec is about, and those of everybody on some kinds of resources.

use std::collections::BTreeSet;
use std::time::Duration;

use kafka_protocol::messages::describe_acls_response::{AclDescription, DescribeAclsResource};
use kafka_protocol::messages::{DescribeAclsRequest, DescribeAclsResponse};
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::desired::{Binding, Operation, Pattern, Permission, Resource};
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const LIMIT: Duration = Duration::from_secs(10);
/// Matches everything.
const ANY: i8 = 1;

pub(crate) async fn read(
    main: &mut Connection,
    named: &BTreeSet<&Binding>,
) -> Result<BTreeSet<Binding>, Error> {
    let principals: BTreeSet<&str> = named.iter().map(|binding| binding.principal.as_str()).collect();
    all(main, principals.into_iter().map(of_principal).collect(), |binding| named.contains(binding)).await
}

/// All that there are.
pub(crate) async fn every(main: &mut Connection) -> Result<BTreeSet<Binding>, Error> {
    all(main, vec![any_acl()], |_| true).await
}

/// Everybody's, on these kinds of resources.
pub(super) async fn on(
    main: &mut Connection,
    resources: &[Resource],
    counts: impl Fn(&Binding) -> bool,
) -> Result<BTreeSet<Binding>, Error> {
    let of_kind = |resource: &Resource| any_acl().with_resource_type_filter(resource.number());
    all(main, resources.iter().map(of_kind).collect(), counts).await
}

async fn all(
    main: &mut Connection,
    requests: Vec<DescribeAclsRequest>,
    counts: impl Fn(&Binding) -> bool,
) -> Result<BTreeSet<Binding>, Error> {
    let peer = main.peer().clone();
    let (mut there, mut failure) = (BTreeSet::new(), Ok(()));
    main.pipeline(requests.into_iter(), LIMIT, |_, answer: DescribeAclsResponse| {
        let result = refused(answer.error_code, answer.error_message.as_ref(), &peer, || Attempt {
            action: "describe the ACLs".to_owned(),
            permission: "Describe on the cluster".to_owned(),
            waits: &[],
            races: &[],
        });
        failure = std::mem::replace(&mut failure, Ok(())).and(result);
        there.extend(answer.resources.iter().flat_map(bindings).filter(&counts));
    })
    .await?;
    failure.map(|()| there)
}

fn of_principal(principal: &str) -> DescribeAclsRequest {
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

/// The ACLs of one resource. An ACL whose type this build does not know cannot be declared in a spec, so it is left out.
fn bindings(resource: &DescribeAclsResource) -> impl Iterator<Item = Binding> {
    let kind = Resource::numbered(resource.resource_type);
    let pattern = Pattern::numbered(resource.pattern_type);
    resource.acls.iter().filter_map(move |acl: &AclDescription| {
        Some(Binding {
            principal: acl.principal.to_string(),
            permission: Permission::numbered(acl.permission_type)?,
            operation: Operation::numbered(acl.operation)?,
            resource: kind?,
            pattern: pattern?,
            name: resource.resource_name.to_string(),
            host: acl.host.to_string(),
        })
    })
}
