//! Client quotas: the entities that they are for, and their limits.

use std::collections::BTreeMap;
use std::fmt;

/// Whom a quota is for: a name by kind, or the default of that kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity(pub BTreeMap<String, Option<String>>);

/// A limit, by Kafka's key.
pub type Quotas = BTreeMap<String, Rate>;

/// What the spec says of limits, by Kafka's key; `None` takes one away.
pub type Limits = BTreeMap<String, Option<Rate>>;

/// A number with an order.
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
            write!(f, "{comma}{kind} {}", name.as_deref().unwrap_or("<default>"))?;
        }
        Ok(())
    }
}
