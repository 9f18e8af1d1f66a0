//! Validates the replica assignment of a new topic.

use std::collections::BTreeSet;

use init_core::{SpecPath, Violations};

/// The number of partitions and of replicas that an assignment has.
pub(super) fn counts(
    assignment: &[Vec<i32>],
    at: &SpecPath,
    violations: &mut Violations,
) -> Option<(i32, i16)> {
    let copies = assignment.first().map(Vec::len).unwrap_or_default();
    let counts = (i32::try_from(assignment.len()).ok(), i16::try_from(copies).ok());
    for (partition, brokers) in assignment.iter().enumerate() {
        let distinct: BTreeSet<&i32> = brokers.iter().collect();
        if brokers.is_empty() || distinct.len() < brokers.len() || brokers.iter().any(|broker| *broker < 0) {
            violations.push(&at.index(partition), "a partition has brokers by their ids, each of them once");
        } else if brokers.len() != copies {
            violations.push(
                &at.index(partition),
                format!(
                    "it has {} brokers, and the first partition has {copies}: all have as many",
                    brokers.len()
                ),
            );
        }
    }
    if assignment.is_empty() {
        violations.push(at, "name the brokers of at least one partition");
        return None;
    }
    counts.0.zip(counts.1)
}
