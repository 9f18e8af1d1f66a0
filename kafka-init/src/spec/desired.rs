//! The spec as meant: validated, defaults filled in, keyed by name.

use std::collections::BTreeMap;

use init_core::{Endpoint, SpecPath};

/// What a cluster must have.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Where to start from; never empty.
    pub bootstrap: Vec<Endpoint>,
    /// How many brokers must be ready, if the spec says so.
    pub brokers: Option<usize>,
    /// The only cluster that is meant, if the spec says so.
    pub cluster_id: Option<String>,
    /// Every topic by name.
    pub topics: BTreeMap<String, Topic>,
}

/// One topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// `None` leaves it to the broker, or to what is there.
    pub partitions: Option<Said<i32>>,
    /// `None` leaves it to the broker, or to what is there.
    pub replication_factor: Option<Said<i16>>,
    /// The declared configs, as Kafka spells values.
    pub config: BTreeMap<String, String>,
}

/// A value, and who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// Where it is said.
    pub origin: Origin,
}

/// The part of the spec that a topic's property comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The topic itself.
    Topic,
    /// `defaults`.
    Defaults,
}

impl Origin {
    /// Where the spec says it.
    pub fn at(self, topic: &str, property: &str) -> SpecPath {
        match self {
            Self::Topic => SpecPath::root().key("topics").key(topic).key(property),
            Self::Defaults => SpecPath::root().key("defaults").key(property),
        }
    }
}
