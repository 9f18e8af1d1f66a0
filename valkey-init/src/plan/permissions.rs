//! Conflicts about permissions that a plan must not take away: those of the user that replicas log in as, and those of
//! the user that this tool logs in as.

use std::collections::BTreeSet;

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath, Text};

use crate::desired::{Access, Catalog, Desired, Mode, User};
use crate::observed::{NodeState, Observed};

/// True when a node of this deployment is a replica, or will be one.
pub(crate) fn has_replication(desired: &Desired, observed: &Observed) -> bool {
    match desired.mode {
        Mode::Standalone => false,
        Mode::Replication => true,
        Mode::Cluster => {
            desired.layout.primary_count() < desired.nodes.len()
                || observed.nodes.values().any(|state| state.replication.primary.is_some())
        }
    }
}

/// The drift of `masterauth` of a node whose password at its primary is none of the passwords that the spec declares
/// for that user.
pub(super) fn masterauth_drift(
    desired: &Desired,
    observed: &Observed,
    state: &NodeState,
) -> Option<(String, Drift<Text>)> {
    if desired.replication_user.is_some()
        || !has_replication(desired, observed)
        || state.configured_login.password_declared
    {
        return None;
    }
    let user = desired.users.get(state.configured_login.user.as_ref()?)?;
    let password = user.passwords.as_ref()?.first().filter(|_| user.may_log_in())?;
    Some(("masterauth".to_owned(), Drift { from: None, to: Text::Secret(password.clone()) }))
}

/// Adds the conflicts about the login of the replicas and about the login of the next run.
pub(super) fn conflicts(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    if has_replication(desired, observed) {
        for state in observed.nodes.values() {
            let declared = desired.replication_user.as_ref().map(|(key, _)| key);
            if let (None, Some(key)) = (declared, &state.configured_login.user)
                && state.users_to_delete.contains(key)
            {
                let at = SpecPath::root().key("users").key(key).key("state");
                let problem = "replicas log in to their primary as this user, and could not follow it any more: name \
                               another one under `replicationUser` first";
                conflicts.push(Conflict::new(at, problem));
            }
            if let Some(key) = declared.or(state.configured_login.user.as_ref())
                && let Some(user) = desired.users.get(key)
            {
                conflicts.extend(replication_user_conflict(key, user, state, observed.catalog.as_ref()));
            }
        }
    }
    if let Some(catalog) = &observed.catalog {
        conflicts.extend(login_user_conflict(desired, observed, catalog));
    }
}

fn replication_user_conflict(
    key: &str,
    user: &User,
    state: &NodeState,
    catalog: Option<&Catalog>,
) -> Option<Conflict> {
    let at = SpecPath::root().key("users").key(key);
    if !user.may_log_in() {
        let problem = "replicas log in to their primary as this user, and could not follow it any more: declare a user \
                       for them and name it under `replicationUser`";
        return Some(Conflict::new(at.key("enabled"), problem));
    }
    let rules = user.rules.clone().or_else(|| Some(state.users.get(key)?.rules.clone()))?;
    let access = Access::of(&rules, catalog?);
    let needed =
        ["psync", "replconf"].into_iter().chain(state.configured_login.dual_channel.then_some("sync"));
    let missing: Vec<&str> = needed.filter(|command| !access.allows(command)).collect();
    let problem = format!(
        "replicas log in to their primary as this user, which may not send {}: allow +psync +sync +replconf +ping, or \
         name another user under `replicationUser`",
        missing.join(" and ")
    );
    (!missing.is_empty()).then(|| Conflict::new(at.key("rules"), problem))
}

/// The conflict when the declared rules of this tool's user do not allow the commands that the next run needs.
fn login_user_conflict(desired: &Desired, observed: &Observed, catalog: &Catalog) -> Option<Conflict> {
    let (key, user) = desired.users.iter().find(|(_, user)| user.name == desired.login.user)?;
    let access = Access::of(user.rules.as_ref()?, catalog);
    let needed = needed_commands(desired, observed);
    let missing: Vec<&str> =
        needed.into_iter().filter(|command| catalog.has(command) && !access.allows(command)).collect();
    let problem = format!(
        "this is the user that logs in, and its rules do not allow {}: the next run could not do its work",
        missing.join(", ")
    );
    let at = SpecPath::root().key("users").key(key).key("rules");
    (!missing.is_empty()).then(|| Conflict::new(at, problem))
}

/// The commands that a run with this spec may send, whatever the servers have now.
fn needed_commands(desired: &Desired, observed: &Observed) -> BTreeSet<&'static str> {
    let mut needed = BTreeSet::from(["info"]);
    let links = has_replication(desired, observed);
    let parameters = desired.sets_parameters();
    if parameters || (desired.persist && !(desired.users.is_empty() && desired.absent_users.is_empty())) {
        needed.insert("config|get");
    }
    if !desired.users.is_empty() {
        needed.extend(["acl|cat", "acl|getuser", "acl|setuser"]);
    }
    if !desired.absent_users.is_empty() {
        needed.extend(["acl|getuser", "acl|deluser"]);
    }
    if parameters {
        needed.insert("config|set");
    }
    if desired.persist {
        let file = observed.nodes.values().any(|state| state.persistence.acl_file);
        let users = !(desired.users.is_empty() && desired.absent_users.is_empty());
        needed.extend((users && file).then_some("acl|save"));
        let rewrites = parameters || (users && !file) || desired.mode == Mode::Replication;
        needed.extend(rewrites.then_some("config|rewrite"));
        needed.extend((users && !file).then_some("acl|list"));
    }
    if desired.mode == Mode::Replication {
        needed.insert("replicaof");
    }
    if desired.mode == Mode::Cluster {
        needed.extend(["cluster|nodes", "cluster|info", "cluster|shards", "cluster|addslotsrange"]);
        needed.extend(["cluster|meet", "cluster|set-config-epoch"]);
        needed.extend(links.then_some(["cluster|myid", "cluster|replicate"]).into_iter().flatten());
        if desired.rebalance {
            needed.extend(["cluster|myid", "cluster|setslot", "cluster|countkeysinslot"]);
            needed.extend(["cluster|getkeysinslot", "migrate", "restore-asking", "select"]);
            needed.extend(["cluster|migrateslots", "cluster|getslotmigrations"]);
        }
        needed.extend((!desired.forget.is_empty()).then_some("cluster|forget"));
    }
    if !desired.functions.is_empty() {
        needed.extend(["function|list", "function|load"]);
    }
    needed
}
