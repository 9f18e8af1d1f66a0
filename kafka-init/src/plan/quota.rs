//! Client quotas with other limits than declared, and limits that the spec takes away.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use crate::change::{AlterQuota, Change, RemoveQuota};
use crate::desired::{Entity, Limits, Quotas};

pub(super) fn changes(
    desired: &BTreeMap<Entity, Limits>,
    observed: &BTreeMap<Entity, Quotas>,
) -> Vec<Change> {
    let nothing = Quotas::new();
    let of_entity = |(entity, limits): (&Entity, &Limits)| {
        let there = observed.get(entity).unwrap_or(&nothing);
        [alter(entity, limits, there), remove(entity, limits, there)]
    };
    desired.iter().flat_map(of_entity).flatten().collect()
}

fn alter(entity: &Entity, limits: &Limits, there: &Quotas) -> Option<Change> {
    let drift = |(key, limit): (&String, &Option<_>)| {
        Some((key.clone(), Drift::between(there.get(key).copied(), (*limit)?)?))
    };
    let limits: BTreeMap<_, _> = limits.iter().filter_map(drift).collect();
    let altered = !limits.is_empty();
    altered.then(|| Change::AlterQuota(AlterQuota { entity: entity.clone(), limits }))
}

fn remove(entity: &Entity, limits: &Limits, there: &Quotas) -> Option<Change> {
    let taken = limits.iter().filter(|(_, limit)| limit.is_none());
    let limits: BTreeMap<_, _> = taken.filter_map(|(key, _)| Some((key.clone(), *there.get(key)?))).collect();
    let removed = !limits.is_empty();
    removed.then(|| Change::RemoveQuota(RemoveQuota { entity: entity.clone(), limits }))
}
