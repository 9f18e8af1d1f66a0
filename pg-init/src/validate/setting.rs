//! What roles and databases have in common: configuration parameters and a connection limit.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::Settings;
use crate::spec::Setting;

/// Parameters under lower-case names.
pub(super) fn settings(
    written: BTreeMap<String, Setting>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> Settings {
    let mut settings = Settings::new();
    for (name, value) in written {
        let at = at.key(&name);
        wrong.check(&at, names::parameter(&name));
        let texts = match &value {
            Setting::One(text) => std::slice::from_ref(text),
            Setting::List(items) => items.as_slice(),
            Setting::Unset => &[],
        };
        if texts.iter().any(|text| text.contains('\0')) {
            wrong.push(&at, "a value holds no NUL character");
        }
        if settings.insert(name.to_ascii_lowercase(), value).is_some() {
            wrong.push(&at, "the parameter is there twice: capitals make no difference");
        }
    }
    settings
}

/// A connection limit is a number of sessions, or -1.
pub(super) fn connection_limit(limit: Option<i32>, at: &SpecPath, wrong: &mut Violations) {
    if limit.is_some_and(|limit| limit < -1) {
        wrong.push(&at.key("connectionLimit"), "a limit is 0 or more, or -1 for none");
    }
}
