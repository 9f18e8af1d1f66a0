//! `DeleteAcls` and deletions of SCRAM credentials, each by its exact name.

use std::borrow::Cow;

use kafka_protocol::messages::alter_user_scram_credentials_request::ScramCredentialDeletion;
use kafka_protocol::messages::delete_acls_request::DeleteAclsFilter;
use kafka_protocol::messages::{
    AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse, DeleteAclsRequest,
    DeleteAclsResponse,
};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::change::DeleteAcl;
use crate::desired::Scram;
use crate::error::Attempt;

impl Mutation for DeleteAcl {
    type Request = DeleteAclsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(format!("delete the ACL {}", self.0), "Alter on the cluster")
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, _: Mode) -> Self::Request {
        DeleteAclsRequest::default().with_filters(batch.map(filter).collect())
    }

    /// The results come in the order of the request, without names. A filter that matches nothing is not an error.
    fn outcomes<'c>(answer: DeleteAclsResponse, batch: impl Iterator<Item = &'c Self>) -> Outcomes {
        let each = batch.zip(answer.filter_results).map(|(acl, result)| Outcome {
            name: StrBytes::from_string(acl.0.to_string()),
            code: result.error_code,
            message: result.error_message,
            topic: None,
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}

/// A filter that matches exactly one ACL: every field has a value.
fn filter(DeleteAcl(acl): &DeleteAcl) -> DeleteAclsFilter {
    let text = |text: &String| Some(StrBytes::from_string(text.clone()));
    DeleteAclsFilter::default()
        .with_resource_type_filter(acl.resource.number())
        .with_resource_name_filter(text(&acl.name))
        .with_pattern_type_filter(acl.pattern.number())
        .with_principal_filter(text(&acl.principal))
        .with_host_filter(text(&acl.host))
        .with_operation(acl.operation.number())
        .with_permission_type(acl.permission.number())
}

/// One credential of a user.
pub(super) struct Deletion<'c> {
    pub(super) user: &'c str,
    pub(super) mechanism: Scram,
}

impl Mutation for Deletion<'_> {
    type Request = AlterUserScramCredentialsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.user)
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
                .with_name(StrBytes::from_string(deletion.user.to_owned()))
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
