//! All drift between what is wanted and what is there. Knows no client.

mod absent;
mod bucket;
mod found;
mod identity;
mod needs;
mod own_rights;
#[cfg(test)]
pub(crate) mod tests;

use init_core::Plan;

use crate::change::Change;
use crate::desired::Desired;
use crate::observed::Observed;

use found::Found;

pub(crate) use own_rights::at_stake;

pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut found = Found::default();
    identity::policies(desired, observed, &mut found);
    identity::users(desired, observed, &mut found);
    identity::groups(desired, observed, &mut found);
    identity::keys(desired, observed, &mut found);
    absent::taken_away(desired, observed, &mut found);
    bucket::buckets(desired, observed, &mut found);
    own_rights::kept(desired, observed, &mut found);
    Plan::new(found.changes, found.conflicts)
}
