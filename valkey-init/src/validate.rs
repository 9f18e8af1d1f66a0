//! Validates a spec: turns it into a `Desired`, or lists every violation.

mod config;
mod functions;
mod members;
mod nodes;
mod sentinels;
mod streams;
mod users;

use std::collections::BTreeMap;

pub(crate) use self::config::{is_reserved, newest_name};
use init_core::{Files, SecretRef, SpecPath, Text, Violations};
use init_net::{Tls, Verification};

use crate::desired::instances::new_layout;
use crate::desired::{Desired, Login, Mode, Require, User};
use crate::spec::Spec;
use crate::spec::sentinels::ModeSpec;

pub(crate) fn validate(spec: &Spec, files: &Files) -> Result<Desired, Violations> {
    let mut found = Violations::default();
    let root = SpecPath::root();
    check_topology(spec, &mut found);
    let nodes = nodes::validate(spec, &mut found);
    let login = Login {
        user: spec.user.clone().unwrap_or_else(|| Text::Plain("default".to_owned())),
        password: spec.password.clone(),
        bootstrap: spec.bootstrap_password.clone(),
    };
    let (users, absent) = users::split_by_state(&root.key("users"), &spec.users, &login, &mut found);
    for (key, user) in &users {
        users::validate(&root.key("users").key(key), user, &login, &mut found);
    }
    users::check_duplicates(&root.key("users"), &users, &absent, &mut found);
    let replication_user =
        spec.replication_user.as_ref().and_then(|key| replication_user(key, &users, &mut found));
    let functions = functions::validate(&spec.functions, files, &mut found);
    let streams = streams::validate(&spec.streams, &mut found);
    let tls = spec.tls.as_ref();
    let tls = tls.map(|tls| Tls::validate(tls, Verification::Full, files, &root.key("tls"), &mut found));
    let mode = spec.mode.of_nodes();
    let layout = new_layout(mode, &nodes, spec.replicas_per_primary);
    let sentinels = sentinels::validate(spec, tls.as_ref(), &nodes, (&users, &absent), &mut found);
    let config = config::validate(&root.key("config"), &spec.config, &mut found);
    let forget = members::validate(spec, &nodes, &mut found);
    found.or(Desired {
        mode,
        nodes,
        require: spec.require,
        layout,
        replicas_per_primary: spec.replicas_per_primary,
        announce_hostnames: spec.announce_hostnames,
        tls,
        login,
        users,
        absent_users: absent,
        replication_user,
        config,
        modules: spec.modules.clone(),
        functions,
        streams,
        rebalance: spec.rebalance,
        forget,
        persist: spec.persist,
        starts_from_config_file: spec.starts_from_config_file,
        sentinel_login_user: sentinels
            .as_ref()
            .and_then(|sentinels| Some(sentinels.auth.as_ref()?.0.clone())),
        sentinels,
    })
}

/// The user that replicas log in as, with its first password.
fn replication_user(
    key: &str,
    users: &BTreeMap<String, User>,
    found: &mut Violations,
) -> Option<(String, SecretRef)> {
    let at = SpecPath::root().key("replicationUser");
    let user = found.check(&at, users.get(key).ok_or("it is not declared under `users`"))?;
    let password = user.passwords.as_ref().and_then(|passwords| passwords.first()).cloned();
    let password =
        password.filter(|_| user.may_log_in()).ok_or("it needs a declared password, and to be enabled");
    found.check(&at, password).map(|password| (key.to_owned(), password))
}

/// Checks the number of nodes of a mode, and the fields that belong to one mode only.
fn check_topology(spec: &Spec, found: &mut Violations) {
    let root = SpecPath::root();
    let count = |with_drained: bool| -> usize {
        let counted = spec.nodes.iter().filter(|node| with_drained || !node.drain);
        counted.map(|node| usize::from(node.replicas.unwrap_or(1))).sum()
    };
    let nodes = count(spec.mode.of_nodes() != Mode::Cluster);
    let replicas = usize::from(spec.replicas_per_primary.unwrap_or(0));
    let at = root.key("nodes");
    match spec.mode {
        ModeSpec::Standalone if nodes != 1 => found.push(&at, "standalone is exactly one node"),
        ModeSpec::Replication | ModeSpec::Sentinel if nodes < 2 => {
            found.push(&at, "replication needs two nodes or more");
        }
        ModeSpec::Cluster if nodes == 0 => found.push(&at, "a cluster needs a node that keeps its slots"),
        ModeSpec::Cluster if nodes % (1 + replicas) != 0 => found.push(
            &at,
            format!("{nodes} nodes cannot be shared out as primaries with {replicas} replicas each: it takes a multiple of {}", 1 + replicas),
        ),
        ModeSpec::Cluster if nodes / (1 + replicas) == 2 => found.push(
            &at,
            "two primaries have no majority when one is down: a cluster has three primaries or more, or one for development",
        ),
        _ => {}
    }
    if spec.mode != ModeSpec::Cluster && spec.replicas_per_primary.is_some() {
        found.push(&root.key("replicasPerPrimary"), "only a cluster has it");
    }
    if spec.mode == ModeSpec::Standalone && spec.announce_hostnames {
        found.push(&root.key("announceHostnames"), "a single node announces no name");
    }
    if spec.mode == ModeSpec::Standalone && spec.require == Require::Majority {
        found.push(&root.key("require"), "a single node has no majority: leave this out");
    }
    if spec.user.is_some() && spec.password.is_none() {
        found.push(&root.key("user"), "a user logs in with a password: name its secret under `password`");
    }
}
