//! Reads every policy, user, group and access key of SeaweedFS.

use init_core::Secret;
use init_core::export::Scope;

use super::found::Found;
use crate::change::Grantee;
use crate::desired::{Expiry, Status, names};
use crate::error::Error;
use crate::observe::{self, Names};
use crate::observed::{ObservedAccessKey, ObservedUser};
use crate::wire::admin::SecretKeyCheck;
use crate::wire::client::Client;
use crate::wire::credential::Credential;

pub(super) async fn read(
    client: &Client,
    names: &Names,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    let includes = |sections: &[&str]| sections.iter().any(|section| scope.includes_section(section));
    if includes(&["policies", "users", "groups"]) {
        for policy in client.iam_policies().await? {
            if let Some(document) = client.iam_policy(&policy, None).await? {
                found.server.policies.insert(policy, document);
            }
        }
    }
    if includes(&["users", "accessKeys"]) {
        for user in client.iam_users().await? {
            read_user(client, names, &user, found).await?;
        }
    }
    if includes(&["groups"]) {
        for group in client.iam_groups().await? {
            let existing = observe::iam_group(client, names, &group).await?;
            found.server.groups.extend(existing.map(|existing| (group, existing)));
        }
    }
    Ok(())
}

/// The status of a user with an access key of this status. The server answers to another secret key that the signature
/// is wrong, unless the user is disabled.
async fn status(client: &Client, label: &str, user: &str, key: Status) -> Result<Status, Error> {
    let account = Credential::new(user.to_owned(), Secret::from("unknown"));
    let check = client.check_iam_secret_key(&format!("user {label}"), &account).await?;
    Ok(if check == SecretKeyCheck::Unknown { Status::Disabled } else { key })
}

/// Reads a user with its access keys. That of its own name is the user's in a spec.
async fn read_user(client: &Client, names: &Names, user: &str, found: &mut Found) -> Result<(), Error> {
    let label = names.label(user);
    let shown = label.to_string();
    let Some(policies) = client.iam_attached(&Grantee::User(label.clone()), user).await? else {
        found.note("users", &shown, "this user, which is in the server's own configuration");
        return Ok(());
    };
    if let Err(problem) = names::iam_key(user) {
        found.note(
            "users",
            &shown,
            format!("this user, whose name is no access key that is made: {problem}"),
        );
        return Ok(());
    }
    for policy in client.iam_inline_policies(&shown, user).await? {
        found.note("users", &shown, format!("its inline policy {policy}: write it in `policies`"));
    }
    let keys = client.iam_keys(&shown, user).await?;
    match keys.get(user) {
        Some(key) => {
            let status = status(client, &shown, user, *key).await?;
            found
                .server
                .users
                .insert(label.clone(), ObservedUser { status, policies, secret_differs: false });
        }
        None => found.note("users", &shown, "this user, which has no access key of its own name"),
    }
    for (key, status) in keys.into_iter().filter(|(key, _)| key != user) {
        if let Err(problem) = names::iam_key(&key) {
            found.note("accessKeys", &names.label(&key).to_string(), format!("this access key: {problem}"));
            continue;
        }
        let existing = ObservedAccessKey {
            parent: label.clone(),
            status,
            policy: None,
            name: String::new(),
            description: String::new(),
            expires: Expiry::Never,
            secret_differs: false,
        };
        found.server.keys.insert(names.label(&key), existing);
    }
    Ok(())
}
