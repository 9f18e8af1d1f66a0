//! Reads the users of a server whose users own buckets.

use std::collections::BTreeSet;

use super::found::Found;
use crate::desired::{Status, names};
use crate::error::Error;
use crate::observe::Names;
use crate::observed::{ObservedAccounts, ObservedOwner, ObservedUser};
use crate::wire::client::Client;
use crate::wire::versity::ROLE;

pub(super) async fn read(client: &Client, names: &Names, found: &mut Found) -> Result<(), Error> {
    let (users, owners) = tokio::try_join!(client.versity_users(), client.versity_owners())?;
    for (name, role) in users {
        if let Err(problem) = names::access_key(&name) {
            found.note("users", &name, format!("this user: {problem}"));
            continue;
        }
        if role != ROLE {
            found.note("users", &name, format!("its role {role}: a spec makes users of the role {ROLE}"));
        }
        let existing =
            ObservedUser { status: Status::Enabled, policies: BTreeSet::new(), secret_differs: false };
        found.server.users.insert(names.label(&name), existing);
    }
    let owner = |(bucket, owner): (String, String)| {
        (bucket, ObservedOwner { owner: names.label(&owner), has_policy: false, has_grants: false })
    };
    found.server.accounts = ObservedAccounts::Owners(owners.into_iter().map(owner).collect());
    Ok(())
}
