//! All drift between what is wanted and what is there. Knows no client.

mod bucket;
mod identity;
#[cfg(test)]
mod tests;

use init_core::{Conflict, Plan};

use crate::change::Change;
use crate::desired::Desired;
use crate::observe::Observed;

/// What is found on the way, before it is sorted.
#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    conflicts: Vec<Conflict>,
}

impl Found {
    fn change(&mut self, change: impl Into<Change>) {
        self.changes.push(change.into());
    }

    fn changes(&mut self, changes: impl IntoIterator<Item = impl Into<Change>>) {
        self.changes.extend(changes.into_iter().map(Into::into));
    }
}

pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut found = Found::default();
    identity::policies(desired, observed, &mut found);
    identity::users(desired, observed, &mut found);
    identity::groups(desired, observed, &mut found);
    identity::keys(desired, observed, &mut found);
    bucket::buckets(desired, observed, &mut found);
    Plan::new(found.changes, found.conflicts)
}
