//! Exports roles: attributes, memberships, parameters, and whether each has a password.

use std::collections::BTreeMap;

use init_core::SecretRef;
use init_core::export::secret_name;

use super::found::Found;
use crate::desired::{Attributes, Membership, Role, Settings, Until, setting};
use crate::observed::{self, MemberRow, Observed};
use crate::spec::RolePassword;

/// The roles of users, whose names do not begin with `pg_`, and whether each is the first superuser, which `initdb`
/// creates.
pub(super) const ROLES: &str = "\
    SELECT r.rolname::text, r.oid = 10 FROM pg_catalog.pg_roles r \
    WHERE pg_catalog.left(r.rolname::text, 3) <> 'pg_' ORDER BY 1";

/// The roles with a password, and whether it is stored as an MD5 hash.
pub(super) const PASSWORDS: &str = "\
    SELECT a.rolname::text, a.rolpassword LIKE 'md5%' FROM pg_catalog.pg_authid a WHERE a.rolpassword IS NOT NULL";

/// Adds the roles. `stored` has the roles with a password by real name, and whether it is stored as an MD5 hash.
pub(super) fn add_all(observed: &Observed, stored: &BTreeMap<String, bool>, found: &mut Found) {
    for (name, existing) in &observed.roles {
        let key = found.context.key(name);
        let attributes =
            changed_attributes(&existing.attributes, &key, *name == found.context.first_superuser, found);
        let first = *name == found.context.first_superuser;
        let password = if first { None } else { password_secret(name, &attributes, stored, found) };
        let inherits = existing.attributes.inherit != Some(false);
        let member_of = existing.member_of.iter();
        let version = found.context.version;
        let member_of =
            member_of.map(|(of, rows)| (found.context.key(of), membership(rows, inherits, version)));
        let role = Role {
            name: found
                .context
                .user
                .clone()
                .filter(|_| *name == found.context.me && found.context.label.is_some()),
            attributes,
            password: password.map(RolePassword::Secret),
            member_of: member_of.collect(),
            settings: settings(&existing.settings),
            // The first superuser is in every access control list.
            parameter_privileges: if first { BTreeMap::new() } else { existing.parameter_privileges.clone() },
        };
        // Every server has the first superuser, so only changes of it are exported.
        if !first
            || role.attributes != Attributes::default()
            || !role.member_of.is_empty()
            || !role.settings.is_empty()
        {
            found.roles.insert(key, role);
        }
    }
    if !found.context.sees_passwords {
        let text = "which roles have a password, since only a superuser can see that: those that may log in are taken to have one";
        found.note("roles", "", text);
    }
}

/// The secret for a role's password. Where passwords cannot be read, a role with LOGIN is assumed to have one.
fn password_secret(
    name: &str,
    attributes: &Attributes,
    stored: &BTreeMap<String, bool>,
    found: &mut Found,
) -> Option<SecretRef> {
    let own = found.context.password.clone().filter(|_| name == found.context.me);
    let key = found.context.key(name);
    if stored.get(name) == Some(&true) {
        found.note("roles", &key, "that its password is stored as MD5: `apply` stores it as SCRAM-SHA-256");
    }
    let has =
        if found.context.sees_passwords { stored.contains_key(name) } else { attributes.login == Some(true) };
    own.or_else(|| has.then(|| secret_name(&key, "password")))
}

pub(super) fn settings(stored: &observed::Settings) -> Settings {
    stored.iter().map(|(name, stored)| (name.clone(), setting::from_stored(name, &stored.text))).collect()
}

/// The attributes that differ from those of a new role, or for the first superuser from those that `initdb` sets.
fn changed_attributes(existing: &Attributes, key: &str, first: bool, found: &mut Found) -> Attributes {
    let differs = |flag: Option<bool>| flag.filter(|flag| *flag != first);
    let mut attributes = Attributes {
        login: differs(existing.login),
        superuser: differs(existing.superuser),
        createdb: differs(existing.createdb),
        createrole: differs(existing.createrole),
        replication: differs(existing.replication),
        bypassrls: differs(existing.bypassrls),
        inherit: existing.inherit.filter(|inherit| !inherit),
        connection_limit: existing.connection_limit.filter(|limit| *limit != -1),
        valid_until: existing.valid_until.filter(|until| *until != Until::Infinity),
    };
    if attributes.valid_until.is_some_and(|until| !until.is_expressible()) {
        found.note("roles", key, "until when its password is valid, which no RFC 3339 time says");
        attributes.valid_until = None;
    }
    attributes
}

/// The options that differ from those of a membership granted without options, which inherits as its member does.
fn membership(rows: &[MemberRow], inherits: bool, version: u32) -> Membership {
    let any = |get: fn(&MemberRow) -> bool| rows.iter().any(get);
    let options = version >= 16;
    Membership {
        admin: any(|row| row.admin).then_some(true),
        inherit: Some(any(|row| row.inherit)).filter(|inherit| options && *inherit != inherits),
        set: Some(any(|row| row.set)).filter(|set| options && !set),
    }
}
