//! A plan: the changes for all drift of one observation, in the order of execution, and the conflicts.

use std::collections::BTreeSet;
use std::fmt;
use std::mem::discriminant;

use serde::Serialize;

use crate::SpecPath;

/// The changes, sorted by construction, and the differences that cannot be changed in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<C> {
    changes: Vec<C>,
    conflicts: Vec<Conflict>,
}

impl<C: Ord> Plan<C> {
    /// Sorts the changes, so that the order in which drift was found does not matter.
    pub fn new(changes: impl IntoIterator<Item = C>, conflicts: impl IntoIterator<Item = Conflict>) -> Self {
        let mut changes: Vec<C> = changes.into_iter().collect();
        changes.sort_unstable();
        changes.dedup();
        let conflicts: BTreeSet<Conflict> = conflicts.into_iter().collect();
        Self { changes, conflicts: conflicts.into_iter().collect() }
    }
}

impl<C> Plan<C> {
    /// The changes in the order of execution.
    pub fn changes(&self) -> &[C] {
        &self.changes
    }

    /// The conflicts. With any conflict, nothing is applied.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Returns true if there is neither a change nor a conflict.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.conflicts.is_empty()
    }

    /// The stages: runs of consecutive changes for which `same_stage` returns true, and which a backend may batch.
    pub fn stages(&self, same_stage: impl FnMut(&C, &C) -> bool) -> impl Iterator<Item = &[C]> {
        self.changes.chunk_by(same_stage)
    }
}

/// Returns true if two changes have the same variant.
pub fn same_variant<C>(one: &C, other: &C) -> bool {
    discriminant(one) == discriminant(other)
}

/// The runs of consecutive changes with the same variant.
pub fn by_variant<C>(changes: &[C]) -> impl Iterator<Item = &[C]> {
    changes.chunk_by(same_variant)
}

/// A difference that cannot be changed in place, or a server other than the one that the spec means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Conflict {
    /// The path in the spec that the server contradicts.
    pub at: SpecPath,
    /// The difference, and how it could be resolved.
    pub problem: String,
}

impl Conflict {
    /// Makes a conflict at a path of the spec.
    pub fn new(at: SpecPath, problem: impl Into<String>) -> Self {
        Self { at, problem: problem.into() }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Toy {
        Create(u8),
        Alter(u8),
    }

    #[test]
    fn stages_are_runs_of_one_variant_in_the_order_of_execution() {
        let plan = Plan::new([Toy::Alter(1), Toy::Create(2), Toy::Create(1), Toy::Alter(1)], []);
        let stages: Vec<_> = plan.stages(same_variant).collect();
        assert_eq!(stages, [&[Toy::Create(1), Toy::Create(2)][..], &[Toy::Alter(1)][..]]);
    }
}
