//! Client quotas with other limits than declared.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use serde::Serialize;

use super::Change;
use super::change::drifts;
use crate::spec::{Entity, Quotas, Rate};

/// Other limits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterQuota {
    /// For whom.
    #[serde(rename = "name")]
    pub entity: Entity,
    /// What differs, by limit.
    pub limits: BTreeMap<String, Drift<Rate>>,
}

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

impl fmt::Display for AlterQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter quota of {}:", self.entity)?;
        drifts(f, &self.limits)
    }
}
