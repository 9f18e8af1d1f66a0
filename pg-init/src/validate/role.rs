//! Roles: names that do not clash, memberships without cycles, times that are times.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Text, Violations};

use super::{names, setting};
use crate::desired::{Attributes, Membership, ParameterPrivileges, Role, Until};
use crate::spec::{self, MemberOf, ParameterPrivilege};

/// All roles by key.
pub(super) fn all(written: BTreeMap<String, spec::Role>, wrong: &mut Violations) -> BTreeMap<String, Role> {
    let at = SpecPath::root().key("roles");
    let roles: BTreeMap<String, Role> = written
        .into_iter()
        .map(|(key, written)| {
            let role = one(&key, written, &at.key(&key), wrong);
            (key, role)
        })
        .collect();
    same_names(&roles, &at, wrong);
    cycles(&roles, &at, wrong);
    roles
}

fn one(key: &str, written: spec::Role, at: &SpecPath, wrong: &mut Violations) -> Role {
    match &written.name {
        None => drop(wrong.check(at, names::role_name(key))),
        Some(Text::Plain(name)) => drop(wrong.check(&at.key("name"), names::role_name(name))),
        // Its value is looked at when it is read.
        Some(Text::Secret(_)) => {}
    }
    setting::connection_limit(written.connection_limit, at, wrong);
    let valid_until = written.valid_until.and_then(|text| match text.as_str() {
        "infinity" => Some(Until::Infinity),
        time => {
            let problem = "expected an RFC 3339 time such as 2030-01-01T00:00:00Z, or `infinity`";
            wrong.check(&at.key("validUntil"), Until::parse(time).ok_or(problem))
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
        member_of: members(written.member_of, &at.key("memberOf"), wrong),
        settings: setting::settings(written.settings, &at.key("settings"), wrong),
        parameter_privileges: parameters(written.parameter_privileges, &at.key("parameterPrivileges"), wrong),
    }
}

fn parameters(
    written: BTreeMap<String, Vec<ParameterPrivilege>>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> ParameterPrivileges {
    let mut all = ParameterPrivileges::new();
    for (name, privileges) in written {
        let at = at.key(&name);
        wrong.check(&at, names::parameter(&name));
        if privileges.is_empty() {
            wrong.push(&at, "the list is empty: name at least one privilege");
        }
        if all.insert(name.to_ascii_lowercase(), privileges.into_iter().collect()).is_some() {
            wrong.push(&at, "the parameter is there twice: capitals make no difference");
        }
    }
    all
}

fn members(written: Vec<MemberOf>, at: &SpecPath, wrong: &mut Violations) -> BTreeMap<String, Membership> {
    let mut member_of = BTreeMap::new();
    for (index, MemberOf { role, admin, inherit, set }) in written.into_iter().enumerate() {
        let at = at.index(index);
        wrong.check(&at, names::name(&role));
        if role == "public" {
            wrong.push(&at, "everyone is a member of `public` already: it is a keyword, no role");
        }
        if member_of.insert(role.clone(), Membership { admin, inherit, set }).is_some() {
            wrong.push(&at, format!("the role {role} is there twice"));
        }
    }
    member_of
}

/// A plain `name` that is another role's as well.
fn same_names(roles: &BTreeMap<String, Role>, at: &SpecPath, wrong: &mut Violations) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, role) in roles {
        let name = match &role.name {
            None => key.as_str(),
            Some(Text::Plain(name)) => name.as_str(),
            Some(Text::Secret(_)) => continue,
        };
        if let Some(other) = seen.insert(name, key) {
            wrong.push(&at.key(key), format!("it is named {name}, as roles.{other} is"));
        }
    }
}

/// The server refuses a membership that closes a circle, so a spec with one can never converge.
fn cycles(roles: &BTreeMap<String, Role>, at: &SpecPath, wrong: &mut Violations) {
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
            wrong.push(&at.key(key).key("memberOf"), format!("{key} would be a member of itself"));
        }
    }
}
