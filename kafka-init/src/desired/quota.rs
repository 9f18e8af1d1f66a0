//! Client quotas: entities, and their limits.

use std::collections::BTreeMap;
use std::fmt;

use init_core::Text;

/// The entity of a client quota: for each entity type a name, or `None` for the default of that type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity(pub BTreeMap<String, Option<Text>>);

/// The limits of an entity, by Kafka's quota key.
pub type Quotas = BTreeMap<String, Rate>;

/// The declared limits of an entity, by Kafka's quota key; `None` removes a limit.
pub type Limits = BTreeMap<String, Option<Rate>>;

/// A limit as a number with a total order.
#[derive(Clone, Copy, Debug)]
pub struct Rate(pub f64);

impl PartialEq for Rate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rate {}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (kind, name)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            match name {
                Some(name) => write!(f, "{comma}{kind} {name}")?,
                None => write!(f, "{comma}{kind} <default>")?,
            }
        }
        Ok(())
    }
}
