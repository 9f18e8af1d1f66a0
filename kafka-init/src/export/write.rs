//! Writes the state of a cluster as entries of a spec, and notes what a spec cannot express.

use std::collections::BTreeSet;

use init_core::Text;
use init_core::export::{Export, Node, secret_name};

use super::entry::{violation, violation_of_item};
use super::fold::{Entry, fold};
use super::found::{Found, Values};
use crate::desired::{Binding, ConfigResource, Entity, Pattern, Permission, Quotas, Resource};
use crate::observed::{Credentials, ObservedTopic};

pub(super) fn export(found: &Found) -> Export {
    let mut export = Export { notes: found.notes.clone(), ..Export::default() };
    let mut topics: Vec<_> = found.topics.iter().map(|entry| topic(entry, &mut export)).collect();
    topics.extend(found.internal.iter().filter_map(|(name, values)| {
        let config = configs(("topics", name), values, &mut export);
        (!config.is_empty()).then(|| (name.clone(), Node::map().with("config", config)))
    }));
    topics.sort_by(|one, other| one.0.cmp(&other.0));
    export.accepted("topics", topics, violation);
    let users = found.users.iter().filter_map(|entry| user(entry, found, &mut export)).collect();
    export.accepted("users", users, violation);
    acls(&found.acls, &mut export);
    let quotas: Vec<_> = found.quotas.iter().filter_map(|entry| quota(entry, &mut export)).collect();
    export.list("quotas", quotas);
    broker_defaults(&found.broker_defaults, &mut export);
    for name in ["brokerConfigs", "clientMetrics", "groups"] {
        let of_section = found.resources.iter().filter(|(resource, _)| resource.key() == name);
        let entries = of_section.filter_map(|entry| resource(name, entry, &mut export)).collect();
        export.accepted(name, entries, violation);
    }
    export
}

fn topic((name, existing): (&String, &ObservedTopic), export: &mut Export) -> (String, Node) {
    let (fewest, most) = existing.copies;
    if fewest != most {
        export.note("topics", name, format!("its replication factor, which is {fewest} to {most}"));
    }
    let factor = Some(fewest).filter(|_| fewest == most);
    let node = Node::map()
        .with("partitions", existing.partitions)
        .with_some("replicationFactor", factor.map(i32::from));
    let mut config = Vec::new();
    for (key, setting) in existing.config.iter().filter(|(_, setting)| setting.is_own) {
        let Some(value) = setting.own().filter(|_| !setting.sensitive) else {
            export.note("topics", name, format!("{key}, whose value Kafka never shows"));
            continue;
        };
        let one = (key.clone(), config_value(value));
        match violation("topics", name, &node.clone().with("config", Node::Map(vec![one.clone()]))) {
            None => config.push(one),
            Some(problem) => export.note("topics", name, format!("its {key}: {problem}")),
        }
    }
    (name.clone(), node.with_non_empty("config", Node::Map(config)))
}

/// The config values that a spec accepts on this resource; the others are noted.
fn configs((section, name): (&'static str, &str), values: &Values, export: &mut Export) -> Node {
    let mut accepted = Vec::new();
    for (key, value) in values {
        let one = (key.clone(), shown_or_secret(&format!("broker_{name}"), (key, value)));
        let node = Node::Map(vec![one.clone()]);
        let node = if section == "topics" { Node::map().with("config", node) } else { node };
        match violation(section, name, &node) {
            None => accepted.push(one),
            Some(problem) => export.note(section, name, format!("{key}: {problem}")),
        }
    }
    Node::Map(accepted)
}

fn broker_defaults(values: &Values, export: &mut Export) {
    let entries = values.iter().map(|entry| (entry.0.clone(), shown_or_secret("brokers", entry))).collect();
    export.accepted("brokerDefaults", entries, violation);
}

fn resource(
    section: &'static str,
    (resource, values): (&ConfigResource, &Values),
    export: &mut Export,
) -> Option<(String, Node)> {
    let node = configs((section, &resource.name()), values, export);
    (!node.is_empty()).then(|| (resource.name(), node))
}

/// The value, or the secret that has to hold it where Kafka never shows it. `of` is the broker, or all of them.
fn shown_or_secret(of: &str, (key, value): (&String, &Option<String>)) -> Node {
    let secret = || Node::Secret {
        name: secret_name(&format!("{of}_{key}"), "config"),
        purpose: format!("the config {key} of {}", of.replace('_', " ")),
    };
    value.as_deref().map_or_else(secret, config_value)
}

/// Writes a number or a boolean without quotes, where it reads as the same text.
fn config_value(value: &str) -> Node {
    let is_number = value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if is_number || matches!(value, "true" | "false") {
        Node::Literal(value.to_owned())
    } else {
        value.into()
    }
}

fn user(
    (name, existing): (&Text, &Credentials),
    found: &Found,
    export: &mut Export,
) -> Option<(String, Node)> {
    // A name from a secret has the name of the secret as its label.
    let (label, secret) = match name {
        Text::Plain(name) => (name.as_str(), None),
        Text::Secret(secret) => (secret.name(), Some(secret)),
    };
    let problem = if !found.can_log_in {
        Some("this SCRAM user: a spec needs `probe` or `sasl` to compare its password")
    } else if secret.is_some() && found.has_user(label) {
        Some("the provisioning account: its label would be the name of another user")
    } else {
        None
    };
    if let Some(problem) = problem {
        export.note("users", label, problem);
        return None;
    }
    let password = match &found.own {
        Some((own, password)) if own == name => Node::from(password),
        _ => Node::Secret {
            name: secret_name(label, "password"),
            purpose: format!("the password of the SCRAM user {label}"),
        },
    };
    // The iterations that a new credential gets where a spec declares none.
    let iterations = |count: u32| (count != 4096).then(|| i64::from(count));
    let node = || Node::map().with_some("name", secret);
    let counts: BTreeSet<u32> = existing.values().map(|credential| credential.iterations).collect();
    let node = match counts.first() {
        Some(count) if counts.len() == 1 => {
            let mechanisms = Node::one_or_many(existing.keys().map(|mechanism| mechanism.name()));
            node()
                .with("mechanism", mechanisms)
                .with("password", password)
                .with_some("iterations", iterations(*count))
        }
        _ => {
            let about = existing.iter().map(|(mechanism, credential)| {
                let node = Node::map().with("iterations", i64::from(credential.iterations));
                (mechanism.name().to_owned(), node)
            });
            node().with("mechanism", Node::Map(about.collect())).with("password", password)
        }
    };
    Some((label.to_owned(), node))
}

fn acls(existing: &BTreeSet<Binding>, export: &mut Export) {
    let mut accepted = Vec::new();
    for binding in existing {
        let alone = fold([binding]).iter().find_map(|entry| violation_of_item("acls", &acl(entry)));
        match alone {
            None => accepted.push(binding),
            Some(problem) => {
                export.note("acls", binding.principal.to_string(), format!("the ACL `{binding}`: {problem}"));
            }
        }
    }
    let entries = fold(accepted).into_iter().map(|entry| {
        let name = entry.principals.first().map(ToString::to_string).unwrap_or_default();
        (name, acl(&entry))
    });
    export.list("acls", entries.collect::<Vec<_>>());
}

fn acl(entry: &Entry) -> Node {
    let many = |texts: &BTreeSet<Text>| Node::one_or_many(texts);
    let operations = entry.operations.iter().map(|operation| operation.name().to_ascii_lowercase());
    let permission = if entry.permission == Permission::Allow { "allow" } else { "deny" };
    let names = match entry.resource {
        Resource::Cluster => Node::from(true),
        Resource::User => Node::one_or_many(entry.names.iter().map(short_user)),
        Resource::Topic | Resource::Group | Resource::TransactionalId | Resource::DelegationToken => {
            many(&entry.names)
        }
    };
    let node = Node::map().with("principal", many(&entry.principals));
    let node = node.with(permission, operations.collect::<Vec<_>>()).with(entry.resource.key(), names);
    let node = if entry.pattern == Pattern::Prefixed { node.with("match", "prefixed") } else { node };
    let anywhere = entry.hosts.len() == 1 && entry.hosts.contains("*");
    if anywhere { node } else { node.with("host", Node::one_or_many(entry.hosts.iter().cloned())) }
}

/// The name without `User:` in front, where a spec adds that prefix.
fn short_user(name: &Text) -> Node {
    let Text::Plain(plain) = name else { return name.into() };
    let short =
        plain.strip_prefix("User:").filter(|rest| !rest.contains(':') && *rest != "*" && !rest.is_empty());
    short.unwrap_or(plain).into()
}

const ENTITIES: [(&str, &str); 3] = [("user", "user"), ("client-id", "clientId"), ("ip", "ip")];
const LIMITS: [(&str, &str); 5] = [
    ("producer_byte_rate", "producerByteRate"),
    ("consumer_byte_rate", "consumerByteRate"),
    ("request_percentage", "requestPercentage"),
    ("controller_mutation_rate", "controllerMutationRate"),
    ("connection_creation_rate", "connectionCreationRate"),
];

fn quota((entity, limits): (&Entity, &Quotas), export: &mut Export) -> Option<(String, Node)> {
    let mut node = Node::map();
    for (kind, key) in ENTITIES {
        if let Some(name) = entity.0.get(kind) {
            node = node.with(key, name.as_ref().map_or_else(|| Node::from("*"), Node::from));
        }
    }
    for (name, key) in LIMITS {
        if let Some(rate) = limits.get(name) {
            node = node.with(key, Node::Literal(rate.to_string()));
        }
    }
    let unknown = entity.0.keys().any(|kind| ENTITIES.iter().all(|(known, _)| known != kind))
        || limits.keys().any(|limit| LIMITS.iter().all(|(known, _)| known != limit))
        // The name `*` would be read as the default entity.
        || entity.0.values().flatten().any(|name| matches!(name, Text::Plain(name) if name == "*"));
    let problem = violation_of_item("quotas", &node)
        .or_else(|| unknown.then(|| "a spec cannot express its entity or one of its limits".to_owned()));
    match problem {
        None => {
            let names =
                entity.0.values().map(|name| name.as_ref().map_or("*".to_owned(), ToString::to_string));
            Some((names.collect::<Vec<_>>().join("/"), node))
        }
        Some(problem) => {
            export.note("quotas", entity.to_string(), format!("this quota: {problem}"));
            None
        }
    }
}
