//! Compares the configuration parameters of a role or a database.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use crate::desired;
use crate::observed;
use crate::spec::Setting;

/// The parameters of which the declared value differs from the stored one.
pub(crate) fn drift(
    desired: &desired::Settings,
    observed: &observed::Settings,
) -> BTreeMap<String, Drift<Setting>> {
    let differs = |(name, wanted): (&String, &Setting)| {
        let stored = observed.get(name);
        let same = stored.is_some_and(|stored| stored.equal || wanted.equals_stored(name, &stored.text));
        let from = stored.map(|stored| Setting::One(stored.text.clone()));
        let same = same || from.is_none() && *wanted == Setting::Unset;
        (!same).then(|| (name.clone(), Drift { from, to: wanted.clone() }))
    };
    desired.iter().filter_map(differs).collect()
}

/// The parameters with which a new role or database is created. It has no stored values that `null` could remove.
pub(crate) fn for_creation(desired: &desired::Settings) -> BTreeMap<String, Setting> {
    let set = desired.iter().filter(|(_, value)| **value != Setting::Unset);
    set.map(|(name, value)| (name.clone(), value.clone())).collect()
}
