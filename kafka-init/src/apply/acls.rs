//! `CreateAcls`: creates ACLs.

use std::borrow::Cow;

use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::{CreateAclsRequest, CreateAclsResponse};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::desired::Binding;
use crate::error::Attempt;

impl Mutation for Binding {
    type Request = CreateAclsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(format!("create the ACL {self}"), "Alter on the cluster")
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, _: Mode) -> Self::Request {
        CreateAclsRequest::default().with_creations(batch.map(creation).collect())
    }

    /// The results come in the order of the request, without names.
    fn outcomes<'c>(answer: CreateAclsResponse, batch: impl Iterator<Item = &'c Self>) -> Outcomes {
        let each = batch.zip(answer.results).map(|(binding, result)| Outcome {
            name: StrBytes::from_string(binding.to_string()),
            code: result.error_code,
            message: result.error_message,
            topic: None,
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}

fn creation(binding: &Binding) -> AclCreation {
    let text = |text: &String| StrBytes::from_string(text.clone());
    AclCreation::default()
        .with_resource_type(binding.resource.number())
        .with_resource_name(text(&binding.name))
        .with_resource_pattern_type(binding.pattern.number())
        .with_principal(text(&binding.principal))
        .with_host(text(&binding.host))
        .with_operation(binding.operation.number())
        .with_permission_type(binding.permission.number())
}
