//! Foreign servers and user mappings: names, and secrets that are where nobody reads them.

use std::collections::BTreeMap;

use init_core::{SpecPath, Text, Violations};

use super::names;
use crate::desired::{Database, ForeignServer, UserMapping, is_secret_option};
use crate::spec::{self, Many, Setting};

pub(super) fn all(
    written: BTreeMap<String, spec::ForeignServer>,
    database: &mut Database,
    at: &SpecPath,
    wrong: &mut Violations,
) {
    for (name, written) in written {
        let at = at.key(&name);
        wrong.check(&at, names::name(&name));
        wrong.check(&at.key("wrapper"), names::name(&written.wrapper));
        for (key, text) in [("type", &written.kind), ("version", &written.version)] {
            if text.as_ref().is_some_and(|text| text.contains('\0')) {
                wrong.push(&at.key(key), "a value holds no NUL character");
            }
        }
        if let Some(owner) = &written.owner {
            wrong.check(&at.key("owner"), names::name(owner));
        }
        let Many(usage) = written.usage.unwrap_or(Many(Vec::new()));
        for role in &usage {
            wrong.check(&at.key("usage"), names::name(role));
        }
        for (role, mapping) in written.user_mappings {
            let at = at.key("userMappings").key(&role);
            wrong.check(&at, names::name(&role));
            let mapping = user_mapping(mapping, &at.key("options"), wrong);
            database.user_mappings.insert((name.clone(), role), mapping);
        }
        let server = ForeignServer {
            wrapper: written.wrapper,
            kind: written.kind,
            version: written.version,
            options: options(written.options, &at.key("options"), wrong),
            owner: written.owner,
            usage: usage.into_iter().collect(),
        };
        database.foreign_servers.insert(name, server);
    }
}

fn options(
    written: BTreeMap<String, Setting>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    for (name, value) in written {
        let at = at.key(&name);
        option_name(&name, &at, wrong);
        if is_secret_option(&name) {
            let problem = "everyone in the database reads the options of a foreign server: a secret belongs in `userMappings`, \
                           perhaps in that of `public`";
            wrong.push(&at, problem);
        }
        match value {
            Setting::One(text) if text.contains('\0') => wrong.push(&at, "a value holds no NUL character"),
            Setting::One(text) => drop(options.insert(name, text)),
            Setting::List(_) | Setting::Unset => wrong.push(&at, "an option has one value"),
        }
    }
    options
}

fn user_mapping(written: spec::UserMapping, at: &SpecPath, wrong: &mut Violations) -> UserMapping {
    let mut mapping = UserMapping::default();
    for (name, value) in written.options {
        let at = at.key(&name);
        option_name(&name, &at, wrong);
        match value {
            Text::Secret(secret) => drop(mapping.secrets.insert(name, secret)),
            // Nothing of the value is repeated.
            Text::Plain(_) if is_secret_option(&name) => {
                wrong.push(&at, "this is a secret: name the file that it is in, as in `{secret: NAME}`");
            }
            Text::Plain(text) if text.contains('\0') => wrong.push(&at, "a value holds no NUL character"),
            Text::Plain(text) => drop(mapping.options.insert(name, text)),
        }
    }
    mapping
}

/// The catalog keeps an option as `name=value`.
fn option_name(name: &str, at: &SpecPath, wrong: &mut Violations) {
    wrong.check(at, names::name(name));
    if name.contains('=') {
        wrong.push(at, "the name of an option holds no `=`");
    }
}
