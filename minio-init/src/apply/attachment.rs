//! Attaches and detaches policies of users and groups.

use std::collections::BTreeSet;

use http::Method;
use init_core::Secrets;
use serde_json::json;

use super::ldap::ldap_name;
use crate::change::Grantee;
use crate::error::Error;
use crate::wire::admin::{GroupInfo, UNKNOWN_CALL, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::credential::resolve_name;

/// The codes for a change without effect: another run was faster.
const NO_EFFECT: [&str; 3] =
    ["XMinioAdminPolicyChangeAlreadyApplied", "XMinioPolicyAlreadyAttached", "XMinioPolicyNotAttached"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Attachment {
    Attach,
    Detach,
}

impl Attachment {
    fn call(self, is_ldap: bool) -> &'static str {
        match (self, is_ldap) {
            (Self::Attach, false) => "idp/builtin/policy/attach",
            (Self::Detach, false) => "idp/builtin/policy/detach",
            (Self::Attach, true) => "idp/ldap/policy/attach",
            (Self::Detach, true) => "idp/ldap/policy/detach",
        }
    }

    fn action(self, grantee: &Grantee) -> String {
        match self {
            Self::Attach => format!("attach policies to {grantee}"),
            Self::Detach => format!("detach policies of {grantee}"),
        }
    }
}

pub(super) async fn change(
    client: &Client,
    attachment: Attachment,
    grantee: &Grantee,
    policies: &BTreeSet<String>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let action = attachment.action(grantee);
    let body = match grantee {
        Grantee::User(user) => json!({"policies": policies, "user": resolve_name(secrets, user)?}),
        Grantee::LdapUser(user) => json!({"policies": policies, "user": user}),
        Grantee::Group(group) | Grantee::LdapGroup(group) => json!({"policies": policies, "group": group}),
    };
    let is_ldap = ldap_name(grantee).is_some();
    let body = client.seal(&action, &body)?;
    let call = Call::admin(Method::POST, attachment.call(is_ldap), action)
        .header("content-type", "application/octet-stream")
        .body(body);
    match client.send_admin_sealed("policies", call).await {
        Err(refused) if NO_EFFECT.contains(&refused.code()) => Ok(()),
        done if is_ldap => done.map(drop),
        // Releases before RELEASE.2023-01-02T09-40-09Z do not have the call.
        Err(refused) if refused.code() == UNKNOWN_CALL => {
            set_all(client, attachment, grantee, policies, secrets).await
        }
        // Another run has disabled the user again, which this run has just enabled.
        done => {
            done.map(drop).map_err(|refused| refused.caused_by_concurrent_run(&["XMinioAdminNoSuchUser"]))
        }
    }
}

/// Sets all policies of the user or group at once, which is the only call of an old server. The present ones are read
/// just before.
async fn set_all(
    client: &Client,
    attachment: Attachment,
    grantee: &Grantee,
    policies: &BTreeSet<String>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let (name, is_group) = match grantee {
        Grantee::User(user) => (resolve_name(secrets, user)?, false),
        Grantee::LdapUser(user) => (user.clone(), false),
        Grantee::Group(group) | Grantee::LdapGroup(group) => (group.clone(), true),
    };
    let mut names = attached_policies(client, grantee, &name).await?;
    match attachment {
        Attachment::Attach => names.extend(policies.iter().cloned()),
        Attachment::Detach => names.retain(|policy| !policies.contains(policy)),
    }
    let list: Vec<_> = names.into_iter().collect();
    let call = Call::admin(Method::PUT, "set-user-or-group-policy", attachment.action(grantee))
        .query("policyName", &list.join(","))
        .query("userOrGroup", &name)
        .query("isGroup", if is_group { "true" } else { "false" });
    client.send_admin("policies", call).await.map(drop)
}

async fn attached_policies(
    client: &Client,
    grantee: &Grantee,
    name: &str,
) -> Result<BTreeSet<String>, Error> {
    let action = format!("read the policies of {grantee}");
    match grantee {
        Grantee::User(_) | Grantee::LdapUser(_) => {
            let call = Call::admin(Method::GET, "user-info", action.as_str()).query("accessKey", name);
            Ok(client.json::<UserInfo>(&action, &client.send_admin("users", call).await?)?.policies)
        }
        Grantee::Group(_) | Grantee::LdapGroup(_) => {
            let call = Call::admin(Method::GET, "group", action.as_str()).query("group", name);
            Ok(client.json::<GroupInfo>(&action, &client.send_admin("groups", call).await?)?.policies)
        }
    }
}
