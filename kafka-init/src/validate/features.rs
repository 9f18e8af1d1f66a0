//! Validates the feature levels of the cluster. Which features and levels there are is left to the brokers.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::spec::Number;

/// The levels, by feature.
pub(super) fn features(
    written: BTreeMap<String, Number>,
    violations: &mut Violations,
) -> BTreeMap<String, i16> {
    let at = SpecPath::root().key("features");
    let mut levels = BTreeMap::new();
    for (name, number) in written {
        let level = number.whole().and_then(|level| i16::try_from(level).ok()).filter(|level| *level > 0);
        let problem = || {
            format!(
                "`{}` is no level that a feature can be raised to: write a whole number, 1 or more, as `kafka-features \
                 version-mapping` lists them",
                number.to_text()
            )
        };
        if name.is_empty() {
            violations.push(&at, "a feature's name is not empty");
        }
        if let Some(level) = violations.check(&at.key(&name), level.ok_or_else(problem)) {
            levels.insert(name, level);
        }
    }
    levels
}
