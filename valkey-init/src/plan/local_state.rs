//! Plans the state that each node has by itself: users, parameters, announced names and function libraries.

use std::collections::BTreeMap;

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, Endpoint, SpecPath, Text};

use super::parameter_values::{declared_parameters, values_differ};
use super::roles::Roles;
use super::topology::Topology;
use super::{permissions, replication};
use crate::change::{Change, Passwords};
use crate::desired::{Desired, Mode, Node, User};
use crate::observed::{NodeState, Observed, UserState};

pub(super) fn plan(
    desired: &Desired,
    observed: &Observed,
    changes: &mut Vec<Change>,
    conflicts: &mut Vec<Conflict>,
) {
    for (position, node) in desired.nodes.iter().enumerate() {
        let state = observed.state(&node.endpoint);
        // Without servers (`describe`), no parameter is known to be immutable.
        let known = observed.nodes.contains_key(&node.endpoint);
        plan_users(desired, &node.endpoint, &state, changes);
        set_announce(desired, node, &state, changes);
        set_config((desired, observed), &node.endpoint, &state, changes);
        for name in state.immutable.iter().filter(|_| known) {
            let problem = format!(
                "{} has `{name}` as {:?}, and does not change it while it runs: set it where the server is started",
                node.endpoint,
                state.config.get(name).map_or("", String::as_str),
            );
            let root = SpecPath::root();
            let own = node.config.contains_key(name).then(|| desired.place(position));
            conflicts.push(Conflict::new(own.unwrap_or(root).key("config").key(name), problem));
        }
    }
    let primaries = match desired.mode {
        Mode::Cluster => {
            let topology = Topology::new(desired, observed);
            topology.endpoints(Roles::new(&topology).primaries)
        }
        Mode::Replication | Mode::Standalone => replication::primary(desired, observed).into_iter().collect(),
    };
    for node in primaries {
        let state = observed.state(&node);
        for (name, library) in &desired.functions {
            let found = state.libraries.get(name).cloned();
            if let Some(code) = Drift::between(found, library.digest.clone()) {
                changes.push(Change::LoadFunction { node: node.clone(), library: name.clone(), code });
            }
        }
    }
}

/// Plans the users of a node or of a Sentinel.
pub(super) fn plan_users(desired: &Desired, node: &Endpoint, state: &NodeState, changes: &mut Vec<Change>) {
    create_or_alter_users(desired, node, state, changes);
    let users_to_delete = desired.absent_users.iter().filter(|(key, _)| state.users_to_delete.contains(*key));
    changes.extend(users_to_delete.map(|(key, user)| Change::DeleteUser {
        node: node.clone(),
        user: user.clone(),
        key: key.clone(),
    }));
}

fn create_or_alter_users(desired: &Desired, node: &Endpoint, state: &NodeState, changes: &mut Vec<Change>) {
    for (key, side) in by_key(&desired.users, &state.users) {
        match side {
            // Every server has the user `default` from its first start, with `nopass`.
            Side::Missing(user) if user.name == default_user() => {
                let open = UserState {
                    enabled: true,
                    rules: "nopass ~* &* +@all".to_owned(),
                    ..UserState::default()
                };
                alter_user(desired, node, (key, user), &open, changes);
            }
            Side::Missing(user) => changes.push(create_user(node, key, user)),
            Side::Present(user, found) => alter_user(desired, node, (key, user), found, changes),
            Side::Extra(_) => {}
        }
    }
}

fn create_user(node: &Endpoint, key: &str, user: &User) -> Change {
    Change::CreateUser {
        node: node.clone(),
        user: user.name.clone(),
        enabled: user.may_log_in(),
        rules: user.rules.clone().unwrap_or_default(),
        passwords: user.passwords.clone().unwrap_or_default(),
        key: key.to_owned(),
    }
}

fn alter_user(
    desired: &Desired,
    node: &Endpoint,
    (key, user): (&str, &User),
    found: &UserState,
    changes: &mut Vec<Change>,
) {
    let (node, name, key) = (node.clone(), user.name.clone(), key.to_owned());
    let enabled = user.enabled.and_then(|to| Drift::between(Some(found.enabled), to));
    let rules = user.rules.as_ref().filter(|_| !found.rules_match);
    let rules = rules.map(|rules| Drift { from: Some(found.rules.clone()), to: rules.clone() });
    let passwords = user.passwords.as_ref().and_then(|wanted| {
        let declared = wanted.iter().enumerate().filter(|(at, _)| found.passwords.contains(at));
        let from = Passwords {
            declared: declared.map(|(_, name)| name.clone()).collect(),
            undeclared: found.undeclared,
        };
        Drift::between(Some(from), Passwords { declared: wanted.clone(), undeclared: 0 })
    });
    if rules.is_none() && passwords.is_none() && enabled.is_none() {
        return;
    }
    // The run may be logged in as `default`, which is then changed after a login with the declared user.
    let last = found.enabled && name == default_user() && desired.login.user != name;
    let closes = enabled.as_ref().is_some_and(|enabled| !enabled.to);
    if let Some(drift) = passwords.as_ref().filter(|_| keeps_old_passwords(desired, user, found)) {
        rotate_passwords((node, name, key), drift, (rules, last), changes);
        return;
    }
    if last || (closes && rules.is_none() && passwords.is_none()) {
        changes.push(Change::RestrictUser { node, user: name, enabled, rules, passwords, key });
        return;
    }
    // A user is disabled last, after its other changes.
    let (now, last) = if closes { (None, enabled) } else { (enabled, None) };
    if last.is_some() {
        let (node, user, key) = (node.clone(), name.clone(), key.clone());
        changes.push(Change::RestrictUser { node, user, enabled: last, rules: None, passwords: None, key });
    }
    changes.push(Change::AlterUser { node, user: name, enabled: now, rules, passwords, key });
}

/// True when an old password of the user has to work until the Sentinels have been given the new one.
fn keeps_old_passwords(desired: &Desired, user: &User, found: &UserState) -> bool {
    let theirs = desired.sentinel_login_user.as_ref() == Some(&user.name);
    theirs && user.may_log_in() && found.enabled && found.undeclared > 0
}

/// Plans the new passwords first, beside the old ones, which are removed after the Sentinels have been given the new
/// ones.
fn rotate_passwords(
    (node, user, key): (Endpoint, Text, String),
    drift: &Drift<Passwords>,
    (rules, last): (Option<Drift<String>>, bool),
    changes: &mut Vec<Change>,
) {
    let undeclared = drift.from.as_ref().map_or(0, |from| from.undeclared);
    let both = Passwords { declared: drift.to.declared.clone(), undeclared };
    let added = Drift::between(drift.from.clone(), both.clone());
    let (now, later) = if last { (None, rules) } else { (rules, None) };
    if added.is_some() || now.is_some() {
        let (node, user, key) = (node.clone(), user.clone(), key.clone());
        changes.push(Change::AlterUser { node, user, enabled: None, rules: now, passwords: added, key });
    }
    let passwords = Some(Drift { from: Some(both), to: drift.to.clone() });
    changes.push(Change::RestrictUser { node, user, enabled: None, rules: later, passwords, key });
}

fn default_user() -> Text {
    Text::Plain("default".to_owned())
}

fn set_announce(desired: &Desired, node: &Node, state: &NodeState, changes: &mut Vec<Change>) {
    let wanted: &[(&str, &str)] = match desired.mode {
        Mode::Cluster | Mode::Replication if !desired.announce_hostnames => &[],
        Mode::Cluster => {
            &[("cluster-announce-hostname", &node.hostname), ("cluster-preferred-endpoint-type", "hostname")]
        }
        Mode::Replication => &[("replica-announce-ip", &node.hostname)],
        Mode::Standalone => &[],
    };
    let drift = |(name, value): &(&str, &str)| {
        let found = state.config.get(*name).filter(|found| !found.is_empty()).cloned();
        Some(((*name).to_owned(), Drift::between(found, (*value).to_owned())?))
    };
    let port = |(name, port): (&&str, &u16)| {
        let found = state.config.get(*name).filter(|found| *found != "0").cloned();
        Some(((*name).to_owned(), Drift::between(found, port.to_string())?))
    };
    let parameters: BTreeMap<String, Drift<String>> =
        wanted.iter().filter_map(drift).chain(node.ports.iter().filter_map(port)).collect();
    if !parameters.is_empty() {
        changes.push(Change::SetAnnounce { node: node.endpoint.clone(), parameters });
    }
}

fn set_config(
    (desired, observed): (&Desired, &Observed),
    node: &Endpoint,
    state: &NodeState,
    changes: &mut Vec<Change>,
) {
    let mut parameters = BTreeMap::new();
    for (name, value) in declared_parameters(desired, node) {
        let found = state.config.get(name);
        if !state.immutable.contains(name) && found.is_none_or(|found| values_differ(name, found, value)) {
            let drift = Drift { from: found.cloned().map(Text::Plain), to: Text::Plain(value.clone()) };
            parameters.insert(name.clone(), drift);
        }
    }
    if let Some((key, secret)) = &desired.replication_user
        && let Some(user) = desired.users.get(key)
    {
        let login = &state.replication_login;
        if !login.user_matches {
            let drift = Drift { from: login.user.clone().map(Text::Plain), to: user.name.clone() };
            parameters.insert("masteruser".to_owned(), drift);
        }
        if !login.password_matches {
            parameters
                .insert("masterauth".to_owned(), Drift { from: None, to: Text::Secret(secret.clone()) });
        }
    }
    parameters.extend(permissions::masterauth_drift(desired, observed, state));
    if !parameters.is_empty() {
        changes.push(Change::SetConfig { node: node.clone(), parameters });
    }
}
