//! `DeleteAcls` and deletions of SCRAM credentials, each by its exact name.

use std::borrow::Cow;

use init_core::Text;
use kafka_protocol::messages::alter_user_scram_credentials_request::ScramCredentialDeletion;
use kafka_protocol::messages::delete_acls_request::DeleteAclsFilter;
use kafka_protocol::messages::{
    AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, DeleteAclsRequest,
    DeleteAclsResponse,
};
use kafka_protocol::protocol::StrBytes;

use super::acls::NamedAcl;
use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::desired::Scram;
use crate::error::Attempt;

/// An ACL that is deleted.
pub(super) struct OldAcl<'c>(pub(super) NamedAcl<'c>);

impl Mutation for OldAcl<'_> {
    type Request = DeleteAclsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.binding.to_string())
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(format!("delete the ACL {}", self.0.binding), "Alter on the cluster")
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'b>(batch: impl Iterator<Item = &'b Self>, _: Mode) -> Self::Request
    where
        Self: 'b,
    {
        DeleteAclsRequest::default().with_filters(batch.map(filter).collect())
    }

    /// The results come in the order of the request, without names. A filter that matches nothing is not an error.
    fn outcomes<'b>(answer: DeleteAclsResponse, batch: impl Iterator<Item = &'b Self>) -> Outcomes
    where
        Self: 'b,
    {
        let each = batch.zip(answer.filter_results).map(|(acl, result)| Outcome {
            name: StrBytes::from_string(acl.0.binding.to_string()),
            code: result.error_code,
            message: result.error_message,
            topic: None,
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}

/// A filter that matches exactly one ACL: every field has a value.
fn filter(OldAcl(NamedAcl { binding, principal, name }): &OldAcl<'_>) -> DeleteAclsFilter {
    DeleteAclsFilter::default()
        .with_resource_type_filter(binding.resource.number())
        .with_resource_name_filter(Some(name.clone()))
        .with_pattern_type_filter(binding.pattern.number())
        .with_principal_filter(Some(principal.clone()))
        .with_host_filter(Some(StrBytes::from_string(binding.host.clone())))
        .with_operation(binding.operation.number())
        .with_permission_type(binding.permission.number())
}

/// One credential of a user.
pub(super) struct Deletion<'c> {
    /// The name of the user, which may come from a secret.
    pub(super) user: &'c Text,
    /// The same name, as requests have it.
    pub(super) name: StrBytes,
    pub(super) mechanism: Scram,
}

impl Mutation for Deletion<'_> {
    type Request = AlterUserScramCredentialsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name.as_str())
    }

    fn label(&self) -> Cow<'_, str> {
        Cow::Owned(self.user.to_string())
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(
            format!("delete the {} credential of user {}", self.mechanism.name(), self.user),
            "Alter on the cluster",
        )
        .concurrent_change_on(&[kafka_protocol::error::ResponseError::ResourceNotFound])
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, _: Mode) -> Self::Request
    where
        Self: 'c,
    {
        let deletion = |deletion: &Self| {
            ScramCredentialDeletion::default()
                .with_name(deletion.name.clone())
                .with_mechanism(deletion.mechanism.number())
        };
        AlterUserScramCredentialsRequest::default().with_deletions(batch.map(deletion).collect())
    }

    fn outcomes<'c>(answer: AlterUserScramCredentialsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes
    where
        Self: 'c,
    {
        outcomes(answer)
    }
}

/// The outcomes of `AlterUserScramCredentials`, for credentials that are set or deleted.
pub(super) fn outcomes(answer: AlterUserScramCredentialsResponse) -> Outcomes {
    let each = answer.results.into_iter().map(|user| Outcome {
        name: user.user,
        code: user.error_code,
        message: user.error_message,
        topic: None,
    });
    Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
}
