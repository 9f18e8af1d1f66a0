//! Writes the exported state as entries of a spec.

use std::collections::BTreeMap;

use init_core::export::{Export, Node};

use super::found::{Found, Password, User};

pub(super) fn export(found: &Found) -> Export {
    let mut export = Export::default();
    if let Some(replicas) = found.replicas_per_primary {
        export.one("replicasPerPrimary", i32::from(replicas));
    }
    if found.announce {
        export.one("announceHostnames", true);
    }
    export.map("users", found.users.iter().map(|(key, entry)| (key.clone(), user(key, entry))));
    if let Some(user) = &found.replication_user {
        export.one("replicationUser", user.as_str());
    }
    export.map("config", found.config.iter().map(|(name, value)| (name.clone(), scalar(value))));
    export.list("modules", found.modules.iter().map(|name| (name.clone(), Node::from(name.as_str()))));
    export.map("functions", entries(&found.functions, |code| Node::map().with("code", code.as_str())));
    for (section, name, text) in &found.notes {
        export.note(section, name.as_str(), text.as_str());
    }
    export
}

fn entries<T>(map: &BTreeMap<String, T>, node: impl Fn(&T) -> Node) -> Vec<(String, Node)> {
    map.iter().map(|(name, entry)| (name.clone(), node(entry))).collect()
}

fn user(key: &str, user: &User) -> Node {
    let password = |password: &Password| match password {
        Password::Own(name) => Node::from(name),
        Password::Other(name) => {
            Node::Secret { name: name.clone(), purpose: format!("a password of the user {key}") }
        }
    };
    let passwords: Vec<Node> = user.passwords.iter().map(password).collect();
    Node::map()
        .with_some("name", user.name.as_ref())
        .with_some("enabled", (!user.enabled).then_some(false))
        .with_non_empty("passwords", passwords)
        .with("rules", user.rules.as_str())
}

/// A number as a number, and everything else as text.
fn scalar(value: &str) -> Node {
    let number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if number { Node::Literal(value.to_owned()) } else { Node::from(value) }
}
