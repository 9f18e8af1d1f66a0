//! `min.insync.replicas`: the number of replicas that must be in sync for a write with `acks=all`.

use super::{Desired, Origin, Topic};

/// The config of a topic, and of all brokers for topics without a value of their own.
pub(crate) const MIN_INSYNC: &str = "min.insync.replicas";

impl Desired {
    /// The value that the spec declares for a topic, and the part of the spec that declares it; the inner `None`
    /// stands for `brokerDefaults`. A value that is not a number is left to the broker, which validates all values. A
    /// value of `defaults` is not compared with a replication factor that is left to the broker.
    pub(crate) fn min_insync(&self, topic: &Topic) -> Option<(i64, Option<Origin>)> {
        let own =
            topic.config.get(MIN_INSYNC).and_then(|said| Some((said.value.as_deref()?, Some(said.origin))));
        let of_all = || Some((self.broker_defaults.get(MIN_INSYNC)?.text()?, None));
        let (value, origin) = own.or_else(of_all)?;
        if matches!(origin, Some(Origin::Defaults)) && topic.replication_factor.is_none() {
            return None;
        }
        Some((value.trim().parse().ok()?, origin))
    }
}
