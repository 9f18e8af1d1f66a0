//! How many copies must be in sync for a write with `acks=all`.

use super::{Desired, Origin, Topic};

/// Of a topic, and of all brokers for those that have no value of their own.
pub(crate) const MIN_INSYNC: &str = "min.insync.replicas";

impl Desired {
    /// What the spec says for a topic, and where; `None` inside for `brokerDefaults`. What is no number is the broker's to
    /// judge, with all other values.
    pub(crate) fn min_insync(&self, topic: &Topic) -> Option<(i64, Option<Origin>)> {
        let own =
            topic.config.get(MIN_INSYNC).and_then(|said| Some((said.value.as_ref()?, Some(said.origin))));
        let of_all = || Some((self.broker_defaults.get(MIN_INSYNC)?.as_ref()?, None));
        let (value, origin) = own.or_else(of_all)?;
        Some((value.trim().parse().ok()?, origin))
    }
}
