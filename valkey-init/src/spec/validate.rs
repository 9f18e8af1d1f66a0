//! From what is written to what is meant, or everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{DnsName, Endpoint, FileRef, Files, Gather as _, SpecPath, Text, Violations};
use init_net::{Tls, Verification};

use super::desired::{Desired, Library, Login, Mode, Node, User};
use super::node::NodeSpec;
use super::scalar::Scalar;
use super::{Spec, UserSpec, rules};
use crate::layout::Layout;
use crate::wire::digest;

/// The cluster bus listens this far above the port.
const BUS: u16 = 10_000;

/// Parameters that hold a secret, or that another field of the spec sets.
const RESERVED: [(&str, &str); 16] = [
    ("requirepass", "it is the password of the user `default`: declare that under `users`"),
    ("masterauth", "it holds a password: name the user under `replicationUser`"),
    ("primaryauth", "it holds a password: name the user under `replicationUser`"),
    ("masteruser", "name the user under `replicationUser`"),
    ("primaryuser", "name the user under `replicationUser`"),
    ("tls-key-file-pass", "it holds a password, and a spec holds none"),
    ("tls-client-key-file-pass", "it holds a password, and a spec holds none"),
    ("user", "declare it under `users`"),
    ("replicaof", "the mode says who replicates whom"),
    ("slaveof", "the mode says who replicates whom"),
    ("cluster-announce-hostname", "write `announceHostnames` and the node's `announceHostname`"),
    ("cluster-preferred-endpoint-type", "write `announceHostnames`"),
    ("replica-announce-ip", "write `announceHostnames` and the node's `announceHostname`"),
    ("slave-announce-ip", "write `announceHostnames` and the node's `announceHostname`"),
    ("cluster-announce-ip", "an address does not survive a restart: write `announceHostnames`"),
    ("cluster-enabled", "it is set when the server starts, not by a client"),
];

pub(crate) fn validate(spec: &Spec, files: &Files) -> Result<Desired, Violations> {
    let mut found = Violations::default();
    let root = SpecPath::root();
    shape(spec, &mut found);
    let nodes = nodes(spec, &mut found);
    let login = Login {
        user: spec.user.clone().unwrap_or_else(|| Text::Plain("default".to_owned())),
        password: spec.password.clone(),
        bootstrap: spec.bootstrap_password.clone(),
    };
    let users: BTreeMap<String, User> =
        spec.users.iter().map(|(key, user)| (key.clone(), meant(key, user))).gather();
    for (key, user) in &users {
        check_user(&root.key("users").key(key), user, &login, &mut found);
    }
    let replication = spec.replication_user.as_ref().and_then(|key| {
        let at = root.key("replicationUser");
        let declared = users.get(key).ok_or("it is not declared under `users`");
        let user = found.check(&at, declared)?;
        let password = user.passwords.as_ref().and_then(|passwords| passwords.first()).cloned();
        let password =
            password.filter(|_| user.enabled).ok_or("it needs a declared password, and to be enabled");
        found.check(&at, password).map(|password| (key.clone(), password))
    });
    let functions = functions(&spec.functions, files, &mut found);
    let tls = spec.tls.as_ref();
    let tls = tls.map(|tls| Tls::validate(tls, Verification::Full, files, &root.key("tls"), &mut found));
    let zones: Vec<Option<&str>> = nodes.iter().map(|node| node.zone.as_deref()).collect();
    let layout = match spec.mode {
        Mode::Cluster => Layout::new(&zones, usize::from(spec.replicas_per_primary.unwrap_or(0))),
        Mode::Replication | Mode::Standalone => Layout::default(),
    };
    let config = config(&spec.config, &mut found);
    let (mode, announce) = (spec.mode, spec.announce_hostnames);
    let (persist, starts_from_config_file) = (spec.persist, spec.starts_from_config_file);
    found.or(Desired {
        mode,
        nodes,
        layout,
        announce,
        tls,
        login,
        users,
        replication,
        config,
        functions,
        persist,
        starts_from_config_file,
    })
}

/// How many nodes a mode takes, and which fields belong to which mode.
fn shape(spec: &Spec, found: &mut Violations) {
    let root = SpecPath::root();
    let (nodes, replicas) = (spec.nodes.len(), usize::from(spec.replicas_per_primary.unwrap_or(0)));
    let at = root.key("nodes");
    match spec.mode {
        Mode::Standalone if nodes != 1 => found.push(&at, "standalone is exactly one node"),
        Mode::Replication if nodes < 2 => found.push(&at, "replication needs two nodes or more"),
        Mode::Cluster if nodes == 0 => found.push(&at, "a cluster needs a node"),
        Mode::Cluster if nodes % (1 + replicas) != 0 => found.push(
            &at,
            format!("{nodes} nodes cannot be shared out as primaries with {replicas} replicas each: it takes a multiple of {}", 1 + replicas),
        ),
        Mode::Cluster if nodes / (1 + replicas) == 2 => found.push(
            &at,
            "two primaries have no majority when one is down: a cluster has three primaries or more, or one for development",
        ),
        _ => {}
    }
    if spec.mode != Mode::Cluster && spec.replicas_per_primary.is_some() {
        found.push(&root.key("replicasPerPrimary"), "only a cluster has it");
    }
    if spec.mode == Mode::Standalone && spec.announce_hostnames {
        found.push(&root.key("announceHostnames"), "a single node tells clients no names");
    }
    if spec.login_is_half() {
        found.push(&root.key("user"), "a user logs in with a password: name its secret under `password`");
    }
}

impl Spec {
    fn login_is_half(&self) -> bool {
        self.user.is_some() && self.password.is_none()
    }
}

fn nodes(spec: &Spec, found: &mut Violations) -> Vec<Node> {
    let mut seen = BTreeSet::new();
    let mut nodes = Vec::new();
    for (position, node) in spec.nodes.iter().enumerate() {
        let at = SpecPath::root().key("nodes").index(position);
        let place = if node.mapping { at.key("endpoint") } else { at.clone() };
        let Some(endpoint) = found.check(&place, node.endpoint.parse::<Endpoint>()) else { continue };
        if !seen.insert(endpoint.clone()) {
            found.push(&place, format!("{endpoint} is there twice"));
        }
        if spec.mode == Mode::Cluster && endpoint.port() > u16::MAX - BUS {
            found.push(
                &place,
                format!("the cluster bus listens {BUS} above the port, and that is past 65535"),
            );
        }
        belongs(spec, node, &at, found);
        let announced = node.announce_hostname.as_ref().map(|name| name.parse::<DnsName>());
        let announced = announced.and_then(|name| found.check(&at.key("announceHostname"), name));
        let hostname = announced.map_or_else(|| endpoint.host().to_owned(), |name| name.as_str().to_owned());
        nodes.push(Node { endpoint, zone: node.zone.clone(), hostname });
    }
    nodes
}

fn belongs(spec: &Spec, node: &NodeSpec, at: &SpecPath, found: &mut Violations) {
    if node.zone.is_some() && spec.mode != Mode::Cluster {
        found.push(&at.key("zone"), "only a cluster has zones");
    }
    if node.announce_hostname.is_some() && !spec.announce_hostnames {
        found.push(&at.key("announceHostname"), "clients are told names only with `announceHostnames: true`");
    }
}

fn meant(key: &str, user: &UserSpec) -> User {
    let name = user.name.clone().unwrap_or_else(|| Text::Plain(key.to_owned()));
    User { name, enabled: user.enabled, passwords: user.passwords.clone(), rules: user.rules.clone() }
}

fn check_user(at: &SpecPath, user: &User, login: &Login, found: &mut Violations) {
    if let Text::Plain(name) = &user.name
        && (name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '\0'))
    {
        found.push(at, "a user's name is not empty and has no blanks");
    }
    for token in user.rules.iter().flat_map(|rules| rules::tokens(rules)) {
        if let Some(why) = rules::misplaced(&token) {
            found.push(&at.key("rules"), why);
        }
    }
    let open = user.rules.as_ref().is_some_and(|rules| rules::without_password(rules));
    let passwords = user.passwords.as_deref().unwrap_or_default();
    if open && !passwords.is_empty() {
        found.push(&at.key("passwords"), "`nopass` in its rules would drop them");
    }
    if user.enabled && !open && passwords.is_empty() {
        found.push(at, "an enabled user has passwords, or `nopass` in its rules");
    }
    if user.name != login.user {
        return;
    }
    if !user.enabled {
        found.push(&at.key("enabled"), "this is the user that logs in: it cannot disable itself");
    }
    if user.enabled
        && !passwords.is_empty()
        && !login.password.as_ref().is_some_and(|p| passwords.contains(p))
    {
        found.push(
            &at.key("passwords"),
            "this is the user that logs in: the spec's `password` is one of its passwords",
        );
    }
}

fn config(config: &BTreeMap<String, Scalar>, found: &mut Violations) -> BTreeMap<String, String> {
    let at = SpecPath::root().key("config");
    for (name, value) in config {
        let at = at.key(name);
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            found.push(&at, "a parameter's name is lower case, as `CONFIG GET` prints it");
        }
        if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| reserved == name) {
            found.push(&at, format!("`{name}` has no place here: {why}"));
        }
        if value.0.contains('\0') {
            found.push(&at, "a value has no NUL");
        }
    }
    config.iter().map(|(name, value)| (name.clone(), value.0.clone())).gather()
}

fn functions(
    functions: &BTreeMap<String, FileRef>,
    files: &Files,
    found: &mut Violations,
) -> BTreeMap<String, Library> {
    let mut libraries = BTreeMap::new();
    for (name, file) in functions {
        let at = SpecPath::root().key("functions").key(name);
        let Some(bytes) = found.check(&at, files.read(file)) else { continue };
        let Some(code) = found.check(&at, String::from_utf8(bytes).map_err(|_| "the library is not UTF-8"))
        else {
            continue;
        };
        match library_name(&code) {
            Some(inside) if inside == name => {
                let digest = digest(code.as_bytes()).chars().take(32).collect();
                libraries.insert(name.clone(), Library { code, digest });
            }
            Some(inside) => found.push(&at, format!("the library calls itself `{inside}` in its first line")),
            None => found.push(&at, format!("the library's first line is not `#!ENGINE name={name}`")),
        }
    }
    libraries
}

/// The name in `#!lua name=counters`.
fn library_name(code: &str) -> Option<&str> {
    let header = code.lines().next()?.strip_prefix("#!")?;
    header.split_whitespace().skip(1).find_map(|word| word.strip_prefix("name="))
}
