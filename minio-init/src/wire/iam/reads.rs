//! Reads users, their access keys, policies and groups.

use std::collections::{BTreeMap, BTreeSet};

use super::documents;
use super::form::Form;
use crate::change::Grantee;
use crate::desired::Status;
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::admin::SecretKeyCheck;
use crate::wire::client::Client;
use crate::wire::credential::Credential;
use crate::wire::parallel::all;
use crate::wire::xml::Element;

/// The account of the ARNs of policies; the server ignores it.
pub(super) fn policy_arn(policy: &str) -> String {
    format!("arn:aws:iam:::policy/{policy}")
}

impl Client {
    /// True when the server has the user, also in its own configuration, which the API does not change.
    pub(crate) async fn has_iam_user(&self, label: &str, user: &str) -> Result<bool, Error> {
        let form = Form::new("GetUser").with("UserName", user);
        Ok(self.read_iam(&format!("read user {label}"), form).await?.is_some())
    }

    /// The policies that are attached to a user or a group; `None` where there is no such user, or one of the server's
    /// own configuration.
    pub(crate) async fn iam_attached(
        &self,
        grantee: &Grantee,
        name: &str,
    ) -> Result<Option<BTreeSet<String>>, Error> {
        let action = format!("read the policies of {grantee}");
        let (form, result) = match grantee {
            Grantee::User(_) | Grantee::LdapUser(_) => (
                Form::new("ListAttachedUserPolicies").with("UserName", name),
                "ListAttachedUserPoliciesResult",
            ),
            Grantee::Group(_) | Grantee::LdapGroup(_) => (
                Form::new("ListAttachedGroupPolicies").with("GroupName", name),
                "ListAttachedGroupPoliciesResult",
            ),
        };
        let answer = self.read_iam(&action, form).await?;
        Ok(answer.map(|answer| texts(&answer, &[result, "AttachedPolicies"], "PolicyName").collect()))
    }

    /// The names of the policies that are a part of a user.
    pub(crate) async fn iam_inline_policies(
        &self,
        label: &str,
        user: &str,
    ) -> Result<BTreeSet<String>, Error> {
        let form = Form::new("ListUserPolicies").with("UserName", user);
        let answer = self.read_iam(&format!("read the inline policies of user {label}"), form).await?;
        let names =
            answer.as_ref().and_then(|answer| answer.descendant(&["ListUserPoliciesResult", "PolicyNames"]));
        Ok(names.into_iter().flat_map(|names| names.values("member")).map(str::to_owned).collect())
    }

    /// The access keys of a user.
    pub(crate) async fn iam_keys(&self, label: &str, user: &str) -> Result<BTreeMap<String, Status>, Error> {
        let form = Form::new("ListAccessKeys").with("UserName", user);
        let answer = self.read_iam(&format!("read the access keys of user {label}"), form).await?;
        let members =
            answer.iter().flat_map(|answer| members(answer, &["ListAccessKeysResult", "AccessKeyMetadata"]));
        let key = |member: &Element| {
            let is_active = member.value(&["Status"]) == Some("Active");
            let status = if is_active { Status::Enabled } else { Status::Disabled };
            Some((member.value(&["AccessKeyId"])?.to_owned(), status))
        };
        Ok(members.filter_map(key).collect())
    }

    /// The user of each access key on the server.
    pub(crate) async fn iam_owners_of_keys(&self) -> Result<BTreeMap<String, String>, Error> {
        let users = self.iam_users().await?;
        // A name of the server may be one from a secret, so no action has it.
        let lists =
            users.into_iter().map(async |user| Ok((self.iam_keys("of the server", &user).await?, user)));
        let lists = all(lists).await?.into_iter();
        Ok(lists.flat_map(|(keys, user)| keys.into_keys().map(move |key| (key, user.clone()))).collect())
    }

    /// The document of a policy, as that of the spec when it is what was sent for it.
    pub(crate) async fn iam_policy(
        &self,
        name: &str,
        wanted: Option<&Document>,
    ) -> Result<Option<Document>, Error> {
        let action = format!("read policy {name}");
        let form = Form::new("GetPolicyVersion").with("PolicyArn", policy_arn(name)).with("VersionId", "v1");
        let Some(answer) = self.read_iam(&action, form).await? else { return Ok(None) };
        let text = answer.value(&["GetPolicyVersionResult", "PolicyVersion", "Document"]).unwrap_or_default();
        let json = serde_json::from_str(text).ok();
        let stored = json.as_ref().and_then(Document::read).ok_or_else(|| {
            self.unreadable(&action, &"it is no policy document, or one of too many permissions")
        })?;
        Ok(Some(documents::of_stored(name, stored, wanted)))
    }

    /// The members of a group.
    pub(crate) async fn iam_members(&self, group: &str) -> Result<Option<BTreeSet<String>>, Error> {
        let form = Form::new("GetGroup").with("GroupName", group);
        let answer = self.read_iam(&format!("read group {group}"), form).await?;
        Ok(answer.map(|answer| texts(&answer, &["GetGroupResult", "Users"], "UserName").collect()))
    }

    /// Checks a secret key by a request that the account signs. Every account may list its own access keys. The server
    /// answers for a disabled user and for an inactive access key as for one that does not exist.
    pub(crate) async fn check_iam_secret_key(
        &self,
        label: &str,
        account: &Credential,
    ) -> Result<SecretKeyCheck, Error> {
        let action = format!("sign in as {label}");
        match self.send_iam_as(&action, Form::new("ListAccessKeys"), account).await {
            Ok(_) => Ok(SecretKeyCheck::Matches),
            Err(refused) if refused.code() == "AccessDenied" => Ok(SecretKeyCheck::Matches),
            Err(refused) if refused.code() == "SignatureDoesNotMatch" => Ok(SecretKeyCheck::Differs),
            Err(refused) if refused.code() == "InvalidAccessKeyId" => Ok(SecretKeyCheck::Unknown),
            Err(other) => Err(other),
        }
    }

    pub(crate) async fn iam_users(&self) -> Result<Vec<String>, Error> {
        self.iam_names("list the users", "ListUsers", ["ListUsersResult", "Users"], "UserName").await
    }

    pub(crate) async fn iam_policies(&self) -> Result<Vec<String>, Error> {
        let at = ["ListPoliciesResult", "Policies"];
        self.iam_names("list the policies", "ListPolicies", at, "PolicyName").await
    }

    pub(crate) async fn iam_groups(&self) -> Result<Vec<String>, Error> {
        self.iam_names("list the groups", "ListGroups", ["ListGroupsResult", "Groups"], "GroupName").await
    }

    async fn iam_names(
        &self,
        action: &str,
        call: &'static str,
        at: [&str; 2],
        name: &str,
    ) -> Result<Vec<String>, Error> {
        let answer = self.read_iam(action, Form::new(call)).await?;
        Ok(answer.iter().flat_map(|answer| texts(answer, &at, name)).collect())
    }
}

/// The members of a list.
fn members<'a>(answer: &'a Element, list: &[&str]) -> impl Iterator<Item = &'a Element> + use<'a> {
    answer.descendant(list).into_iter().flat_map(|list| list.all("member"))
}

/// One text of each member of a list.
fn texts<'a>(answer: &'a Element, list: &[&str], name: &'a str) -> impl Iterator<Item = String> + use<'a> {
    members(answer, list).filter_map(move |member| member.value(&[name]).map(str::to_owned))
}
