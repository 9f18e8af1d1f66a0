//! The client quotas of a spec: whom each is for, and its limits.

use std::collections::BTreeMap;
use std::fmt;

use init_core::{SpecPath, Violations};
use schemars::JsonSchema;
use serde::Deserialize;

const ANY: &str = "*";

/// One entry as written. `*` is whoever has no quota of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QuotaSpec {
    /// A user.
    user: Option<String>,
    /// A client id, of that user if there is one.
    client_id: Option<String>,
    /// A client's address.
    ip: Option<String>,
    /// Bytes per second.
    producer_byte_rate: Option<f64>,
    /// Bytes per second.
    consumer_byte_rate: Option<f64>,
    /// Percent of one thread's time.
    request_percentage: Option<f64>,
    /// Partitions created or deleted per second.
    controller_mutation_rate: Option<f64>,
    /// Connections per second.
    connection_creation_rate: Option<f64>,
}

/// Whom a quota is for: a name by kind, or the default of that kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity(pub BTreeMap<String, Option<String>>);

/// A limit, by Kafka's key.
pub type Quotas = BTreeMap<String, Rate>;

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

/// Every entity once.
pub(super) fn validate(quotas: &[QuotaSpec], violations: &mut Violations) -> BTreeMap<Entity, Quotas> {
    let mut valid = BTreeMap::new();
    for (position, spec) in quotas.iter().enumerate() {
        let at = SpecPath::root().key("quotas").index(position);
        let entity = entity(spec, &at, violations);
        let limits = limits(spec, &at, violations);
        if valid.contains_key(&entity) {
            violations.push(&at, format!("{entity} has an entry already: write all of its limits there"));
        }
        valid.insert(entity, limits);
    }
    valid
}

fn entity(spec: &QuotaSpec, at: &SpecPath, violations: &mut Violations) -> Entity {
    let parts =
        [("user", "user", &spec.user), ("client-id", "clientId", &spec.client_id), ("ip", "ip", &spec.ip)];
    let mut entity = BTreeMap::new();
    for (kind, key, name) in parts {
        let Some(name) = name else { continue };
        if name.is_empty() {
            violations.push(&at.key(key), "a name is not empty; `*` is whoever has no quota of its own");
        }
        entity.insert(kind.to_owned(), (name != ANY).then(|| name.clone()));
    }
    if entity.is_empty() || (entity.len() > 1 && spec.ip.is_some()) {
        violations.push(at, "a quota is for a `user`, a `clientId`, both together, or an `ip`");
    }
    Entity(entity)
}

fn limits(spec: &QuotaSpec, at: &SpecPath, violations: &mut Violations) -> Quotas {
    let limits = [
        ("producer_byte_rate", "producerByteRate", spec.producer_byte_rate, true),
        ("consumer_byte_rate", "consumerByteRate", spec.consumer_byte_rate, true),
        ("request_percentage", "requestPercentage", spec.request_percentage, false),
        ("controller_mutation_rate", "controllerMutationRate", spec.controller_mutation_rate, false),
        ("connection_creation_rate", "connectionCreationRate", spec.connection_creation_rate, true),
    ];
    let mut quotas = Quotas::new();
    for (name, key, limit, whole) in limits {
        let Some(limit) = limit else { continue };
        let at = at.key(key);
        if !limit.is_finite() || limit <= 0.0 {
            violations.push(&at, format!("`{limit}` is no limit: write a number above 0"));
        } else if whole && limit.fract() != 0.0 {
            violations.push(&at, format!("`{limit}` is not possible: Kafka takes a whole number"));
        }
        if (name == "connection_creation_rate") != spec.ip.is_some() {
            violations.push(
                &at,
                "addresses have `connectionCreationRate`, users and clients have the other limits",
            );
        }
        quotas.insert(name.to_owned(), Rate(limit));
    }
    if quotas.is_empty() {
        violations.push(at, "a quota has at least one limit");
    }
    quotas
}
