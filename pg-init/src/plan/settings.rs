//! The parameters of a role or a database whose stored value is not the declared one.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use crate::desired;
use crate::observed;
use crate::spec::Setting;

/// The parameters that differ.
pub(crate) fn drift(
    desired: &desired::Settings,
    observed: &observed::Settings,
) -> BTreeMap<String, Drift<Setting>> {
    let differs = |(name, wanted): (&String, &Setting)| {
        let stored = observed.get(name);
        let same = stored.is_some_and(|stored| stored.equal || wanted.is(name, &stored.text));
        let from = stored.map(|stored| Setting::One(stored.text.clone()));
        let same = same || from.is_none() && *wanted == Setting::Unset;
        (!same).then(|| (name.clone(), Drift { from, to: wanted.clone() }))
    };
    desired.iter().filter_map(differs).collect()
}

/// Those that something new is made with: it has no others that could be taken away.
pub(crate) fn of_new(desired: &desired::Settings) -> BTreeMap<String, Setting> {
    let set = desired.iter().filter(|(_, value)| **value != Setting::Unset);
    set.map(|(name, value)| (name.clone(), value.clone())).collect()
}
