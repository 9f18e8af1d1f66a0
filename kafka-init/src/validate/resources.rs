//! Validates the configs of brokers, client metrics subscriptions and groups.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::{ConfigResource, Value, is_sensitive};
use crate::spec::ConfigValue;

type Written = BTreeMap<String, ConfigValue>;
type Values = BTreeMap<String, Value>;

/// Validates the cluster-wide dynamic broker configs.
pub(super) fn of_brokers(values: &Written, violations: &mut Violations) -> Values {
    of_resource(values, &SpecPath::root().key("brokerDefaults"), violations)
}

/// Validates the configs of single brokers, client metrics subscriptions and groups.
pub(super) fn of_resources(
    brokers: Option<BTreeMap<i32, Written>>,
    metrics: Option<BTreeMap<String, Written>>,
    groups: Option<BTreeMap<String, Written>>,
    violations: &mut Violations,
) -> BTreeMap<ConfigResource, Values> {
    let brokers = brokers.into_iter().flatten().map(|(id, values)| (ConfigResource::Broker(id), values));
    let metrics =
        metrics.into_iter().flatten().map(|(name, values)| (ConfigResource::ClientMetrics(name), values));
    let groups = groups.into_iter().flatten().map(|(name, values)| (ConfigResource::Group(name), values));
    let mut valid = BTreeMap::new();
    for (resource, values) in brokers.chain(metrics).chain(groups) {
        let at = SpecPath::root().key(resource.key()).key(&resource.name());
        match &resource {
            ConfigResource::Broker(id) if *id < 0 => violations.push(&at, "a broker's id is 0 or more"),
            ConfigResource::ClientMetrics(name) | ConfigResource::Group(name) if name.is_empty() => {
                violations.push(&at, "a name is not empty");
            }
            ConfigResource::Broker(_) | ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => {}
        }
        let configs = of_resource(&values, &at, violations);
        valid.insert(resource, configs);
    }
    valid
}

fn of_resource(values: &Written, at: &SpecPath, violations: &mut Violations) -> Values {
    let mut valid = Values::new();
    for (key, written) in values {
        if key.is_empty() {
            violations.push(at, "a config's name is not empty");
        } else if let Some(value) = violations.check(&at.key(key), value(key, written)) {
            valid.insert(key.clone(), value);
        }
    }
    valid
}

/// The value of one config. A sensitive config takes the value of a secret only.
fn value(key: &str, written: &ConfigValue) -> Result<Value, &'static str> {
    match written {
        ConfigValue::Null => Ok(Value::Unset),
        ConfigValue::Secret(secret) if is_sensitive(key) => Ok(Value::Secret(secret.clone())),
        ConfigValue::Scalar(_) | ConfigValue::List(_) if is_sensitive(key) => {
            Err("Kafka never shows the value of this one, and a spec holds no secret: write {secret: NAME}")
        }
        ConfigValue::Scalar(_) | ConfigValue::List(_) | ConfigValue::Secret(_) => {
            written.text().map(Value::of)
        }
    }
}
