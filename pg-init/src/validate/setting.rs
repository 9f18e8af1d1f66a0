//! Validates configuration parameters and connection limits of roles and databases.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::Settings;
use crate::spec::Setting;

/// The parameters, by their names in lower case.
pub(super) fn settings(
    written: BTreeMap<String, Setting>,
    at: &SpecPath,
    violations: &mut Violations,
) -> Settings {
    let mut settings = Settings::new();
    for (name, value) in written {
        let at = at.key(&name);
        violations.check(&at, names::parameter_name(&name));
        let texts = match &value {
            Setting::One(text) => std::slice::from_ref(text),
            Setting::List(items) => items.as_slice(),
            Setting::Unset => &[],
        };
        if texts.iter().any(|text| text.contains('\0')) {
            violations.push(&at, "a value holds no NUL character");
        }
        if settings.insert(name.to_ascii_lowercase(), value).is_some() {
            violations.push(&at, "the parameter is listed twice: its name is not case-sensitive");
        }
    }
    settings
}

/// Checks that a connection limit is a number of sessions, or -1.
pub(super) fn connection_limit(limit: Option<i32>, at: &SpecPath, violations: &mut Violations) {
    if limit.is_some_and(|limit| limit < -1) {
        violations.push(&at.key("connectionLimit"), "a limit is 0 or more, or -1 for none");
    }
}
