//! The changes that RustFS would refuse only after others were made.

use crate::change::{Change, IdentityChange};
use crate::desired::{Expiry, access};
use crate::error::Error;
use crate::wire::client::Client;

/// A place in the spec, the feature, and the reason.
type Refused = (String, &'static str, &'static str);

/// The index of each change that the server would refuse, with the error.
pub(super) fn refused(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    let refused = changes.iter().enumerate().filter_map(|(index, change)| Some((index, of_change(change)?)));
    let error = |(index, (at, feature, why)): (usize, Refused)| {
        let (endpoint, why) = (client.endpoint().clone(), why.to_owned());
        (index, Error::Unsupported { at, feature, endpoint, why })
    };
    refused.map(error).collect()
}

fn of_change(change: &Change) -> Option<Refused> {
    const SPACE: &str = "it takes no white space in the name of a policy or a group";
    let has_space = |name: &String| name.contains(char::is_whitespace);
    let Change::Identity(change) = change else { return None };
    if let IdentityChange::CreatePolicy { policy, .. } = change {
        let at = match access::label_of(policy) {
            Some(label) => format!("users.{label}, the policy {policy} of its `access`"),
            None => format!("policies.{policy}"),
        };
        has_space(policy).then_some((at, "this name", SPACE))
    } else if let IdentityChange::CreateGroup { group, .. } = change {
        has_space(group).then(|| (format!("groups.{group}"), "this name", SPACE))
    } else if let IdentityChange::AlterAccessKey(key) = change {
        let is_never = key.expires.as_ref().is_some_and(|expires| expires.to == Expiry::Never);
        let why = "it cannot take the end of an access key away, and would lose the key with its policy: write a later end, \
                   or remove the key first (`state: absent`)";
        is_never
            .then(|| (format!("accessKeys.{}.expires", key.access_key), "`never` for a key that ends", why))
    } else {
        None
    }
}
