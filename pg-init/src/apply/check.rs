//! What the catalog tells about a plan before its first write: privileges that the provisioning role lacks,
//! and values that a parameter does not take.

mod grantable;
mod needs;
mod powers;
mod privilege;
mod slots;
mod value;
mod wrapper;

use init_core::CheckMode;
use tracing::warn;

use crate::change::Change;
use crate::error::Error;
use crate::wire::Server;

/// The index of each change that would be refused, and why.
pub(crate) async fn check(server: &Server, changes: &[Change], mode: CheckMode) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    without_login(changes);
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

/// A password of a role that may not log in is kept for later, which is seldom what was meant.
fn without_login(changes: &[Change]) {
    for change in changes {
        if let Change::CreateRole(role) = change
            && role.password.is_some()
            && role.attributes.login != Some(true)
        {
            warn!(role = role.role, "it has a password and no `login: true`: nobody can log in as it");
        }
    }
}
