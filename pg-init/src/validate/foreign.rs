//! Validates foreign servers and user mappings. A secret must not be in an option that everyone can read.

use std::collections::BTreeMap;

use init_core::{SpecPath, Text, Violations};

use super::names;
use crate::desired::{Database, ForeignServer, UserMapping, is_secret_option};
use crate::spec::{self, NameOrList, Setting};

pub(super) fn validate(
    written: BTreeMap<String, spec::ForeignServer>,
    database: &mut Database,
    at: &SpecPath,
    violations: &mut Violations,
) {
    for (name, written) in written {
        let at = at.key(&name);
        violations.check(&at, names::object_name(&name));
        violations.check(&at.key("wrapper"), names::object_name(&written.wrapper));
        for (key, text) in [("type", &written.kind), ("version", &written.version)] {
            if text.as_ref().is_some_and(|text| text.contains('\0')) {
                violations.push(&at.key(key), "a value holds no NUL character");
            }
        }
        if let Some(owner) = &written.owner {
            violations.check(&at.key("owner"), names::object_name(owner));
        }
        let NameOrList(usage) = written.usage.unwrap_or(NameOrList(Vec::new()));
        for role in &usage {
            violations.check(&at.key("usage"), names::object_name(role));
        }
        for (role, mapping) in written.user_mappings {
            let at = at.key("userMappings").key(&role);
            violations.check(&at, names::object_name(&role));
            let mapping = user_mapping(mapping, &at.key("options"), violations);
            database.user_mappings.insert((name.clone(), role), mapping);
        }
        let server = ForeignServer {
            wrapper: written.wrapper,
            kind: written.kind,
            version: written.version,
            options: options(written.options, &at.key("options"), violations),
            owner: written.owner,
            usage: usage.into_iter().collect(),
        };
        database.foreign_servers.insert(name, server);
    }
}

fn options(
    written: BTreeMap<String, Setting>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    for (name, value) in written {
        let at = at.key(&name);
        check_option_name(&name, &at, violations);
        if is_secret_option(&name) {
            let problem = "everyone in the database reads the options of a foreign server: a secret belongs in `userMappings`, \
                           perhaps in that of `public`";
            violations.push(&at, problem);
        }
        match value {
            Setting::One(text) if text.contains('\0') => {
                violations.push(&at, "a value holds no NUL character");
            }
            Setting::One(text) => drop(options.insert(name, text)),
            Setting::List(_) | Setting::Unset => violations.push(&at, "an option has one value"),
        }
    }
    options
}

fn user_mapping(written: spec::UserMapping, at: &SpecPath, violations: &mut Violations) -> UserMapping {
    let mut mapping = UserMapping::default();
    for (name, value) in written.options {
        let at = at.key(&name);
        check_option_name(&name, &at, violations);
        match value {
            Text::Secret(secret) => drop(mapping.secrets.insert(name, secret)),
            // The value may be a secret, so no part of it is shown.
            Text::Plain(_) if is_secret_option(&name) => {
                violations.push(&at, "this is a secret: name the file that it is in, as in `{secret: NAME}`");
            }
            Text::Plain(text) if text.contains('\0') => {
                violations.push(&at, "a value holds no NUL character");
            }
            Text::Plain(text) => drop(mapping.options.insert(name, text)),
        }
    }
    mapping
}

/// Checks the name of an option. The catalog stores an option as `name=value`.
fn check_option_name(name: &str, at: &SpecPath, violations: &mut Violations) {
    violations.check(at, names::object_name(name));
    if name.contains('=') {
        violations.push(at, "the name of an option holds no `=`");
    }
}
