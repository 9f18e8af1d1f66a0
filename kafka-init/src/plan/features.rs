//! Compares feature levels. A level is only ever raised: Kafka may lose metadata with a lower one.

use init_core::diff::Drift;

use crate::change::{Change, RaiseFeature};
use crate::desired::Desired;
use crate::observed::Observed;

/// The features whose level is lower than the declared one.
pub(super) fn changes<'d>(desired: &'d Desired, observed: &'d Observed) -> impl Iterator<Item = Change> + 'd {
    desired.features.iter().filter_map(|(name, level)| {
        let from = observed.features.get(name).copied();
        let is_lower = from.unwrap_or_default() < *level;
        let raise = || RaiseFeature { name: name.clone(), level: Drift { from, to: *level } };
        is_lower.then(|| Change::RaiseFeature(raise()))
    })
}
