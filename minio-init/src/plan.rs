//! Computes the changes and the conflicts between a spec and a server. Pure: it has no client.

mod absent;
mod bucket;
mod config;
mod findings;
mod garage;
mod identity;
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
use crate::observed::Observed;

use findings::Findings;

pub(crate) use own_rights::may_take_permissions;

pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut findings = Findings::default();
    if let Some(api) = &desired.garage {
        garage::garage(desired, api, observed, &mut findings);
    } else if let Some(existing) = &observed.owners {
        owners::users(desired, observed, &mut findings);
        owners::owners(desired, existing, &mut findings);
    } else {
        identity::policies(desired, observed, &mut findings);
        identity::users(desired, observed, &mut findings);
        identity::groups(desired, observed, &mut findings);
        identity::keys(desired, observed, &mut findings);
    }
    if desired.garage.is_none() {
        absent::removals(desired, observed, &mut findings);
    }
    tier::tiers(desired, observed, &mut findings);
    bucket::buckets(desired, observed, &mut findings);
    config::config(desired, observed, &mut findings);
    own_rights::check_own_permissions(desired, observed, &mut findings);
    Plan::new(findings.changes, findings.conflicts)
}
