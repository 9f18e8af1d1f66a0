//! The part of the model that only Garage has.

use std::collections::BTreeSet;

use init_core::Text;

use crate::change::GarageChange;
use crate::desired::{Permissions, Status};
use crate::observed::{Observed, ObservedAccounts, ObservedGarage, ObservedLayout, ObservedUser};

/// The access key of the provisioning account.
pub(crate) const OWN: &str = "GK-provisioner";

/// A Garage without a layout.
pub(crate) fn new_garage() -> Observed {
    Observed { accounts: ObservedAccounts::Keys(ObservedGarage::default()), ..Observed::default() }
}

pub(crate) fn garage(observed: &mut Observed) -> &mut ObservedGarage {
    match &mut observed.accounts {
        ObservedAccounts::Keys(garage) => garage,
        other => panic!("{other:?}"),
    }
}

pub(super) fn step(observed: &mut Observed, change: GarageChange) {
    match change {
        GarageChange::AssignLayout(_) => garage(observed).layout = ObservedLayout::Assigned,
        GarageChange::ImportKey { key, .. } if key == Text::Plain(OWN.to_owned()) => {
            garage(observed).has_own_key = true;
        }
        GarageChange::ImportKey { key, .. } => {
            let (status, policies) = (Status::Enabled, BTreeSet::new());
            observed.users.insert(key, ObservedUser { status, policies, secret_differs: false });
        }
    }
}

pub(super) fn add_alias(observed: &mut Observed, bucket: &str) {
    assert!(garage(observed).without_alias.remove(bucket));
}

pub(super) fn permissions(observed: &mut Observed, (bucket, key): (String, Text)) -> &mut Permissions {
    garage(observed).access.entry(key).or_default().entry(bucket).or_default()
}
