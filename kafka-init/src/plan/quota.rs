//! Client quotas with other limits than declared.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use crate::change::{AlterQuota, Change};
use crate::desired::{Entity, Quotas, Rate};

pub(super) fn changes(
    desired: &BTreeMap<Entity, Quotas>,
    observed: &BTreeMap<Entity, Quotas>,
) -> Vec<Change> {
    let nothing = Quotas::new();
    let alter = |(entity, quotas): (&Entity, &Quotas)| {
        let there = observed.get(entity).unwrap_or(&nothing);
        let drift = |(key, limit): (&String, &Rate)| {
            Some((key.clone(), Drift::between(there.get(key).copied(), *limit)?))
        };
        let limits: BTreeMap<_, _> = quotas.iter().filter_map(drift).collect();
        let altered = !limits.is_empty();
        altered.then(|| Change::AlterQuota(AlterQuota { entity: entity.clone(), limits }))
    };
    desired.iter().filter_map(alter).collect()
}
