//! Subscriptions: a publisher that can be named, and options that go together.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::{Publisher, SECRET_PARTS, Subscription};
use crate::spec::{self, Setting};

pub(super) fn all(
    written: BTreeMap<String, spec::SubscriptionSpec>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> BTreeMap<String, Subscription> {
    let mut subscriptions = BTreeMap::new();
    for (name, written) in written {
        let at = at.key(&name);
        wrong.check(&at, names::name(&name));
        if written.publications.is_empty() {
            wrong.push(&at.key("publications"), "the list is empty: name at least one publication");
        }
        for publication in &written.publications {
            wrong.check(&at.key("publications"), names::name(publication));
        }
        if let Some(slot) = &written.slot_name {
            wrong.check(&at.key("slotName"), names::slot(slot));
        } else {
            wrong.check(
                &at,
                names::slot(&name).map_err(|_| "add `slotName`: its own name is none for a slot"),
            );
        }
        let subscription = Subscription {
            publisher: publisher(written.connection, &at.key("connection"), wrong),
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

fn publisher(written: spec::PublisherSpec, at: &SpecPath, wrong: &mut Violations) -> Publisher {
    let spec::PublisherSpec { host, port, database, user, password, options } = written;
    let mut parts = BTreeMap::new();
    for (name, value) in options {
        let at = at.key("options").key(&name);
        if SECRET_PARTS.contains(&name.as_str()) {
            wrong.push(
                &at,
                "the value is a secret: `password` of the connection is the only one that is taken",
            );
        } else if ["host", "port", "dbname", "user"].contains(&name.as_str()) {
            wrong.push(&at, "the connection has a key of its own for it");
        } else if !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') || name.is_empty() {
            wrong.push(&at, "this is no parameter of a connection: a name has lower-case letters and `_`");
        }
        match value {
            Setting::One(text) => drop(parts.insert(name, text)),
            Setting::List(_) | Setting::Unset => wrong.push(&at, "a parameter of a connection has one value"),
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
            wrong.push(&at.key(key), "the value is empty");
        }
        parts.insert(name.to_owned(), value);
    }
    if parts.values().any(|value| value.contains('\0')) {
        wrong.push(at, "a value holds no NUL character");
    }
    Publisher { parts, password }
}
