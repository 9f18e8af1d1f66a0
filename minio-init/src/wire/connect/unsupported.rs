//! The error for a part of the spec that the server does not have.

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::client::Client;

/// The place, name and reason of a part of the spec that the server does not have.
pub(super) type Unsupported = (String, &'static str, &'static str);

/// Fails if there is such a part.
pub(super) fn check(client: &Client, unsupported: Option<Unsupported>) -> Result<(), Error> {
    unsupported.map_or(Ok(()), |(at, feature, why)| {
        Err(Error::Unsupported { at, feature, endpoint: client.endpoint().clone(), why: why.to_owned() })
    })
}

/// Fails when the spec has accounts, on a server without an API for them that is known here.
pub(super) fn check_without_accounts(client: &Client, desired: &Desired) -> Result<(), Error> {
    let absent = &desired.absent;
    let parts = [
        ("users", !desired.users.is_empty() || !absent.users.is_empty()),
        ("policies", !desired.policies.is_empty()),
        ("groups", !desired.groups.is_empty()),
        ("access keys", !desired.keys.is_empty() || !absent.keys.is_empty()),
    ];
    let needed = parts.into_iter().find_map(|(part, is_there)| is_there.then_some(part));
    needed.map_or(Ok(()), |needed| {
        Err(Error::NoAdminApi { endpoint: client.endpoint().clone(), kind: client.kind(), needed })
    })
}
