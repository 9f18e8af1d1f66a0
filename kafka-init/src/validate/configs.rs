//! The configs of a spec: `defaults` below, the topic's own above, each value in Kafka's spelling.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::{Declared, Origin};
use crate::spec::ConfigValue;

const MIN_INSYNC: &str = "min.insync.replicas";

type Values = BTreeMap<String, ConfigValue>;

/// Values by key, each with the part of the spec that says it.
#[derive(Clone)]
pub(super) struct Configs(BTreeMap<String, Declared<Option<String>>>);

impl Configs {
    /// Nothing is said.
    pub(super) fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Those of every topic.
    pub(super) fn defaults(values: Option<&Values>, violations: &mut Violations) -> Self {
        let mut configs = Self(BTreeMap::new());
        configs.add(values, Origin::Defaults, &SpecPath::root().key("defaults").key("config"), violations);
        configs
    }

    /// These with a topic's own over them.
    pub(super) fn of_topic(&self, topic: &str, values: Option<&Values>, violations: &mut Violations) -> Self {
        let mut configs = self.clone();
        configs.add(values, Origin::Topic, &Origin::Topic.at(topic, "config"), violations);
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

/// Those of all brokers.
pub(super) fn of_brokers(values: &Values, violations: &mut Violations) -> BTreeMap<String, Option<String>> {
    let at = SpecPath::root().key("brokerDefaults");
    for key in values
        .iter()
        .filter(|(key, value)| is_secret(key) && **value != ConfigValue::Null)
        .map(|(key, _)| key)
    {
        violations.push(
            &at.key(key),
            "a spec holds no secret, and Kafka shows this one to nobody: set it on the brokers",
        );
    }
    let mut configs = Configs(BTreeMap::new());
    configs.add(Some(values), Origin::Topic, &at, violations);
    configs.0.into_iter().map(|(key, said)| (key, said.value)).collect()
}

/// Passwords, private keys, and what holds a password in the middle of it.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["password", "secret", "jaas.config", "keystore.key"].iter().any(|part| key.contains(part))
}

/// Kafka accepts more required copies than there are copies, and then refuses every write with `acks=all`.
pub(super) fn check_min_insync(
    topic: &str,
    configs: &Configs,
    replication_factor: Option<Declared<i16>>,
    violations: &mut Violations,
) {
    let (Some(said), Some(factor)) = (configs.0.get(MIN_INSYNC), replication_factor) else { return };
    let Some(value) = &said.value else { return };
    // What is no number is the server's to judge, with all other values.
    if value.trim().parse::<i64>().is_ok_and(|required| required > i64::from(factor.value)) {
        let problem = format!(
            "{value} is more than the replication factor {} of topic `{topic}`, which then takes no write with acks=all",
            factor.value
        );
        violations.push(&said.origin.at(topic, "config").key(MIN_INSYNC), problem);
    }
}
