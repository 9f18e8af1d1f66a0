//! Policies of users and groups, attached and detached.

use std::collections::BTreeSet;

use http::Method;
use init_core::Secrets;
use serde_json::json;

use crate::change::Grantee;
use crate::error::Error;
use crate::wire::admin::{GroupInfo, UNKNOWN_CALL, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::credential::value;

/// The server says so when a change changes nothing: another run was faster.
const ALREADY: [&str; 3] =
    ["XMinioAdminPolicyChangeAlreadyApplied", "XMinioPolicyAlreadyAttached", "XMinioPolicyNotAttached"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Attachment {
    Attach,
    Detach,
}

impl Attachment {
    fn call(self) -> &'static str {
        match self {
            Self::Attach => "idp/builtin/policy/attach",
            Self::Detach => "idp/builtin/policy/detach",
        }
    }

    fn doing(self, whose: &Grantee) -> String {
        match self {
            Self::Attach => format!("attach policies to {whose}"),
            Self::Detach => format!("detach policies of {whose}"),
        }
    }
}

pub(super) async fn change(
    client: &Client,
    how: Attachment,
    whose: &Grantee,
    policies: &BTreeSet<String>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let doing = how.doing(whose);
    let body = match whose {
        Grantee::User(user) => json!({"policies": policies, "user": value(secrets, user)?}),
        Grantee::Group(group) => json!({"policies": policies, "group": group}),
    };
    let body = client.seal(&doing, &body)?;
    let call = Call::admin(Method::POST, how.call(), doing)
        .header("content-type", "application/octet-stream")
        .body(body);
    match client.ask_sealed("policies", call).await {
        Err(refused) if ALREADY.contains(&refused.code()) => Ok(()),
        // Releases before RELEASE.2023-01-02T09-40-09Z do not know the call.
        Err(refused) if refused.code() == UNKNOWN_CALL => set(client, how, whose, policies, secrets).await,
        // Another run has disabled the user again, which this one has just enabled.
        done => done.map(drop).map_err(|refused| refused.raced(&["XMinioAdminNoSuchUser"])),
    }
}

/// All policies of the user or group at once, which is the only way of an old server: those that it has are read just
/// before.
async fn set(
    client: &Client,
    how: Attachment,
    whose: &Grantee,
    policies: &BTreeSet<String>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let (name, is_group) = match whose {
        Grantee::User(user) => (value(secrets, user)?, false),
        Grantee::Group(group) => (group.clone(), true),
    };
    let mut names = now(client, whose, &name).await?;
    match how {
        Attachment::Attach => names.extend(policies.iter().cloned()),
        Attachment::Detach => names.retain(|policy| !policies.contains(policy)),
    }
    let list: Vec<_> = names.into_iter().collect();
    let call = Call::admin(Method::PUT, "set-user-or-group-policy", how.doing(whose))
        .query("policyName", &list.join(","))
        .query("userOrGroup", &name)
        .query("isGroup", if is_group { "true" } else { "false" });
    client.ask("policies", call).await.map(drop)
}

async fn now(client: &Client, whose: &Grantee, name: &str) -> Result<BTreeSet<String>, Error> {
    let doing = format!("read the policies of {whose}");
    match whose {
        Grantee::User(_) => {
            let call = Call::admin(Method::GET, "user-info", doing.as_str()).query("accessKey", name);
            Ok(client.json::<UserInfo>(&doing, &client.ask("users", call).await?)?.policies)
        }
        Grantee::Group(_) => {
            let call = Call::admin(Method::GET, "group", doing.as_str()).query("group", name);
            Ok(client.json::<GroupInfo>(&doing, &client.ask("groups", call).await?)?.policies)
        }
    }
}
