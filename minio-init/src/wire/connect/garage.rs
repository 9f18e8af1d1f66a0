//! Connects to the admin API of Garage, and tells what Garage does not have before anything is written.

use init_core::Secrets;

use super::unsupported::Unsupported;
use crate::desired::{Desired, Garage, ServerKind, User, access, permissions};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::check_key;
use crate::wire::garage::api::AdminApi;

/// Opens the admin API. A Garage without a layout is not ready, unless the spec has one for it. The key of the
/// provisioning account is checked too, because it is made where it is missing.
pub(super) async fn open(
    client: &mut Client,
    desired: &Desired,
    garage: &Garage,
    secrets: &Secrets,
) -> Result<(), Error> {
    let own = &desired.server;
    check_key(ServerKind::Garage, secrets, &own.access_key, &own.secret_key)?;
    client.set_garage(AdminApi::new(garage, secrets)?);
    client.set_kind(ServerKind::Garage);
    let status = client.garage_status().await?;
    if status.layout_version == 0 && garage.layout.is_none() {
        let state = "it has no layout: assign one with `garage layout assign`, or write `garage.layout`";
        return Err(Error::NotReady { endpoint: garage.endpoint.clone(), state: state.to_owned() });
    }
    Ok(())
}

const POLICIES: &str = "Garage has no policies of users: write `access`";

/// The first part of the spec that Garage does not have.
pub(super) fn unsupported(desired: &Desired) -> Option<Unsupported> {
    let policy = desired.policies.keys().find(|name| !permissions::is_made_of_levels(desired, name));
    let policy = policy.map(|name| (format!("policies.{name}"), "a policy of users", POLICIES));
    let group = desired.groups.keys().next();
    let group = group.map(|name| (format!("groups.{name}"), "a group", "Garage has no groups"));
    let label = desired.keys.values().map(|key| &key.label).chain(desired.absent.keys.values()).next();
    let why = "a user is a key of Garage, and has none beside it: write it in `users`";
    let key = label.map(|label| (format!("accessKeys.{label}"), "an access key", why));
    let region = desired.buckets.iter().find_map(|(name, bucket)| {
        let other = bucket.region.as_ref().filter(|region| **region != desired.server.region);
        let why = "all buckets of a Garage are in its one region: write that in `region` of the spec, and none here";
        other.map(|_| (format!("buckets.{name}.region"), "region", why))
    });
    let section = desired.config.keys().next();
    let why = "the configuration of Garage is a file of its own";
    let section = section.map(|section| (format!("config.{section}"), "config", why));
    let user = || desired.users.values().find_map(of_user);
    policy.or(group).or(key).or_else(user).or(region).or(section)
}

fn of_user(user: &User) -> Option<Unsupported> {
    let at = |field: &str| format!("users.{}.{field}", user.label);
    let own = access::policy_name(&user.label);
    if user.policies.iter().chain(&user.detached).any(|policy| *policy != own) {
        return Some((at("policies"), "a policy of users", POLICIES));
    }
    let why = "Garage disables no key: write `access: []`, or `state: absent`";
    user.status.map(|_| (at("status"), "status", why))
}
