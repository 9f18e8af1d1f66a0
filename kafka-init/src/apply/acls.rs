//! `CreateAcls`: creates ACLs.

use std::borrow::Cow;

use init_core::Secrets;
use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::{CreateAclsRequest, CreateAclsResponse};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::Error;
use crate::desired::{Binding, Resource};
use crate::error::Attempt;
use crate::observe::{principal_name, user_name};

/// An ACL with the values of its names.
pub(super) struct NamedAcl<'c> {
    pub(super) binding: &'c Binding,
    pub(super) principal: StrBytes,
    pub(super) name: StrBytes,
}

impl<'c> NamedAcl<'c> {
    pub(super) fn of(binding: &'c Binding, secrets: &Secrets) -> Result<Self, Error> {
        let is_owner = binding.resource == Resource::User;
        let name = if is_owner { principal_name } else { user_name };
        let (principal, name) = (principal_name(&binding.principal, secrets)?, name(&binding.name, secrets)?);
        Ok(Self { binding, principal, name })
    }
}

/// An ACL that is created.
pub(super) struct NewAcl<'c>(pub(super) NamedAcl<'c>);

impl Mutation for NewAcl<'_> {
    type Request = CreateAclsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.binding.to_string())
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(format!("create the ACL {}", self.0.binding), "Alter on the cluster")
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'b>(batch: impl Iterator<Item = &'b Self>, _: Mode) -> Self::Request
    where
        Self: 'b,
    {
        CreateAclsRequest::default().with_creations(batch.map(creation).collect())
    }

    /// The results come in the order of the request, without names.
    fn outcomes<'b>(answer: CreateAclsResponse, batch: impl Iterator<Item = &'b Self>) -> Outcomes
    where
        Self: 'b,
    {
        let each = batch.zip(answer.results).map(|(acl, result)| Outcome {
            name: StrBytes::from_string(acl.0.binding.to_string()),
            code: result.error_code,
            message: result.error_message,
            topic: None,
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}

fn creation(NewAcl(NamedAcl { binding, principal, name }): &NewAcl<'_>) -> AclCreation {
    AclCreation::default()
        .with_resource_type(binding.resource.number())
        .with_resource_name(name.clone())
        .with_resource_pattern_type(binding.pattern.number())
        .with_principal(principal.clone())
        .with_host(StrBytes::from_string(binding.host.clone()))
        .with_operation(binding.operation.number())
        .with_permission_type(binding.permission.number())
}
