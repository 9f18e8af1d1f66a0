//! The part of the model that only Garage has.

use std::collections::BTreeSet;

use init_core::Text;

use crate::change::GarageChange;
use crate::desired::{Permissions, Status};
use crate::observed::{Observed, ObservedGarage, ObservedLayout, ObservedUser};

/// The access key of the provisioning account.
pub(crate) const OWN: &str = "GK-provisioner";

pub(super) fn step(observed: &mut Observed, change: GarageChange) {
    let garage = observed.garage.get_or_insert_with(ObservedGarage::default);
    match change {
        GarageChange::AssignLayout(_) => garage.layout = ObservedLayout::Assigned,
        GarageChange::ImportKey { key, .. } if key == Text::Plain(OWN.to_owned()) => {
            garage.has_own_key = true;
        }
        GarageChange::ImportKey { key, .. } => {
            let (status, policies) = (Status::Enabled, BTreeSet::new());
            observed.users.insert(key, ObservedUser { status, policies, secret_differs: false });
        }
    }
}

pub(super) fn add_alias(observed: &mut Observed, bucket: &str) {
    assert!(observed.garage.as_mut().unwrap().without_alias.remove(bucket));
}

pub(super) fn permissions(observed: &mut Observed, (bucket, key): (String, Text)) -> &mut Permissions {
    observed.garage.as_mut().unwrap().access.entry(key).or_default().entry(bucket).or_default()
}
