//! Changes users, their access keys, policies and groups.

use init_core::Secret;

use super::calls::{EXISTS, NO_SUCH_ENTITY};
use super::documents;
use super::form::Form;
use super::reads::policy_arn;
use crate::change::Grantee;
use crate::desired::Status;
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::client::Client;

/// The name of a policy that does not exist, for which the server checks a document and stores nothing.
const NO_POLICY: &str = "minio-init-checks-a-document";

/// The change of an attachment or a membership.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Add,
    Remove,
}

impl Client {
    /// Fails where the API writes nothing: a user without a name is refused in any case, and otherwise for its name.
    pub(crate) async fn check_iam_writes(&self) -> Result<(), Error> {
        match self.send_iam("ask whether users can be written", Form::new("CreateUser")).await {
            Err(Error::Refused(refusal)) if refusal.code == "AccessDenied" => Err(Error::Unsupported {
                at: "users".to_owned(),
                feature: "a change of users, groups and policies",
                endpoint: self.endpoint().clone(),
                why: "its IAM API only reads: start it with -s3.iam.readOnly=false (for `weed s3`, -iam.readOnly=false)".to_owned(),
            }),
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Fails for a document to which the server alters no policy.
    pub(crate) async fn check_iam_policy(&self, name: &str, document: &Document) -> Result<(), Error> {
        let action = format!("validate policy {name}");
        match self.send_iam(&action, new_version(NO_POLICY, &documents::sent(name, document))).await {
            Err(refused) if refused.code() == NO_SUCH_ENTITY => Ok(()),
            done => done.map(drop),
        }
    }

    pub(crate) async fn create_iam_policy(&self, name: &str, document: &Document) -> Result<(), Error> {
        let form = Form::new("CreatePolicy").with("PolicyName", name);
        let form = form.with("PolicyDocument", documents::sent(name, document).text());
        self.made(&format!("write policy {name}"), form).await
    }

    pub(crate) async fn alter_iam_policy(&self, name: &str, document: &Document) -> Result<(), Error> {
        let form = new_version(name, &documents::sent(name, document));
        self.send_iam(&format!("write policy {name}"), form).await.map(drop)
    }

    pub(crate) async fn create_iam_user(&self, label: &str, user: &str) -> Result<(), Error> {
        self.made(&format!("write user {label}"), Form::new("CreateUser").with("UserName", user)).await
    }

    pub(crate) async fn set_iam_status(&self, label: &str, user: &str, status: Status) -> Result<(), Error> {
        let form = Form::new("SetUserStatus").with("UserName", user).with("Status", word(status));
        self.send_iam(&format!("set the status of user {label}"), form).await.map(drop)
    }

    pub(crate) async fn remove_iam_user(&self, label: &str, user: &str) -> Result<(), Error> {
        let form = Form::new("DeleteUser").with("UserName", user);
        self.gone(&format!("remove user {label}"), form).await
    }

    /// Makes an access key. Another run may have made it, and so may somebody for another user.
    pub(crate) async fn create_iam_key(
        &self,
        label: &str,
        (user, key): (&str, &str),
        secret: &Secret,
    ) -> Result<(), Error> {
        let form = Form::new("CreateAccessKey").with("UserName", user).with("AccessKeyId", key);
        let action = format!("make access key {label}");
        match self.send_iam(&action, form.secret(secret)).await {
            Err(refused) if refused.code() == EXISTS => {
                let is_own = self.iam_keys(label, user).await?.contains_key(key);
                Err(if is_own { refused.caused_by_concurrent_run(&[EXISTS]) } else { refused })
            }
            done => done.map(drop),
        }
    }

    /// The server says yes, too, where there is no such access key.
    pub(crate) async fn remove_iam_key(&self, label: &str, (user, key): (&str, &str)) -> Result<(), Error> {
        let form = Form::new("DeleteAccessKey").with("UserName", user).with("AccessKeyId", key);
        self.send_iam(&format!("remove access key {label}"), form).await.map(drop)
    }

    pub(crate) async fn set_iam_key_status(
        &self,
        label: &str,
        (user, key): (&str, &str),
        status: Status,
    ) -> Result<(), Error> {
        let form = Form::new("UpdateAccessKey").with("UserName", user).with("AccessKeyId", key);
        let form = form.with("Status", word(status));
        self.send_iam(&format!("set the status of access key {label}"), form).await.map(drop)
    }

    pub(crate) async fn create_iam_group(&self, group: &str) -> Result<(), Error> {
        self.made(&format!("write group {group}"), Form::new("CreateGroup").with("GroupName", group)).await
    }

    pub(crate) async fn change_iam_member(
        &self,
        group: &str,
        (label, user): (&str, &str),
        step: Step,
    ) -> Result<(), Error> {
        let with = |call| Form::new(call).with("GroupName", group).with("UserName", user);
        match step {
            Step::Add => {
                let action = format!("add user {label} to group {group}");
                self.send_iam(&action, with("AddUserToGroup")).await.map(drop)
            }
            Step::Remove => {
                let action = format!("remove user {label} from group {group}");
                self.gone(&action, with("RemoveUserFromGroup")).await
            }
        }
    }

    /// Attaches a policy, or detaches it. Attaching one that is attached changes nothing.
    pub(crate) async fn change_iam_attachment(
        &self,
        (grantee, name): (&Grantee, &str),
        policy: &str,
        step: Step,
    ) -> Result<(), Error> {
        let (attach, detach, parameter) = match grantee {
            Grantee::User(_) | Grantee::LdapUser(_) => ("AttachUserPolicy", "DetachUserPolicy", "UserName"),
            Grantee::Group(_) | Grantee::LdapGroup(_) => {
                ("AttachGroupPolicy", "DetachGroupPolicy", "GroupName")
            }
        };
        let with = |call| Form::new(call).with(parameter, name).with("PolicyArn", policy_arn(policy));
        match step {
            Step::Add => {
                self.send_iam(&format!("attach policy {policy} to {grantee}"), with(attach)).await.map(drop)
            }
            Step::Remove => self.gone(&format!("detach policy {policy} of {grantee}"), with(detach)).await,
        }
    }

    /// Makes something that another run may have made meanwhile.
    async fn made(&self, action: &str, form: Form<'_>) -> Result<(), Error> {
        let done = self.send_iam(action, form).await;
        done.map(drop).map_err(|refused| refused.caused_by_concurrent_run(&[EXISTS]))
    }

    /// Removes something that another run may have removed already.
    async fn gone(&self, action: &str, form: Form<'_>) -> Result<(), Error> {
        match self.send_iam(action, form).await {
            Err(refused) if refused.code() == NO_SUCH_ENTITY => Ok(()),
            done => done.map(drop),
        }
    }
}

/// The server keeps one version of a policy, which the new one replaces.
fn new_version(name: &str, document: &Document) -> Form<'static> {
    let form = Form::new("CreatePolicyVersion").with("PolicyArn", policy_arn(name));
    form.with("SetAsDefault", "true").with("PolicyDocument", document.text())
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Enabled => "Active",
        Status::Disabled => "Inactive",
    }
}
