//! How many copies must be in sync for a write with `acks=all`.

use super::{Desired, Origin, Topic};

/// Of a topic, and of all brokers for those that have no value of their own.
pub(crate) const MIN_INSYNC: &str = "min.insync.replicas";

impl Desired {
    /// What the spec says for a topic, and where; `None` inside for `brokerDefaults`. What is no number is the broker's to
    /// judge, with all other values. A value of `defaults` is about topics whose factor the spec says too: one whose
    /// factor is left to the broker takes it, however many copies that gives.
    pub(crate) fn min_insync(&self, topic: &Topic) -> Option<(i64, Option<Origin>)> {
        let own =
            topic.config.get(MIN_INSYNC).and_then(|said| Some((said.value.as_ref()?, Some(said.origin))));
        let of_all = || Some((self.broker_defaults.get(MIN_INSYNC)?.as_ref()?, None));
        let (value, origin) = own.or_else(of_all)?;
        if matches!(origin, Some(Origin::Defaults)) && topic.replication_factor.is_none() {
            return None;
        }
        Some((value.trim().parse().ok()?, origin))
    }
}
