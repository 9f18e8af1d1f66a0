//! Grants, revokes and default privileges.

use std::collections::BTreeSet;

use init_core::SpecPath;

use super::inside::DatabaseScope;
use super::planner::Planner;
use crate::change::{AlterDefaultPrivileges, Change, GrantPrivileges, Privileges, RevokePrivileges};
use crate::desired::{self, Target};
use crate::observed::{self, Acl};
use crate::spec::{Object, Privilege};
use crate::validate::{expand, of, privileges_on_new};

impl Planner<'_> {
    pub(super) fn privileges(&mut self, scope: &DatabaseScope<'_>, there: Option<&observed::Database>) {
        let nothing = Acl::default();
        let on_database = there.map_or(&nothing, |database| &database.acl);
        let acl = |target: &Target| match target.object {
            Object::Database => on_database,
            _ => &scope.there.acl,
        };
        for (target, wanted) in &scope.database.grants {
            self.target(scope, target, &wanted.at, "to");
            let lost = loses(scope, there, target);
            let missing = self.of_all(wanted, of(target.object), |privilege| {
                lost || !acl(target).held.contains(&(target.clone(), privilege))
            });
            self.privilege(scope, target, missing, |c| Change::GrantPrivileges(GrantPrivileges(c)));
        }
        for (target, unwanted) in &scope.database.revokes {
            self.target(scope, target, &unwanted.at, "from");
            // What a new database gives to everyone is only known once it is there.
            let present = self.of_all(unwanted, of(target.object), |privilege| {
                scope.new || acl(target).present.contains(&(target.clone(), privilege))
            });
            self.privilege(scope, target, present, |c| Change::RevokePrivileges(RevokePrivileges(c)));
        }
        for (target, wanted) in &scope.database.defaults {
            self.check_role(&wanted.at.key("for"), &target.creator);
            self.check_role(&wanted.at.key("to"), &target.role);
            if let Some(schema) = &target.schema {
                self.check_schema(scope, &wanted.at.key("schema"), schema);
            }
            let privileges = self.of_all(wanted, privileges_on_new(target.object), |privilege| {
                !scope.there.defaults.held.contains(&(target.clone(), privilege))
            });
            if !privileges.is_empty() {
                let (database, target) = (scope.name.to_owned(), target.clone());
                let change = AlterDefaultPrivileges { database, target, privileges };
                self.change(Change::AlterDefaultPrivileges(change));
            }
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
    }

    fn privilege(
        &mut self,
        scope: &DatabaseScope<'_>,
        target: &Target,
        privileges: BTreeSet<Privilege>,
        change: fn(Privileges) -> Change,
    ) {
        if !privileges.is_empty() {
            let (database, target) = (scope.name.to_owned(), target.clone());
            self.change(change(Privileges { database, target, privileges }));
        }
    }
}

/// With another owner, an object's access list gives the new one all that the old one had.
fn loses(scope: &DatabaseScope<'_>, there: Option<&observed::Database>, target: &Target) -> bool {
    let (from, to) = match (target.object, &target.schema) {
        (Object::Database, _) => (there.map(|database| &database.owner), scope.database.owner.as_ref()),
        (Object::Schema, Some(schema)) => {
            let wanted = scope.database.schemas.get(schema).and_then(Option::as_ref);
            (scope.there.schemas.get(schema), wanted)
        }
        _ => return false,
    };
    from == Some(&target.role) && to.is_some() && to != from
}
