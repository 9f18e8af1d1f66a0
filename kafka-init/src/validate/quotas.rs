//! Validates the client quotas of a spec: the entity of each, and its limits.

use std::collections::BTreeMap;

use init_core::{SpecPath, Text, Violations};

use super::user_names::UserNames;
use crate::desired::{Entity, Limits, Rate};
use crate::spec::{Limit, QuotaSpec};

const ANY: &str = "*";

/// The limits of each entity; an entity that is declared twice is a violation.
pub(super) fn validate(
    quotas: &[QuotaSpec],
    users: &UserNames,
    violations: &mut Violations,
) -> BTreeMap<Entity, Limits> {
    let mut valid = BTreeMap::new();
    for (position, spec) in quotas.iter().enumerate() {
        let at = SpecPath::root().key("quotas").index(position);
        let entity = entity(spec, users, &at, violations);
        let limits = limits(spec, &at, violations);
        if valid.contains_key(&entity) {
            violations.push(&at, format!("{entity} has an entry already: write all of its limits there"));
        }
        valid.insert(entity, limits);
    }
    valid
}

fn entity(spec: &QuotaSpec, users: &UserNames, at: &SpecPath, violations: &mut Violations) -> Entity {
    let plain = |name: &Option<String>| name.clone().map(Text::Plain);
    let parts = [
        ("user", "user", spec.user.clone()),
        ("client-id", "clientId", plain(&spec.client_id)),
        ("ip", "ip", plain(&spec.ip)),
    ];
    let mut entity = BTreeMap::new();
    for (kind, key, name) in parts {
        let name = match name {
            None => continue,
            Some(Text::Plain(name)) if name == ANY => None,
            Some(Text::Plain(name)) if key == "user" => Some(users.user(&name)),
            name => name,
        };
        if matches!(&name, Some(Text::Plain(name)) if name.is_empty()) {
            violations.push(&at.key(key), "a name is not empty; `*` is whoever has no quota of its own");
        }
        entity.insert(kind.to_owned(), name);
    }
    if entity.is_empty() || (entity.len() > 1 && spec.ip.is_some()) {
        violations.push(at, "a quota is for a `user`, a `clientId`, both together, or an `ip`");
    }
    Entity(entity)
}

fn limits(spec: &QuotaSpec, at: &SpecPath, violations: &mut Violations) -> Limits {
    let limits = [
        ("producer_byte_rate", "producerByteRate", spec.producer_byte_rate, true),
        ("consumer_byte_rate", "consumerByteRate", spec.consumer_byte_rate, true),
        ("request_percentage", "requestPercentage", spec.request_percentage, false),
        ("controller_mutation_rate", "controllerMutationRate", spec.controller_mutation_rate, false),
        ("connection_creation_rate", "connectionCreationRate", spec.connection_creation_rate, true),
    ];
    let mut quotas = Limits::new();
    for (name, key, limit, whole) in limits {
        let Some(Limit(limit)) = limit else { continue };
        let at = at.key(key);
        match limit {
            Some(limit) if !limit.is_finite() || limit <= 0.0 => {
                violations.push(&at, format!("`{limit}` is no limit: write a number above 0"));
            }
            Some(limit) if whole && limit.fract() != 0.0 => {
                violations.push(&at, format!("`{limit}` is not possible: Kafka takes a whole number"));
            }
            Some(_) | None => {}
        }
        if (name == "connection_creation_rate") != spec.ip.is_some() {
            violations.push(
                &at,
                "addresses have `connectionCreationRate`, users and clients have the other limits",
            );
        }
        quotas.insert(name.to_owned(), limit.map(Rate));
    }
    if quotas.is_empty() {
        violations.push(at, "a quota has at least one limit");
    }
    quotas
}
