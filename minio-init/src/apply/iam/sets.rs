//! Changes the members of groups and the policies of users and groups, each by a request of its own.

use std::collections::BTreeSet;

use init_core::{Secrets, Text};

use crate::change::Grantee;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::resolve_name;
use crate::wire::iam::Step;

pub(super) async fn change_members(
    client: &Client,
    group: &str,
    members: &BTreeSet<Text>,
    step: Step,
    secrets: &Secrets,
) -> Result<(), Error> {
    for member in members {
        let name = resolve_name(secrets, member)?;
        client.change_iam_member(group, (&member.to_string(), &name), step).await?;
    }
    Ok(())
}

pub(super) async fn change_attachments(
    client: &Client,
    grantee: &Grantee,
    policies: &BTreeSet<String>,
    step: Step,
    secrets: &Secrets,
) -> Result<(), Error> {
    let name = match grantee {
        Grantee::User(user) => resolve_name(secrets, user)?,
        Grantee::Group(group) | Grantee::LdapUser(group) | Grantee::LdapGroup(group) => group.clone(),
    };
    for policy in policies {
        client.change_iam_attachment((grantee, &name), policy, step).await?;
    }
    Ok(())
}
