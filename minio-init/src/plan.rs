//! Computes the changes and the conflicts between a spec and a server. Pure: it has no client.

mod absent;
mod bucket;
mod ceph;
mod config;
mod findings;
mod fixed;
mod garage;
mod identity;
mod inline;
mod ldap;
mod needs;
mod own_rights;
mod owners;
mod replication;
#[cfg(test)]
pub(crate) mod tests;
mod tier;

use init_core::Plan;

use crate::change::Change;
use crate::desired::Desired;
use crate::observed::{Observed, ObservedAccounts};

use findings::Findings;

pub(crate) use own_rights::may_take_permissions;

pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut findings = Findings::default();
    match &observed.accounts {
        ObservedAccounts::Policies => {
            identity::identities(desired, observed, &mut findings);
            ldap::ldap(desired, observed, &mut findings);
        }
        ObservedAccounts::Iam(fixed) => {
            fixed::users(desired, fixed, &mut findings);
            identity::identities(desired, observed, &mut findings);
        }
        ObservedAccounts::Owners(existing) => {
            owners::accounts(desired, existing, observed, &mut findings);
        }
        ObservedAccounts::AdminOps(existing) => ceph::accounts(desired, existing, observed, &mut findings),
        ObservedAccounts::Keys(existing) => garage::accounts(desired, existing, observed, &mut findings),
    }
    tier::tiers(desired, observed, &mut findings);
    bucket::buckets(desired, observed, &mut findings);
    config::config(desired, observed, &mut findings);
    own_rights::check_own_permissions(desired, observed, &mut findings);
    Plan::new(findings.changes, findings.conflicts)
}
