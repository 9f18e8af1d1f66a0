//! Compares roles, their passwords, privileges on parameters, and memberships.

use std::collections::BTreeSet;

use init_core::SpecPath;
use init_core::diff::{Drift, Side, by_key};

use super::planner::{Planner, drift};
use super::settings;
use crate::change::{
    AlterMembership, AlterRole, Change, CreateRole, GrantParameter, GrantRole, Members, PasswordDrift,
    PreviousPassword, RemovePassword,
};
use crate::desired::{Attributes, Membership, Role};
use crate::observed::{self, MemberRow, Password};
use crate::spec::{ParameterPrivilege, PasswordCheck, RolePassword};

impl Planner<'_> {
    pub(super) fn roles(&mut self) {
        let (desired, observed) = (self.desired, self.observed);
        for (key, side) in by_key(&desired.roles, &observed.roles) {
            match side {
                Side::Missing(role) => {
                    self.change(create_role(key, role));
                    self.parameter_privileges(key, role, None);
                    self.memberships(key, role, None);
                }
                Side::Present(role, existing) => {
                    self.check_provisioning_role(key, role, existing);
                    // A login compares the password, once the role can log in.
                    let by_login = !matches!(
                        desired.password_check,
                        Some(PasswordCheck::Never | PasswordCheck::Verifier)
                    );
                    self.changes.extend(alter_role(key, role, existing, by_login));
                    self.remove_password(key, role, existing);
                    self.parameter_privileges(key, role, Some(existing));
                    self.memberships(key, role, Some(existing));
                }
                Side::Extra(_) => {}
            }
        }
    }

    /// Removes the password of a role that is declared without one. Where the provisioning role cannot see whether
    /// the role has a password, the password stays.
    fn remove_password(&mut self, key: &str, role: &Role, existing: &observed::Role) {
        let has = matches!(existing.password, Password::Right | Password::Wrong | Password::Md5);
        if role.password == Some(RolePassword::Unset) && has {
            self.change(Change::RemovePassword(RemovePassword { role: key.to_owned() }));
        }
    }

    fn parameter_privileges(&mut self, key: &str, role: &Role, existing: Option<&observed::Role>) {
        for (parameter, wanted) in &role.parameter_privileges {
            let held = existing.and_then(|existing| existing.parameter_privileges.get(parameter));
            let held = |privilege: &&ParameterPrivilege| held.is_some_and(|held| held.contains(privilege));
            let privileges: BTreeSet<_> = wanted.iter().filter(|wanted| !held(wanted)).copied().collect();
            if !privileges.is_empty() {
                let (role, parameter) = (key.to_owned(), parameter.clone());
                self.change(Change::GrantParameter(GrantParameter { role, parameter, privileges }));
            }
        }
    }

    /// True when a role is a member of another one, directly or through other roles, on the server or by the spec.
    fn is_member_of(&self, role: &str, other: &str) -> bool {
        let mut reached = BTreeSet::new();
        let mut open = vec![role];
        while let Some(next) = open.pop() {
            if next == other {
                return true;
            }
            if reached.insert(next) {
                let existing = self.observed.memberships.get(next).into_iter().flatten();
                let declared =
                    self.desired.roles.get(next).into_iter().flat_map(|role| role.member_of.keys());
                open.extend(existing.chain(declared).map(String::as_str));
            }
        }
        false
    }

    fn memberships(&mut self, key: &str, role: &Role, existing: Option<&observed::Role>) {
        let at = SpecPath::root().key("roles").key(key).key("memberOf");
        for (of, options) in &role.member_of {
            self.check_role(&at, of);
            let members = Members { role: of.clone(), member: key.to_owned() };
            let rows =
                existing.and_then(|existing| existing.member_of.get(of)).map_or(&[][..], Vec::as_slice);
            if rows.is_empty() && self.is_member_of(of, key) {
                let problem = format!(
                    "{of} is a member of {key} on the server, by itself or through other roles, and PostgreSQL has no circles"
                );
                self.conflict(&at, problem);
            } else if rows.is_empty() {
                self.change(Change::GrantRole(GrantRole { of: members, options: options.clone() }));
            } else if let Some(change) = alter_membership(members, options, rows) {
                self.change(change);
            }
        }
    }
}

fn create_role(key: &str, role: &Role) -> Change {
    Change::CreateRole(CreateRole {
        role: key.to_owned(),
        attributes: role.attributes.clone(),
        password: role.secret().cloned(),
        settings: settings::for_creation(&role.settings),
    })
}

fn alter_role(key: &str, role: &Role, existing: &observed::Role, by_login: bool) -> Option<Change> {
    let (want, have) = (&role.attributes, &existing.attributes);
    let attributes = Attributes {
        login: drift(want.login, have.login),
        superuser: drift(want.superuser, have.superuser),
        createdb: drift(want.createdb, have.createdb),
        createrole: drift(want.createrole, have.createrole),
        replication: drift(want.replication, have.replication),
        bypassrls: drift(want.bypassrls, have.bypassrls),
        inherit: drift(want.inherit, have.inherit),
        connection_limit: drift(want.connection_limit, have.connection_limit),
        valid_until: drift(want.valid_until, have.valid_until),
    };
    let was = match existing.password {
        Password::Absent => Some(PreviousPassword::Unset),
        Password::Wrong => Some(PreviousPassword::Another),
        Password::Md5 => Some(PreviousPassword::Md5),
        // The password of a role that cannot log in yet could not be compared, and after this change the role can log
        // in.
        Password::Unknown if by_login && (attributes.login.is_some() || attributes.valid_until.is_some()) => {
            Some(PreviousPassword::Unknown)
        }
        Password::Right | Password::Unknown => None,
    };
    let password = was.zip(role.secret().cloned()).map(|(from, to)| PasswordDrift { from, to });
    let settings = settings::drift(&role.settings, &existing.settings);
    let nothing = attributes == Attributes::default() && password.is_none() && settings.is_empty();
    (!nothing).then(|| Change::AlterRole(AlterRole { role: key.to_owned(), attributes, password, settings }))
}

/// The change of a membership's options. A membership has an option when any grantor grants it: an option is set for
/// one grantor, and unset for all.
fn alter_membership(of: Members, wanted: &Membership, rows: &[MemberRow]) -> Option<Change> {
    let mut grantors = BTreeSet::new();
    let mut one = |wanted: Option<bool>, get: fn(&MemberRow) -> bool| {
        let existing = rows.iter().any(get);
        let drift = wanted.and_then(|wanted| Drift::between(Some(existing), wanted))?;
        let wrong = rows.iter().filter(|row| get(row) != drift.to);
        // One grantor is enough to set an option, and every grantor is needed to unset it.
        grantors.extend(wrong.take(if drift.to { 1 } else { rows.len() }).map(|row| row.grantor.clone()));
        Some(drift)
    };
    let options = Membership {
        admin: one(wanted.admin, |row| row.admin),
        inherit: one(wanted.inherit, |row| row.inherit),
        set: one(wanted.set, |row| row.set),
    };
    (options != Membership::default()).then_some(Change::AlterMembership(AlterMembership {
        of,
        options,
        grantors,
    }))
}
