//! Compares client quotas: limits that differ from the declared ones, and limits that the spec removes.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use crate::change::{AlterQuota, Change, RemoveQuota};
use crate::desired::{Entity, Limits, Quotas};

pub(super) fn changes(
    desired: &BTreeMap<Entity, Limits>,
    observed: &BTreeMap<Entity, Quotas>,
) -> Vec<Change> {
    let no_limits = Quotas::new();
    let of_entity = |(entity, limits): (&Entity, &Limits)| {
        let existing = observed.get(entity).unwrap_or(&no_limits);
        [alter(entity, limits, existing), remove(entity, limits, existing)]
    };
    desired.iter().flat_map(of_entity).flatten().collect()
}

fn alter(entity: &Entity, limits: &Limits, existing: &Quotas) -> Option<Change> {
    let drift = |(key, limit): (&String, &Option<_>)| {
        Some((key.clone(), Drift::between(existing.get(key).copied(), (*limit)?)?))
    };
    let limits: BTreeMap<_, _> = limits.iter().filter_map(drift).collect();
    let altered = !limits.is_empty();
    altered.then(|| Change::AlterQuota(AlterQuota { entity: entity.clone(), limits }))
}

fn remove(entity: &Entity, limits: &Limits, existing: &Quotas) -> Option<Change> {
    let removed_limits = limits.iter().filter(|(_, limit)| limit.is_none());
    let limits: BTreeMap<_, _> =
        removed_limits.filter_map(|(key, _)| Some((key.clone(), *existing.get(key)?))).collect();
    let removed = !limits.is_empty();
    removed.then(|| Change::RemoveQuota(RemoveQuota { entity: entity.clone(), limits }))
}
