//! Exports the spec of a live server: reads everything that it has, in the form of an observation, and writes that as
//! a spec.

mod buckets;
mod ceph;
mod config;
mod document;
mod entry;
mod found;
mod garage;
mod iam;
mod identities;
mod ldap;
mod owners;
mod properties;
mod replication;
mod tiers;
mod write;

use init_core::Secrets;
use init_core::export::{Export, Scope};

use self::found::Found;
use crate::desired::{Accounts, Desired};
use crate::error::Error;
use crate::observe::Names;
use crate::wire::client::Client;

/// The sections that are written.
pub(crate) const SECTIONS: &[&str] =
    &["policies", "users", "groups", "ldap", "accessKeys", "tiers", "buckets", config::CONFIG];

/// The sections that need the admin API.
const IDENTITIES: [&str; 5] = ["policies", "users", "groups", "ldap", "accessKeys"];

/// The note for each of them where none was found.
const WITHOUT_API: &str = "whatever the server has of it: it has no admin API of MinIO; with `server` (versitygw, ceph or seaweedfs) \
                           or `garage` in the spec, that of its own is read";

/// Reads everything in the scope and writes it as a spec.
pub(crate) async fn export(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    scope: &Scope,
) -> Result<Export, Error> {
    let mut found = Found::of(&desired.server.access_key);
    match client.accounts() {
        Accounts::Policies => {
            let names = Names::of(desired, secrets)?;
            identities::read(client, secrets, &names, scope, &mut found).await?;
            if client.is_minio() && scope.includes_section(config::CONFIG) {
                config::read(client, scope, &mut found).await?;
            }
        }
        Accounts::Owners if scope.includes_section("users") => {
            owners::read(client, &Names::of(desired, secrets)?, &mut found).await?;
        }
        Accounts::Iam => iam::read(client, &Names::of(desired, secrets)?, scope, &mut found).await?,
        Accounts::AdminOps if scope.includes_section("users") => ceph::read(client, &mut found).await?,
        Accounts::Keys if scope.includes_section("users") => garage::keys(client, &mut found).await?,
        Accounts::Owners | Accounts::AdminOps | Accounts::Keys => {}
        Accounts::None => {
            for section in IDENTITIES {
                found.note(section, "", WITHOUT_API);
            }
        }
    }
    if scope.includes_section("tiers") && client.is_minio() {
        tiers::read(client, scope, &mut found).await?;
    }
    if scope.includes_section("buckets") {
        let region = &desired.server.region;
        match client.accounts() {
            Accounts::Keys => garage::buckets(client, region, scope, &mut found).await?,
            Accounts::Policies | Accounts::Owners | Accounts::AdminOps | Accounts::Iam | Accounts::None => {
                buckets::read(client, region, scope, &mut found).await?;
            }
        }
    }
    Ok(write::export(&found))
}

#[cfg(test)]
mod tests;
