//! Exports the spec of a live cluster: reads everything that it has, and writes that as a spec.

mod entry;
mod fold;
mod found;
mod read;
mod write;

use init_core::Secrets;
use init_core::export::{Export, Scope};

use self::found::Found;
use crate::Error;
use crate::desired::{Desired, Sasl};
use crate::observe::{self, Names};
use crate::wire::Cluster;

/// The sections that are written. Of a given spec they are replaced, and all other sections are kept.
pub(crate) const SECTIONS: &[&str] = &[
    "defaults",
    "reassign",
    "topics",
    "users",
    "acls",
    "quotas",
    "brokerDefaults",
    "brokerConfigs",
    "clientMetrics",
    "groups",
];

/// Reads everything in the scope and writes it as a spec.
pub(crate) async fn export(
    cluster: &mut Cluster,
    desired: &Desired,
    secrets: &Secrets,
    scope: &Scope,
) -> Result<Export, Error> {
    let login = match &desired.sasl {
        Some(Sasl::Password(login)) => Some(login),
        Some(Sasl::OAuth(_) | Sasl::MskIam(_)) | None => None,
    };
    let own = login.map(|login| (login.username.clone(), login.password.clone()));
    // The name of the account is the only one that comes from a secret in a connection.
    let names = Names::of_account(desired, secrets)?;
    let can_log_in = desired.sasl.is_some() || scope.has_dependent_key("probe");
    let mut found = Found { own, can_log_in, ..Found::default() };
    if scope.includes_section("topics") {
        read::topics(cluster.main(), scope, &mut found).await?;
    }
    if scope.includes_section("users") {
        found.users = observe::every_user(cluster.main(), &names).await?;
    }
    if scope.includes_section("acls") {
        found.acls = observe::every_acl(cluster.main(), &names).await?;
    }
    if scope.includes_section("quotas") {
        found.quotas = observe::every_quota(cluster.main(), &names).await?;
    }
    if scope.includes_section("brokerDefaults") {
        read::broker_defaults(cluster.main(), &mut found).await?;
    }
    if scope.includes_section("brokerConfigs") {
        read::broker_configs(cluster, scope, &mut found).await?;
    }
    for (section, groups) in [("clientMetrics", false), ("groups", true)] {
        if scope.includes_section(section) {
            read::listed_resources(cluster.main(), groups, &mut found).await?;
        }
    }
    Ok(write::export(&found))
}

#[cfg(test)]
mod tests;
