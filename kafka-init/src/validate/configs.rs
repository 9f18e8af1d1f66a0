//! Validates the configs of a spec. The configs of a topic override those of `defaults`, key by key.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::min_insync::MIN_INSYNC;
use crate::desired::{ConfigResource, Declared, Origin};
use crate::spec::ConfigValue;

type Values = BTreeMap<String, ConfigValue>;

/// Config values by key, each with the part of the spec that declares it.
#[derive(Clone)]
pub(super) struct Configs(BTreeMap<String, Declared<Option<String>>>);

impl Configs {
    /// No configs.
    pub(super) fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// The configs of `others`, and these where `others` has no value.
    pub(super) fn over(mut self, others: &Self) -> Self {
        self.0.extend(others.0.iter().map(|(key, declared)| (key.clone(), declared.clone())));
        self
    }

    /// These configs, overridden by those of a topic or of a group.
    pub(super) fn with(
        &self,
        values: Option<&Values>,
        origin: Origin,
        at: &SpecPath,
        violations: &mut Violations,
    ) -> Self {
        let mut configs = self.clone();
        configs.add(values, origin, &at.key("config"), violations);
        configs
    }

    fn add(&mut self, values: Option<&Values>, origin: Origin, at: &SpecPath, violations: &mut Violations) {
        for (key, value) in values.into_iter().flatten() {
            if key.is_empty() {
                violations.push(at, "a config's name is not empty");
            } else if let Some(value) = violations.check(&at.key(key), value.text()) {
                self.0.insert(key.clone(), Declared { value, origin });
            }
        }
    }

    pub(super) fn into_values(self) -> BTreeMap<String, Declared<Option<String>>> {
        self.0
    }
}

/// Validates the cluster-wide dynamic broker configs.
pub(super) fn of_brokers(values: &Values, violations: &mut Violations) -> BTreeMap<String, Option<String>> {
    of_resource(values, &SpecPath::root().key("brokerDefaults"), violations)
}

/// Validates the configs of single brokers, client metrics subscriptions and groups.
pub(super) fn of_resources(
    brokers: BTreeMap<i32, Values>,
    metrics: BTreeMap<String, Values>,
    groups: BTreeMap<String, Values>,
    violations: &mut Violations,
) -> BTreeMap<ConfigResource, BTreeMap<String, Option<String>>> {
    let brokers = brokers.into_iter().map(|(id, values)| (ConfigResource::Broker(id), values));
    let metrics = metrics.into_iter().map(|(name, values)| (ConfigResource::ClientMetrics(name), values));
    let groups = groups.into_iter().map(|(name, values)| (ConfigResource::Group(name), values));
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

fn of_resource(
    values: &Values,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Option<String>> {
    let secrets = values.iter().filter(|(key, value)| is_secret(key) && **value != ConfigValue::Null);
    for (key, _) in secrets {
        violations.push(
            &at.key(key),
            "a spec holds no secret, and Kafka never shows the value of this one: set it on the brokers",
        );
    }
    let mut configs = Configs::none();
    configs.add(Some(values), Origin::Topic, at, violations);
    configs.0.into_iter().map(|(key, declared)| (key, declared.value)).collect()
}

/// True for configs that hold a password or a private key, or contain one.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["password", "secret", "jaas.config", "keystore.key"].iter().any(|part| key.contains(part))
}

/// Reports a `min.insync.replicas` that is larger than the replication factor. Kafka accepts it. Before 3.7 it then
/// refuses every write with `acks=all`, and later releases silently require fewer replicas.
pub(super) fn check_min_insync(
    topic: &str,
    configs: &Configs,
    replication_factor: Option<Declared<i16>>,
    violations: &mut Violations,
) {
    let (Some(declared), Some(factor)) = (configs.0.get(MIN_INSYNC), replication_factor) else { return };
    let Some(value) = &declared.value else { return };
    // A value that is not a number is left to the server, which validates all values.
    if value.trim().parse::<i64>().is_ok_and(|required| required > i64::from(factor.value)) {
        let problem = format!(
            "{value} is more than the replication factor {} of topic `{topic}`, so that no write with acks=all has so many copies",
            factor.value
        );
        violations.push(&declared.origin.at(topic, "config").key(MIN_INSYNC), problem);
    }
}
