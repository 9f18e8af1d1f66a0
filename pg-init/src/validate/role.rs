//! Validates roles: unique names, memberships without cycles, and times.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Text, Violations};

use super::{names, setting};
use crate::desired::{Attributes, Membership, ParameterPrivileges, Role, Until};
use crate::spec::{self, MemberOf, ParameterPrivilege};

/// The roles, by key.
pub(super) fn validate(
    written: BTreeMap<String, spec::Role>,
    violations: &mut Violations,
) -> BTreeMap<String, Role> {
    let at = SpecPath::root().key("roles");
    let roles: BTreeMap<String, Role> = written
        .into_iter()
        .map(|(key, written)| {
            let role = role(&key, written, &at.key(&key), violations);
            (key, role)
        })
        .collect();
    check_unique_names(&roles, &at, violations);
    check_cycles(&roles, &at, violations);
    roles
}

fn role(key: &str, written: spec::Role, at: &SpecPath, violations: &mut Violations) -> Role {
    match &written.name {
        None => drop(violations.check(at, names::role_name(key))),
        Some(Text::Plain(name)) => drop(violations.check(&at.key("name"), names::role_name(name))),
        // A name that is a secret is checked when the secret is read.
        Some(Text::Secret(_)) => {}
    }
    setting::connection_limit(written.connection_limit, at, violations);
    let valid_until = written.valid_until.and_then(|text| match text.as_str() {
        "infinity" => Some(Until::Infinity),
        time => {
            let problem = "expected an RFC 3339 time such as 2030-01-01T00:00:00Z, or `infinity`";
            violations.check(&at.key("validUntil"), Until::parse(time).ok_or(problem))
        }
    });
    Role {
        attributes: Attributes {
            login: written.login,
            superuser: written.superuser,
            createdb: written.createdb,
            createrole: written.createrole,
            replication: written.replication,
            bypassrls: written.bypassrls,
            inherit: written.inherit,
            connection_limit: written.connection_limit,
            valid_until,
        },
        name: written.name,
        password: written.password,
        member_of: memberships(written.member_of, &at.key("memberOf"), violations),
        settings: setting::settings(written.settings, &at.key("settings"), violations),
        parameter_privileges: parameter_privileges(
            written.parameter_privileges,
            &at.key("parameterPrivileges"),
            violations,
        ),
    }
}

fn parameter_privileges(
    written: BTreeMap<String, Vec<ParameterPrivilege>>,
    at: &SpecPath,
    violations: &mut Violations,
) -> ParameterPrivileges {
    let mut all = ParameterPrivileges::new();
    for (name, privileges) in written {
        let at = at.key(&name);
        violations.check(&at, names::parameter_name(&name));
        if privileges.is_empty() {
            violations.push(&at, "the list is empty: name at least one privilege");
        }
        if all.insert(name.to_ascii_lowercase(), privileges.into_iter().collect()).is_some() {
            violations.push(&at, "the parameter is listed twice: its name is not case-sensitive");
        }
    }
    all
}

fn memberships(
    written: Vec<MemberOf>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Membership> {
    let mut member_of = BTreeMap::new();
    for (index, MemberOf { role, admin, inherit, set }) in written.into_iter().enumerate() {
        let at = at.index(index);
        violations.check(&at, names::object_name(&role));
        if role == "public" {
            violations.push(&at, "everyone is a member of `public` already: it is a keyword, no role");
        }
        if member_of.insert(role.clone(), Membership { admin, inherit, set }).is_some() {
            violations.push(&at, format!("the role {role} is listed twice"));
        }
    }
    member_of
}

/// Reports a name that two roles have.
fn check_unique_names(roles: &BTreeMap<String, Role>, at: &SpecPath, violations: &mut Violations) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, role) in roles {
        let name = match &role.name {
            None => key.as_str(),
            Some(Text::Plain(name)) => name.as_str(),
            Some(Text::Secret(_)) => continue,
        };
        if let Some(other) = seen.insert(name, key) {
            violations.push(&at.key(key), format!("it is named {name}, as roles.{other} is"));
        }
    }
}

/// Reports cycles of memberships, which the server refuses.
fn check_cycles(roles: &BTreeMap<String, Role>, at: &SpecPath, violations: &mut Violations) {
    for (key, role) in roles {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = role.member_of.keys().map(String::as_str).collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(
                    roles.get(next).into_iter().flat_map(|role| role.member_of.keys()).map(String::as_str),
                );
            }
        }
        if reached.contains(key.as_str()) {
            violations.push(&at.key(key).key("memberOf"), format!("{key} would be a member of itself"));
        }
    }
}
