//! Checks the changes of a plan before the first write: the privileges that the provisioning role lacks, and the
//! values that a parameter does not accept.

mod grantable;
mod needs;
mod own_attributes;
mod privilege;
mod slots;
mod value;
mod wrapper;

use init_core::CheckMode;
use tracing::warn;

use crate::change::Change;
use crate::error::Error;
use crate::wire::Server;

/// The index of each change that would be refused, and the error.
pub(crate) async fn check(server: &Server, changes: &[Change], mode: CheckMode) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    warn_of_passwords_without_login(changes);
    if !server.main.facts.superuser {
        match privilege::check(server, changes, mode).await {
            Ok(found) => refused.extend(found),
            Err(error) => return vec![(0, error)],
        }
    }
    match slots::check(server, changes).await {
        Ok(found) => refused.extend(found),
        Err(error) => return vec![(0, error)],
    }
    refused.extend(value::check(server, changes).await);
    refused.sort_by_key(|(index, _)| *index);
    refused
}

/// Warns of a new role with a password and without LOGIN, which is seldom intended.
fn warn_of_passwords_without_login(changes: &[Change]) {
    for change in changes {
        if let Change::CreateRole(role) = change
            && role.password.is_some()
            && role.attributes.login != Some(true)
        {
            warn!(role = role.role, "the role has a password and no `login: true`: nobody can log in as it");
        }
    }
}
