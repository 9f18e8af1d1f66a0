//! Compares grants, revokes and default privileges.

use std::collections::BTreeSet;

use init_core::SpecPath;

use super::contents::DatabaseScope;
use super::planner::Planner;
use crate::change::{
    AlterDefaultPrivileges, Change, GrantPrivileges, Privileges, RevokeDefaultPrivileges, RevokePrivileges,
};
use crate::desired::{self, DefaultTarget, PUBLIC, Target};
use crate::observed::{self, Acl};
use crate::spec::{FutureObject, Object, Privilege};
use crate::validate::{expand_all, privileges_of, privileges_on_new};

impl Planner<'_> {
    pub(super) fn privileges(&mut self, scope: &DatabaseScope<'_>, existing: Option<&observed::Database>) {
        self.grants(scope, existing);
        self.revokes(scope, existing);
        self.default_privileges(scope);
    }

    fn grants(&mut self, scope: &DatabaseScope<'_>, existing: Option<&observed::Database>) {
        let nothing = Acl::default();
        for (target, wanted) in &scope.database.grants {
            self.check_target(scope, target, &wanted.at, "to");
            let (lost, acl) =
                (loses_by_owner_change(scope, existing, target), acl(scope, existing, target, &nothing));
            let missing = self.differing_privileges(wanted, privileges_of(target), |privilege| {
                lost || !acl.held.contains(&(target.clone(), privilege))
            });
            self.push_change(scope, target, missing, |c| Change::GrantPrivileges(GrantPrivileges(c)));
        }
    }

    fn revokes(&mut self, scope: &DatabaseScope<'_>, existing: Option<&observed::Database>) {
        let nothing = Acl::default();
        for (target, unwanted) in &scope.database.revokes {
            self.check_target(scope, target, &unwanted.at, "from");
            let acl = acl(scope, existing, target, &nothing);
            // The privileges that a new database grants to `public` are known only once it exists.
            let present = self.differing_privileges(unwanted, privileges_of(target), |privilege| {
                scope.is_new || acl.present.contains(&(target.clone(), privilege))
            });
            let each = expand_all(&present, privileges_of(target), self.observed.version).into_iter();
            let granted = each.filter_map(|privilege| acl.grantors.get(&(target.clone(), privilege)));
            let grantors: BTreeSet<String> = granted.flatten().cloned().collect();
            self.check_grantors(target, &grantors, &unwanted.at);
            let revoke = |of| Change::RevokePrivileges(RevokePrivileges { of, grantors });
            self.push_change(scope, target, present, revoke);
        }
    }

    fn default_privileges(&mut self, scope: &DatabaseScope<'_>) {
        for (target, wanted) in &scope.database.defaults {
            self.check_default_target(scope, target, &wanted.at, "to");
            let privileges =
                self.differing_privileges(wanted, privileges_on_new(target.object), |privilege| {
                    !scope.existing.defaults.held.contains(&(target.clone(), privilege))
                });
            if !privileges.is_empty() {
                let (database, target) = (scope.name.to_owned(), target.clone());
                let change = AlterDefaultPrivileges { database, target, privileges };
                self.change(Change::AlterDefaultPrivileges(change));
            }
        }
        for (target, unwanted) in &scope.database.default_revokes {
            self.check_default_target(scope, target, &unwanted.at, "from");
            // A role that does not exist yet creates objects with PostgreSQL's built-in default privileges.
            let new = scope.is_new || !self.observed.roles.contains_key(&target.creator);
            let present =
                self.differing_privileges(unwanted, privileges_on_new(target.object), |privilege| {
                    let given = scope.existing.defaults.held.contains(&(target.clone(), privilege));
                    if new { target.schema.is_none() && is_built_in_default(target) } else { given }
                });
            self.check_database_wide_default(scope, target, unwanted, new);
            if !present.is_empty() {
                let (database, target) = (scope.name.to_owned(), target.clone());
                let change = AlterDefaultPrivileges { database, target, privileges: present };
                self.change(Change::RevokeDefaultPrivileges(RevokeDefaultPrivileges(change)));
            }
        }
    }

    fn check_default_target(
        &mut self,
        scope: &DatabaseScope<'_>,
        target: &DefaultTarget,
        at: &SpecPath,
        key: &str,
    ) {
        self.check_role(&at.key("for"), &target.creator);
        self.check_role(&at.key(key), &target.role);
        if let Some(schema) = &target.schema {
            self.check_schema(scope, &at.key("schema"), schema);
        }
    }

    /// Refuses to revoke a default privilege in a schema while the whole database grants it: default privileges of a
    /// schema are only added to those of the database.
    fn check_database_wide_default(
        &mut self,
        scope: &DatabaseScope<'_>,
        target: &DefaultTarget,
        unwanted: &desired::Privileges,
        new: bool,
    ) {
        let whole = DefaultTarget { schema: None, ..target.clone() };
        if target.schema.is_none() || scope.database.default_revokes.contains_key(&whole) {
            return;
        }
        let each = expand_all(&unwanted.set, privileges_on_new(target.object), self.observed.version);
        let in_whole_database = &scope.existing.defaults.in_whole_database;
        let given = each.iter().any(|privilege| in_whole_database.contains(&(target.clone(), *privilege)));
        if given || new && is_built_in_default(target) {
            let problem = format!(
                "{} has it by the default privileges of the whole database, to which those for a schema only add: \
                 leave `schema` out",
                target.role
            );
            self.conflict(&unwanted.at.key("schema"), problem);
        }
    }

    /// Checks that the provisioning role can act as each grantor, since a privilege is revoked only by its grantor.
    fn check_grantors(&mut self, target: &Target, grantors: &BTreeSet<String>, at: &SpecPath) {
        let Some(provisioner) = &self.observed.provisioner else { return };
        for grantor in grantors.iter().filter(|grantor| provisioner.superusers.contains(*grantor)) {
            let problem = format!(
                "{} has been granted this by {grantor}, a superuser, who revokes in the name of the owner only: \
                 make {grantor} no superuser while this is revoked, or take its own grant option away with CASCADE",
                target.role
            );
            self.conflict(at, problem);
        }
        for grantor in grantors.iter().filter(|grantor| !provisioner.joinable.contains(*grantor)) {
            let problem = format!(
                "{} has been granted this by {grantor}, and {} can neither act as {grantor} nor make itself a member of it: \
                 have {grantor} revoke it, or a superuser",
                target.role, provisioner.role
            );
            self.conflict(at, problem);
        }
    }

    /// The declared privileges that differ. If the spec declares `all` and all of them differ, the result is `all`.
    fn differing_privileges(
        &self,
        declared: &desired::Privileges,
        known: &[Privilege],
        differs: impl Fn(Privilege) -> bool,
    ) -> BTreeSet<Privilege> {
        let each = expand_all(&declared.set, known, self.observed.version);
        let found: BTreeSet<_> = each.iter().copied().filter(|privilege| differs(*privilege)).collect();
        if declared.set.contains(&Privilege::All) && found == each { [Privilege::All].into() } else { found }
    }

    fn check_target(&mut self, scope: &DatabaseScope<'_>, target: &Target, at: &SpecPath, key: &str) {
        self.check_role(&at.key(key), &target.role);
        if let Some(schema) = &target.schema {
            self.check_schema(scope, &at.key("schema"), schema);
        }
        let Some(name) = &target.name else { return };
        let acl = &scope.existing.acl;
        if acl.ambiguous.contains(target) {
            let problem = format!(
                "several functions are named {name}: add the types of the arguments, as in `{name}(text)`"
            );
            self.conflict(&at.key("names"), problem);
        } else if !(acl.existing.contains(target) || scope.is_new && scope.database.template() != "template0")
        {
            let columns: Vec<_> = target.columns.iter().map(String::as_str).collect();
            let columns =
                if columns.is_empty() { String::new() } else { format!(" with {}", columns.join(", ")) };
            let problem = format!(
                "{name}{columns} is not among the {} of the database {}; `defaultPrivileges` are for what comes later",
                target.object.keyword(),
                scope.name
            );
            self.conflict(&at.key("names"), problem);
        }
    }

    fn push_change(
        &mut self,
        scope: &DatabaseScope<'_>,
        target: &Target,
        privileges: BTreeSet<Privilege>,
        change: impl FnOnce(Privileges) -> Change,
    ) {
        if !privileges.is_empty() {
            let (database, target) = (scope.name.to_owned(), target.clone());
            self.change(change(Privileges { database, target, privileges }));
        }
    }
}

/// True for a built-in default privilege: the creator of an object has all privileges on it, and `public` has some on
/// functions and types.
fn is_built_in_default(target: &DefaultTarget) -> bool {
    target.role == target.creator
        || target.role == PUBLIC && matches!(target.object, FutureObject::Functions | FutureObject::Types)
}

/// The state of the access control lists that the target belongs to.
fn acl<'a>(
    scope: &DatabaseScope<'a>,
    existing: Option<&'a observed::Database>,
    target: &Target,
    nothing: &'a Acl<Target>,
) -> &'a Acl<Target> {
    match target.object {
        Object::Database => existing.map_or(nothing, |database| &database.acl),
        _ => &scope.existing.acl,
    }
}

/// True when a change of the object's owner takes the privileges from the grantee: the new owner gets the privileges
/// of the former owner.
fn loses_by_owner_change(
    scope: &DatabaseScope<'_>,
    existing: Option<&observed::Database>,
    target: &Target,
) -> bool {
    let (from, to) = match (target.object, &target.schema) {
        (Object::Database, _) => (existing.map(|database| &database.owner), scope.database.owner.as_ref()),
        (Object::Schema, Some(schema)) => {
            let wanted = scope.database.schemas.get(schema).and_then(|schema| schema.owner.as_ref());
            (scope.existing.schemas.get(schema), wanted)
        }
        _ => return false,
    };
    from == Some(&target.role) && to.is_some() && to != from
}
