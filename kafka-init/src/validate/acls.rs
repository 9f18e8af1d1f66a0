//! Validates the ACLs of a spec. Each entry stands for every combination of its lists.

use std::collections::BTreeSet;

use init_core::{SpecPath, Text, Violations};

use super::matching;
use super::user_names::UserNames;
use crate::desired::{Binding, Operation, Pattern, Permission, Resource};
use crate::spec::{AclSpec, Names, State};

const ANY: &str = "*";
/// The name of the cluster as a resource.
const CLUSTER: &str = "kafka-cluster";

/// The ACLs that are created and those that are deleted, each binding once.
#[derive(Default)]
pub(super) struct Acls {
    pub(super) present: BTreeSet<Binding>,
    pub(super) absent: BTreeSet<Binding>,
}

pub(super) fn validate(acls: &[AclSpec], users: &UserNames, violations: &mut Violations) -> Acls {
    let at = SpecPath::root().key("acls");
    let mut valid = Acls::default();
    for (position, acl) in acls.iter().enumerate() {
        let at = at.index(position);
        let bindings = bindings(acl, users, &at, violations);
        let (own, other) = match acl.state {
            State::Present => (&mut valid.present, &valid.absent),
            State::Absent => (&mut valid.absent, &valid.present),
        };
        if let Some(both) = bindings.iter().find(|binding| other.contains(*binding)) {
            violations.push(&at, format!("another entry declares the opposite state of `{both}`"));
        }
        own.extend(bindings);
    }
    valid
}

/// The message for an entry without `principal`. `user` is often written in its place, but it names a resource type.
const PRINCIPAL_MISSING: &str =
    "who it is about is missing: write `principal: \"User:NAME\"`; `user` is a kind of resource, for tokens";

fn bindings(acl: &AclSpec, users: &UserNames, at: &SpecPath, violations: &mut Violations) -> Vec<Binding> {
    let Some(principal) = &acl.principal else {
        violations.push(at, PRINCIPAL_MISSING);
        return Vec::new();
    };
    let pattern = acl.pattern;
    let (permission, operations) = match (&acl.allow, &acl.deny) {
        (Some(operations), None) => (Permission::Allow, operations),
        (None, Some(operations)) => (Permission::Deny, operations),
        _ => {
            violations.push(at, "an entry either allows or denies: write one of `allow` and `deny`");
            return Vec::new();
        }
    };
    let key = if permission == Permission::Allow { "allow" } else { "deny" };
    let Some((resource, names)) = resource(acl, users, at, violations) else { return Vec::new() };
    let operations = self::operations(operations, resource, &at.key(key), violations);
    let principals = check_texts(&principal.0, &at.key("principal"), violations, matching::principal_problem);
    let principals: Vec<Text> =
        principals.into_iter().map(|one| as_meant(one, |name| users.principal(name))).collect();
    let hosts = acl.host.as_ref().map_or_else(|| vec![Text::Plain(ANY.to_owned())], plain);
    let hosts = check_texts(&hosts, &at.key("host"), violations, matching::host_problem);
    let mut bindings = Vec::new();
    for principal in &principals {
        for name in &names {
            for host in &hosts {
                for &operation in &operations {
                    let (principal, name, host) = (principal.clone(), name.clone(), host.to_string());
                    bindings.push(Binding {
                        principal,
                        permission,
                        operation,
                        resource,
                        pattern,
                        name,
                        host,
                    });
                }
            }
        }
    }
    bindings
}

/// The one resource type that the entry names, and the resource names.
fn resource(
    acl: &AclSpec,
    users: &UserNames,
    at: &SpecPath,
    violations: &mut Violations,
) -> Option<(Resource, Vec<Text>)> {
    let kinds = [
        (Resource::Topic, acl.topic.as_ref().map(plain)),
        (Resource::Group, acl.group.as_ref().map(plain)),
        (Resource::Cluster, acl.cluster.map(|_| vec![Text::Plain(CLUSTER.to_owned())])),
        (Resource::TransactionalId, acl.transactional_id.as_ref().map(plain)),
        (Resource::DelegationToken, acl.delegation_token.as_ref().map(plain)),
        (Resource::User, acl.user.as_ref().map(|names| names.0.clone())),
    ];
    let mut given = kinds.into_iter().filter_map(|(kind, names)| Some((kind, names?)));
    let (Some((kind, names)), None) = (given.next(), given.next()) else {
        let problem = "an entry names resources of one kind: write one of `topic`, `group`, `cluster`, \
                       `transactionalId`, `delegationToken` and `user`";
        violations.push(at, problem);
        return None;
    };
    if acl.cluster == Some(false) {
        violations.push(&at.key("cluster"), "there is only the one cluster: write `true`");
    }
    if acl.pattern == Pattern::Prefixed && kind == Resource::Cluster {
        violations.push(&at.key("match"), "the cluster has no name to begin with");
    }
    let name = |name: &str| matching::name_problem(kind, acl.pattern, name);
    let names = check_texts(&names, &at.key(kind.key()), violations, name);
    if kind != Resource::User {
        return Some((kind, names));
    }
    let owner = |name: &str| match name {
        ANY => Text::Plain(name.to_owned()),
        name if name.contains(':') => users.principal(name),
        name => users.principal(&format!("User:{name}")),
    };
    Some((kind, names.into_iter().map(|name| as_meant(name, owner)).collect()))
}

fn plain(names: &Names) -> Vec<Text> {
    names.0.iter().cloned().map(Text::Plain).collect()
}

/// A name of the spec as it is meant. One from a secret is known only when it is read.
fn as_meant(name: Text, meaning: impl Fn(&str) -> Text) -> Text {
    match &name {
        Text::Plain(plain) => meaning(plain),
        Text::Secret(_) => name,
    }
}

fn operations(names: &Names, on: Resource, at: &SpecPath, violations: &mut Violations) -> Vec<Operation> {
    if names.0.is_empty() {
        violations.push(at, "name at least one");
    }
    let known = on.operations().iter().map(|operation| operation.name().to_ascii_lowercase());
    let known = known.collect::<Vec<_>>().join(", ");
    let operation = |name: &String| {
        let operation = Operation::from_name(name).filter(|operation| on.operations().contains(operation));
        let problem = || format!("`{name}` is no operation on a {}: there are {known}", on.name());
        operation.ok_or_else(problem)
    };
    names.0.iter().filter_map(|name| violations.check(at, operation(name))).collect()
}

/// Checks the names, except those from secrets, whose values are checked when they are read.
fn check_texts(
    names: &[Text],
    at: &SpecPath,
    violations: &mut Violations,
    problem: impl Fn(&str) -> Option<String>,
) -> Vec<Text> {
    if names.is_empty() {
        violations.push(at, "name at least one");
    }
    for name in names {
        match name {
            Text::Plain(name) if name.is_empty() => violations.push(at, "a name is not empty"),
            Text::Plain(name) => {
                if let Some(problem) = problem(name) {
                    violations.push(at, problem);
                }
            }
            Text::Secret(_) => {}
        }
    }
    names.to_vec()
}
