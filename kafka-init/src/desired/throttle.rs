//! Kafka's replication throttle (KIP-73): a rate at each broker, and at each topic the replicas that it holds for.
//!
//! Both are configs, which anybody may have set. In a list of this tool every partition number has a leading zero, which
//! Kafka ignores. By this mark a later run recognises the throttle of an interrupted one, and no other.

use std::collections::BTreeSet;
use std::fmt;

/// The configs of a broker with the bytes per second that it sends and receives for throttled replicas.
pub(crate) const RATES: [&str; 2] =
    ["leader.replication.throttled.rate", "follower.replication.throttled.rate"];
/// The configs of a topic with its throttled replicas: those that are copied from, and those that are copied to.
pub(crate) const REPLICAS: [&str; 2] =
    ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"];
/// The mark of a list of this tool, before each partition number.
const MARK: char = '0';

/// A marked list: the partition and the broker of each replica.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MarkedReplicas(pub(crate) BTreeSet<(i32, i32)>);

impl MarkedReplicas {
    /// The replicas of a list; `None` unless every one of them has the mark.
    pub(crate) fn parse(list: &str) -> Option<Self> {
        let replica = |text: &str| {
            let (partition, broker) = text.trim().strip_prefix(MARK)?.split_once(':')?;
            Some((partition.parse().ok()?, broker.parse().ok()?))
        };
        list.split(',').map(replica).collect::<Option<_>>().map(Self)
    }

    pub(crate) fn brokers(&self) -> impl Iterator<Item = i32> {
        self.0.iter().map(|(_, broker)| *broker)
    }
}

impl fmt::Display for MarkedReplicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (partition, broker)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{MARK}{partition}:{broker}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_of_other_tools_are_not_recognised() {
        for list in ["", "*", "0:1", "10:1,00:1", "00:1,0:2", "00:1,", "00", "0:", "00:*", "00:1:2"] {
            assert_eq!(MarkedReplicas::parse(list), None, "{list}");
        }
    }

    proptest! {
        #[test]
        fn a_marked_list_is_read_as_it_was_written(replicas in prop::collection::btree_set((0_i32.., 0_i32..), 1..9)) {
            let list = MarkedReplicas(replicas);
            prop_assert_eq!(MarkedReplicas::parse(&list.to_string()), Some(list));
        }
    }
}
