//! Rights that a plan must not take away: those of the user that replicas log in as, and those that the next run needs.

use std::collections::BTreeSet;

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath, Text};

use crate::desired::{Access, Catalog, Desired, Mode, User};
use crate::observed::{NodeState, Observed};

/// Whether a node of this deployment follows another, or will.
pub(crate) fn replicates(desired: &Desired, observed: &Observed) -> bool {
    match desired.mode {
        Mode::Standalone => false,
        Mode::Replication => true,
        Mode::Cluster => {
            desired.layout.primary_count() < desired.nodes.len()
                || observed.nodes.values().any(|state| state.replication.primary.is_some())
        }
    }
}

/// `masterauth` follows the password of the user that the node logs in to its primary as, when the spec declares that
/// user's passwords and what the node has is none of them.
pub(super) fn password(
    desired: &Desired,
    observed: &Observed,
    state: &NodeState,
) -> Option<(String, Drift<Text>)> {
    if desired.replication.is_some() || !replicates(desired, observed) || state.own_login.password_declared {
        return None;
    }
    let user = desired.users.get(state.own_login.user.as_ref()?)?;
    let password = user.passwords.as_ref()?.first().filter(|_| user.may_log_in())?;
    Some(("masterauth".to_owned(), Drift { from: None, to: Text::Secret(password.clone()) }))
}

/// What the spec would take from the replicas' login, and from the login of the next run.
pub(super) fn conflicts(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    if replicates(desired, observed) {
        for state in observed.nodes.values() {
            let declared = desired.replication.as_ref().map(|(key, _)| key);
            if let (None, Some(key)) = (declared, &state.own_login.user)
                && state.unwanted.contains(key)
            {
                let at = SpecPath::root().key("users").key(key).key("state");
                let problem = "replicas log in to their primary as this user, and could not follow it any more: name \
                               another one under `replicationUser` first";
                conflicts.push(Conflict::new(at, problem));
            }
            if let Some(key) = declared.or(state.own_login.user.as_ref())
                && let Some(user) = desired.users.get(key)
            {
                conflicts.extend(link(key, user, state, observed.catalog.as_ref()));
            }
        }
    }
    if let Some(catalog) = &observed.catalog {
        conflicts.extend(rights(desired, observed, catalog));
    }
}

fn link(key: &str, user: &User, state: &NodeState, catalog: Option<&Catalog>) -> Option<Conflict> {
    let at = SpecPath::root().key("users").key(key);
    if !user.may_log_in() {
        let problem = "replicas log in to their primary as this user, and could not follow it any more: declare a user \
                       for them and name it under `replicationUser`";
        return Some(Conflict::new(at.key("enabled"), problem));
    }
    let rules = user.rules.clone().or_else(|| Some(state.users.get(key)?.rules.clone()))?;
    let access = Access::of(&rules, catalog?);
    let needed = ["psync", "replconf"].into_iter().chain(state.own_login.dual_channel.then_some("sync"));
    let missing: Vec<&str> = needed.filter(|command| !access.allows(command)).collect();
    let problem = format!(
        "replicas log in to their primary as this user, which may not send {}: allow +psync +sync +replconf +ping, or \
         name another user under `replicationUser`",
        missing.join(" and ")
    );
    (!missing.is_empty()).then(|| Conflict::new(at.key("rules"), problem))
}

/// A run that follows needs what this one does.
fn rights(desired: &Desired, observed: &Observed, catalog: &Catalog) -> Option<Conflict> {
    let (key, user) = desired.users.iter().find(|(_, user)| user.name == desired.login.user)?;
    let access = Access::of(user.rules.as_ref()?, catalog);
    let needed = needed(desired, observed);
    let missing: Vec<&str> =
        needed.into_iter().filter(|command| catalog.has(command) && !access.allows(command)).collect();
    let problem = format!(
        "this is the user that logs in, and its rules do not allow {}: the next run could not do its work",
        missing.join(", ")
    );
    let at = SpecPath::root().key("users").key(key).key("rules");
    (!missing.is_empty()).then(|| Conflict::new(at, problem))
}

/// The commands that this spec takes, whatever a server has now.
fn needed(desired: &Desired, observed: &Observed) -> BTreeSet<&'static str> {
    let mut needed = BTreeSet::from(["info"]);
    let links = replicates(desired, observed);
    let parameters = desired.sets_parameters();
    if parameters || (desired.persist && !(desired.users.is_empty() && desired.absent.is_empty())) {
        needed.insert("config|get");
    }
    if !desired.users.is_empty() {
        needed.extend(["acl|cat", "acl|getuser", "acl|setuser"]);
    }
    if !desired.absent.is_empty() {
        needed.extend(["acl|getuser", "acl|deluser"]);
    }
    if parameters {
        needed.insert("config|set");
    }
    if desired.persist {
        let file = observed.nodes.values().any(|state| state.persistence.acl_file);
        let users = !(desired.users.is_empty() && desired.absent.is_empty());
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
