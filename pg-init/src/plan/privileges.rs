//! Grants, revokes and default privileges.

use std::collections::BTreeSet;

use init_core::SpecPath;

use super::inside::DatabaseScope;
use super::planner::Planner;
use crate::change::{
    AlterDefaultPrivileges, Change, GrantPrivileges, Privileges, RevokeDefaultPrivileges, RevokePrivileges,
};
use crate::desired::{self, DefaultTarget, PUBLIC, Target};
use crate::observed::{self, Acl};
use crate::spec::{Future, Object, Privilege};
use crate::validate::{expand, of, privileges_on_new};

impl Planner<'_> {
    pub(super) fn privileges(&mut self, scope: &DatabaseScope<'_>, there: Option<&observed::Database>) {
        self.grants(scope, there);
        self.revokes(scope, there);
        self.defaults(scope);
    }

    fn grants(&mut self, scope: &DatabaseScope<'_>, there: Option<&observed::Database>) {
        let nothing = Acl::default();
        for (target, wanted) in &scope.database.grants {
            self.target(scope, target, &wanted.at, "to");
            let (lost, acl) = (loses(scope, there, target), acl(scope, there, target, &nothing));
            let missing = self.of_all(wanted, of(target), |privilege| {
                lost || !acl.held.contains(&(target.clone(), privilege))
            });
            self.privilege(scope, target, missing, |c| Change::GrantPrivileges(GrantPrivileges(c)));
        }
    }

    fn revokes(&mut self, scope: &DatabaseScope<'_>, there: Option<&observed::Database>) {
        let nothing = Acl::default();
        for (target, unwanted) in &scope.database.revokes {
            self.target(scope, target, &unwanted.at, "from");
            let acl = acl(scope, there, target, &nothing);
            // What a new database gives to everyone is only known once it is there.
            let present = self.of_all(unwanted, of(target), |privilege| {
                scope.new || acl.present.contains(&(target.clone(), privilege))
            });
            let each = expand(&present, of(target), self.observed.version).into_iter();
            let granted = each.filter_map(|privilege| acl.grantors.get(&(target.clone(), privilege)));
            let grantors: BTreeSet<String> = granted.flatten().cloned().collect();
            self.check_grantors(target, &grantors, &unwanted.at);
            let revoke = |of| Change::RevokePrivileges(RevokePrivileges { of, grantors });
            self.privilege(scope, target, present, revoke);
        }
    }

    fn defaults(&mut self, scope: &DatabaseScope<'_>) {
        for (target, wanted) in &scope.database.defaults {
            self.default_target(scope, target, &wanted.at, "to");
            let privileges = self.of_all(wanted, privileges_on_new(target.object), |privilege| {
                !scope.there.defaults.held.contains(&(target.clone(), privilege))
            });
            if !privileges.is_empty() {
                let (database, target) = (scope.name.to_owned(), target.clone());
                let change = AlterDefaultPrivileges { database, target, privileges };
                self.change(Change::AlterDefaultPrivileges(change));
            }
        }
        for (target, unwanted) in &scope.database.default_revokes {
            self.default_target(scope, target, &unwanted.at, "from");
            // Who is not there yet creates with what PostgreSQL gives by itself.
            let new = scope.new || !self.observed.roles.contains_key(&target.creator);
            let present = self.of_all(unwanted, privileges_on_new(target.object), |privilege| {
                let given = scope.there.defaults.held.contains(&(target.clone(), privilege));
                if new { target.schema.is_none() && built_in(target) } else { given }
            });
            self.check_given_in_all(scope, target, unwanted, new);
            if !present.is_empty() {
                let (database, target) = (scope.name.to_owned(), target.clone());
                let change = AlterDefaultPrivileges { database, target, privileges: present };
                self.change(Change::RevokeDefaultPrivileges(RevokeDefaultPrivileges(change)));
            }
        }
    }

    fn default_target(
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

    /// Default privileges for a schema only add to those of the whole database, so nothing is taken away there.
    fn check_given_in_all(
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
        let each = expand(&unwanted.set, privileges_on_new(target.object), self.observed.version);
        let in_all = &scope.there.defaults.in_all;
        let given = each.iter().any(|privilege| in_all.contains(&(target.clone(), *privilege)));
        if given || new && built_in(target) {
            let problem = format!(
                "{} has it by the default privileges of the whole database, to which those for a schema only add: \
                 leave `schema` out",
                target.role
            );
            self.conflict(&unwanted.at.key("schema"), problem);
        }
    }

    /// What somebody else has granted, only that role takes back, and so whoever can act as it.
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

    /// The declared privileges that differ; all of them are `all` again.
    fn of_all(
        &self,
        declared: &desired::Privileges,
        known: &[Privilege],
        differs: impl Fn(Privilege) -> bool,
    ) -> BTreeSet<Privilege> {
        let each = expand(&declared.set, known, self.observed.version);
        let found: BTreeSet<_> = each.iter().copied().filter(|privilege| differs(*privilege)).collect();
        if declared.set.contains(&Privilege::All) && found == each { [Privilege::All].into() } else { found }
    }

    fn target(&mut self, scope: &DatabaseScope<'_>, target: &Target, at: &SpecPath, key: &str) {
        self.check_role(&at.key(key), &target.role);
        if let Some(schema) = &target.schema {
            self.check_schema(scope, &at.key("schema"), schema);
        }
        let Some(name) = &target.name else { return };
        let there = &scope.there.acl;
        if there.ambiguous.contains(target) {
            let problem = format!(
                "several functions are named {name}: add the types of the arguments, as in `{name}(text)`"
            );
            self.conflict(&at.key("names"), problem);
        } else if !(there.there.contains(target) || scope.new && scope.database.template() != "template0") {
            let columns: Vec<_> = target.columns.iter().map(String::as_str).collect();
            let columns =
                if columns.is_empty() { String::new() } else { format!(" with {}", columns.join(", ")) };
            let problem = format!(
                "{name}{columns} is not among the {} of the database {}; `defaultPrivileges` are for what comes later",
                target.object.word(),
                scope.name
            );
            self.conflict(&at.key("names"), problem);
        }
    }

    fn privilege(
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

/// What PostgreSQL gives on new objects by itself: everything to who creates them, and some of it to everyone.
fn built_in(target: &DefaultTarget) -> bool {
    target.role == target.creator
        || target.role == PUBLIC && matches!(target.object, Future::Functions | Future::Types)
}

/// The access lists that a target is in.
fn acl<'a>(
    scope: &DatabaseScope<'a>,
    there: Option<&'a observed::Database>,
    target: &Target,
    nothing: &'a Acl<Target>,
) -> &'a Acl<Target> {
    match target.object {
        Object::Database => there.map_or(nothing, |database| &database.acl),
        _ => &scope.there.acl,
    }
}

/// With another owner, an object's access list gives the new one all that the old one had.
fn loses(scope: &DatabaseScope<'_>, there: Option<&observed::Database>, target: &Target) -> bool {
    let (from, to) = match (target.object, &target.schema) {
        (Object::Database, _) => (there.map(|database| &database.owner), scope.database.owner.as_ref()),
        (Object::Schema, Some(schema)) => {
            let wanted = scope.database.schemas.get(schema).and_then(|schema| schema.owner.as_ref());
            (scope.there.schemas.get(schema), wanted)
        }
        _ => return false,
    };
    from == Some(&target.role) && to.is_some() && to != from
}
