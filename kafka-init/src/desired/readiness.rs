//! How many brokers must be ready before a run reads or changes anything.

use super::Desired;

/// When a cluster is ready.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Readiness<'a> {
    /// This many brokers are registered and unfenced.
    pub(crate) brokers: usize,
    /// The part of the spec that asks for this many, for messages.
    pub(crate) because: String,
    /// The one cluster that is meant, if the spec says so.
    pub(crate) cluster_id: Option<&'a str>,
}

impl<'a> Readiness<'a> {
    /// The number that `brokers` says, or else the largest declared replication factor, or else one.
    pub(crate) fn of(desired: &'a Desired) -> Self {
        let copies = |factor: i16| usize::try_from(factor).unwrap_or(1);
        let factors =
            desired.topics.iter().filter_map(|(name, topic)| Some((topic.replication_factor?.value, name)));
        // The first of equals: a message that names another topic in each attempt would look like a change.
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
