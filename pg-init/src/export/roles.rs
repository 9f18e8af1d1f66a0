//! Roles: attributes, memberships, parameters, and who has a password.

use std::collections::BTreeMap;

use init_core::SecretRef;
use init_core::export::secret_name;

use super::found::Found;
use crate::desired::{Attributes, Membership, Role, Settings, Until, setting};
use crate::observed::{self, MemberRow, Observed};
use crate::spec::RolePassword;

/// All but those that begin with `pg_`, and whether one is the first superuser, which `initdb` makes.
pub(super) const ROLES: &str = "\
    SELECT r.rolname::text, r.oid = 10 FROM pg_catalog.pg_roles r \
    WHERE pg_catalog.left(r.rolname::text, 3) <> 'pg_' ORDER BY 1";

/// Who has a password, and whether it is stored as MD5.
pub(super) const PASSWORDS: &str = "\
    SELECT a.rolname::text, a.rolpassword LIKE 'md5%' FROM pg_catalog.pg_authid a WHERE a.rolpassword IS NOT NULL";

/// By real name; `stored` says of each role with a password whether it is stored as MD5.
pub(super) fn all(observed: &Observed, stored: &BTreeMap<String, bool>, found: &mut Found) {
    for (name, there) in &observed.roles {
        let key = found.own.key(name);
        let attributes = said(&there.attributes, &key, *name == found.own.first, found);
        let first = *name == found.own.first;
        let password = if first { None } else { password(name, &attributes, stored, found) };
        let inherits = there.attributes.inherit != Some(false);
        let member_of = there.member_of.iter();
        let version = found.own.version;
        let member_of = member_of.map(|(of, rows)| (found.own.key(of), membership(rows, inherits, version)));
        let role = Role {
            name: found.own.user.clone().filter(|_| *name == found.own.me && found.own.label.is_some()),
            attributes,
            password: password.map(RolePassword::Secret),
            member_of: member_of.collect(),
            settings: settings(&there.settings),
            // The first superuser is in every list.
            parameter_privileges: if first { BTreeMap::new() } else { there.parameter_privileges.clone() },
        };
        // Every server has the first superuser: only what somebody changed of it is said.
        if !first
            || role.attributes != Attributes::default()
            || !role.member_of.is_empty()
            || !role.settings.is_empty()
        {
            found.roles.insert(key, role);
        }
    }
    if !found.own.sees_passwords {
        let text = "which roles have a password, since only a superuser can see that: those that may log in are taken to have one";
        found.unsaid("roles", "", text);
    }
}

/// The secret for a role's password. Who may not look takes it that who may log in has one.
fn password(
    name: &str,
    attributes: &Attributes,
    stored: &BTreeMap<String, bool>,
    found: &mut Found,
) -> Option<SecretRef> {
    let own = found.own.password.clone().filter(|_| name == found.own.me);
    let key = found.own.key(name);
    if stored.get(name) == Some(&true) {
        found.unsaid("roles", &key, "that its password is stored as MD5: `apply` stores it as SCRAM-SHA-256");
    }
    let has =
        if found.own.sees_passwords { stored.contains_key(name) } else { attributes.login == Some(true) };
    own.or_else(|| has.then(|| secret_name(&key, "password")))
}

pub(super) fn settings(stored: &observed::Settings) -> Settings {
    stored.iter().map(|(name, stored)| (name.clone(), setting::written(name, &stored.text))).collect()
}

/// What differs from a role that was made with a name alone, or from the first superuser as `initdb` makes it.
fn said(there: &Attributes, key: &str, first: bool, found: &mut Found) -> Attributes {
    let differs = |flag: Option<bool>| flag.filter(|flag| *flag != first);
    let mut attributes = Attributes {
        login: differs(there.login),
        superuser: differs(there.superuser),
        createdb: differs(there.createdb),
        createrole: differs(there.createrole),
        replication: differs(there.replication),
        bypassrls: differs(there.bypassrls),
        inherit: there.inherit.filter(|inherit| !inherit),
        connection_limit: there.connection_limit.filter(|limit| *limit != -1),
        valid_until: there.valid_until.filter(|until| *until != Until::Infinity),
    };
    if attributes.valid_until.is_some_and(|until| !until.is_said()) {
        found.unsaid("roles", key, "until when its password is valid, which no RFC 3339 time says");
        attributes.valid_until = None;
    }
    attributes
}

/// What differs from a membership that was granted without options: it inherits as its member does.
fn membership(rows: &[MemberRow], inherits: bool, version: u32) -> Membership {
    let any = |get: fn(&MemberRow) -> bool| rows.iter().any(get);
    let options = version >= 16;
    Membership {
        admin: any(|row| row.admin).then_some(true),
        inherit: Some(any(|row| row.inherit)).filter(|inherit| options && *inherit != inherits),
        set: Some(any(|row| row.set)).filter(|set| options && !set),
    }
}
