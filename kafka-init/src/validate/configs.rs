//! Validates the configs of a spec. The configs of a topic override those of `defaults`, key by key.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::min_insync::MIN_INSYNC;
use crate::desired::{Declared, Origin};
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
