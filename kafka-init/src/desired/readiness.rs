//! The number of brokers that must be ready before a run reads or changes anything.

use super::Desired;

/// The condition for a cluster to be ready.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Readiness<'a> {
    /// The number of brokers that must be registered and unfenced.
    pub(crate) brokers: usize,
    /// The part of the spec that needs this number, for messages.
    pub(crate) because: String,
    /// The id of the only cluster that the spec is for, if it declares one.
    pub(crate) cluster_id: Option<&'a str>,
}

impl<'a> Readiness<'a> {
    /// The value of `brokers`, or else the largest declared replication factor, or else one.
    pub(crate) fn of(desired: &'a Desired) -> Self {
        let copies = |factor: i16| usize::try_from(factor).unwrap_or(1);
        let factors =
            desired.topics.iter().filter_map(|(name, topic)| Some((topic.replication_factor?.value, name)));
        // The first topic by name is taken of those with equal factors: a message with another name in each attempt
        // would look like progress.
        let largest = factors.max_by(|(a, first), (b, second)| a.cmp(b).then(second.cmp(first)));
        let (brokers, because) = match (desired.brokers, largest) {
            (Some(brokers), _) => (brokers, "`brokers`".to_owned()),
            (None, Some((factor, name))) => {
                (copies(factor), format!("topic {name} with replication factor {factor}"))
            }
            (None, None) => (1, "any change".to_owned()),
        };
        Self { brokers, because, cluster_id: desired.cluster_id.as_deref() }
    }
}
