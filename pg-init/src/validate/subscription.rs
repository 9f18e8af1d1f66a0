//! Validates subscriptions: the connection to the publisher, and options that depend on each other.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::{Publisher, SECRET_PARAMETERS, Subscription};
use crate::spec::{self, Setting};

pub(super) fn validate(
    written: BTreeMap<String, spec::SubscriptionSpec>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Subscription> {
    let mut subscriptions = BTreeMap::new();
    for (name, written) in written {
        let at = at.key(&name);
        violations.check(&at, names::object_name(&name));
        if written.publications.is_empty() {
            violations.push(&at.key("publications"), "the list is empty: name at least one publication");
        }
        for publication in &written.publications {
            violations.check(&at.key("publications"), names::object_name(publication));
        }
        if let Some(slot) = &written.slot_name {
            violations.check(&at.key("slotName"), names::slot_name(slot));
        } else {
            violations.check(
                &at,
                names::slot_name(&name).map_err(|_| "add `slotName`: its own name is none for a slot"),
            );
        }
        let subscription = Subscription {
            publisher: publisher(written.connection, &at.key("connection"), violations),
            publications: written.publications.into_iter().collect(),
            enabled: written.enabled,
            copy_data: written.copy_data,
            slot: written.slot_name,
            create_slot: written.create_slot,
        };
        subscriptions.insert(name, subscription);
    }
    subscriptions
}

fn publisher(written: spec::PublisherSpec, at: &SpecPath, violations: &mut Violations) -> Publisher {
    let spec::PublisherSpec { host, port, database, user, password, options } = written;
    let mut parameters = BTreeMap::new();
    for (name, value) in options {
        let at = at.key("options").key(&name);
        if SECRET_PARAMETERS.contains(&name.as_str()) {
            violations.push(
                &at,
                "the value is a secret: `password` of the connection is the only one that is taken",
            );
        } else if ["host", "port", "dbname", "user"].contains(&name.as_str()) {
            violations.push(&at, "the connection has a key of its own for it");
        } else if !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') || name.is_empty() {
            violations
                .push(&at, "this is no parameter of a connection: a name has lower-case letters and `_`");
        }
        match value {
            Setting::One(text) => drop(parameters.insert(name, text)),
            Setting::List(_) | Setting::Unset => {
                violations.push(&at, "a parameter of a connection has one value");
            }
        }
    }
    let port = port.unwrap_or(5432).to_string();
    for (key, name, value) in [
        ("host", "host", host),
        ("port", "port", port),
        ("database", "dbname", database),
        ("user", "user", user),
    ] {
        if value.is_empty() {
            violations.push(&at.key(key), "the value is empty");
        }
        parameters.insert(name.to_owned(), value);
    }
    if parameters.values().any(|value| value.contains('\0')) {
        violations.push(at, "a value holds no NUL character");
    }
    Publisher { parameters, password }
}
