//! Validates the configuration sections of the server and their keys.

use std::collections::BTreeMap;

use init_core::{SpecPath, Text, Violations};

use crate::desired::names;
use crate::desired::{Section, Settings};

pub(super) fn config(
    at: &SpecPath,
    config: BTreeMap<String, BTreeMap<String, Text>>,
    violations: &mut Violations,
) -> BTreeMap<Section, Settings> {
    let mut desired = BTreeMap::new();
    for (name, settings) in config {
        let at = at.key(&name);
        violations.check(&at, names::section(&name));
        if settings.is_empty() {
            violations.push(&at, "a section has at least one key");
        }
        for (key, value) in &settings {
            let at = at.key(key);
            violations.check(&at, names::config_key(key));
            if let Text::Plain(value) = value {
                violations.check(&at, names::config_value(value));
            }
        }
        if desired.insert(Section::read(&name), settings).is_some() {
            violations.push(&at, "this section is there twice: without a target it is the target `_`");
        }
    }
    desired
}
