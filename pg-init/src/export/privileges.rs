//! Exports the privileges that somebody granted or revoked: on all objects of a kind, or on some by name. The server
//! compares and counts, so a privilege on all objects is one row, however many tables there are.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;

use super::found::Context;
use crate::desired::{Privileges, Target};
use crate::error::Error;
use crate::spec::{Object, Privilege};
use crate::validate::{expand_all, is_argument_list, privileges_of};
use crate::wire::Row;

/// The number of objects on which one grantee has one privilege, among the objects of one kind in one schema or
/// database.
#[derive(Clone, Debug, Default)]
pub(super) struct PrivilegeCounts {
    pub(super) place: String,
    pub(super) kind: String,
    pub(super) grantee: String,
    pub(super) privilege: String,
    /// The number of all objects.
    pub(super) total: i64,
    /// The number of objects with the privilege.
    pub(super) held: i64,
    /// The number of objects with the privilege and grant option.
    pub(super) grantable: i64,
    /// The number of objects that had the privilege at their creation.
    pub(super) initial: i64,
    /// The objects that gained the privilege after their creation, unless all have it.
    pub(super) gained: Vec<String>,
    /// The objects that gained grant option, unless all have it.
    pub(super) made_grantable: Vec<String>,
    /// The objects that lost the privilege after their creation, unless none has it.
    pub(super) lost: Vec<String>,
}

/// A privilege on one column of a table.
#[derive(Clone, Debug)]
pub(super) struct ColumnPrivilege {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) column: String,
    pub(super) grantee: String,
    pub(super) privilege: String,
    pub(super) grantable: bool,
}

/// The grants and revokes of a spec that describe the privileges.
#[derive(Debug, Default)]
pub(super) struct ChangedPrivileges {
    pub(super) grants: BTreeMap<Target, Privileges>,
    pub(super) revokes: BTreeMap<Target, Privileges>,
    pub(super) notes: BTreeSet<String>,
}

impl PrivilegeCounts {
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            place: row.get(0)?,
            kind: row.get(1)?,
            grantee: row.get(2)?,
            privilege: row.get(3)?,
            total: row.get(4)?,
            held: row.get(5)?,
            grantable: row.get(6)?,
            initial: row.get(7)?,
            gained: row.texts(8)?,
            made_grantable: row.texts(9)?,
            lost: row.texts(10)?,
        })
    }

    /// The kind of objects; `None` when a spec has no such kind.
    fn object(&self) -> Option<Object> {
        let inside = [Object::Schema, Object::Tables, Object::Sequences, Object::Functions, Object::Types];
        let mut all = [Object::Database].into_iter().chain(inside);
        all.find(|object| object.keyword() == self.kind)
    }
}

impl ColumnPrivilege {
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            schema: row.get(0)?,
            table: row.get(1)?,
            column: row.get(2)?,
            grantee: row.get(3)?,
            privilege: row.get(4)?,
            grantable: row.get(5)?,
        })
    }
}

/// Turns the counted privileges into grants and revokes.
pub(super) fn changed_privileges<'c>(
    rows: impl IntoIterator<Item = &'c PrivilegeCounts>,
    context: &Context,
) -> ChangedPrivileges {
    let mut changed = ChangedPrivileges::default();
    for row in rows {
        let (Some(role), Some(object)) = (context.grantee(&row.grantee), row.object()) else { continue };
        let schema = (object != Object::Database).then(|| row.place.clone());
        let target = Target::all(object, schema, role);
        let Some(privilege) = known_privilege(&target, &row.privilege) else { continue };
        let all = row.held == row.total && object != Object::Types;
        if all && row.grantable == row.total {
            add_privilege(&mut changed.grants, Target { grant_option: true, ..target.clone() }, privilege);
        } else if all && row.held > row.initial {
            add_privilege(&mut changed.grants, target.clone(), privilege);
        } else if row.held == 0 && object != Object::Types {
            add_privilege(&mut changed.revokes, target.clone(), privilege);
        }
        for (names, grant_option) in [(&row.gained, false), (&row.made_grantable, true)] {
            let target = Target { grant_option, ..target.clone() };
            add_named(&mut changed.grants, &mut changed.notes, (target, privilege), names);
        }
        add_named(&mut changed.revokes, &mut changed.notes, (target, privilege), &row.lost);
    }
    changed
}

/// The privilege with this name, if the objects of the target can have it.
fn known_privilege(target: &Target, word: &str) -> Option<Privilege> {
    privileges_of(target).iter().copied().find(|privilege| privilege.keyword() == word)
}

fn add_named(
    targets: &mut BTreeMap<Target, Privileges>,
    notes: &mut BTreeSet<String>,
    (target, privilege): (Target, Privilege),
    names: &[String],
) {
    for name in names {
        let target = Target { name: Some(name.clone()), ..target.clone() };
        let (plain, arguments) = target.name_and_arguments();
        if target.object == Object::Functions
            && !(arguments.is_some_and(is_argument_list) && plain != Some(""))
        {
            notes.insert(format!(
                "privileges on the function {name}, whose name or types a spec cannot write"
            ));
        } else {
            add_privilege(targets, target, privilege);
        }
    }
}

impl ChangedPrivileges {
    /// Adds privileges on columns. Columns of one table with the same privileges become one entry.
    pub(super) fn columns<'c>(
        &mut self,
        rows: impl IntoIterator<Item = &'c ColumnPrivilege>,
        context: &Context,
    ) {
        type Of = (Target, String);
        let mut by_column: BTreeMap<Of, BTreeSet<Privilege>> = BTreeMap::new();
        for row in rows {
            let Some(role) = context.grantee(&row.grantee) else { continue };
            let target = Target {
                name: Some(row.table.clone()),
                columns: [row.column.clone()].into(),
                grant_option: row.grantable,
                ..Target::all(Object::Tables, Some(row.schema.clone()), role)
            };
            if let Some(privilege) = known_privilege(&target, &row.privilege) {
                let target = Target { columns: BTreeSet::new(), ..target };
                by_column.entry((target, row.column.clone())).or_default().insert(privilege);
            }
        }
        let mut alike: BTreeMap<(Target, BTreeSet<Privilege>), BTreeSet<String>> = BTreeMap::new();
        for ((target, column), set) in by_column {
            alike.entry((target, set)).or_default().insert(column);
        }
        for ((target, set), columns) in alike {
            let at = SpecPath::root();
            self.grants.insert(Target { columns, ..target }, Privileges { at, set });
        }
    }

    /// Removes revokes that contradict grants: a spec cannot revoke a privilege on a table and grant it on a column,
    /// so the grant is kept.
    pub(super) fn resolve_contradictions(mut self, version: u32) -> Self {
        let of_columns: Vec<_> =
            self.grants.iter().filter(|(target, _)| !target.columns.is_empty()).collect();
        for (target, revoked) in &mut self.revokes {
            for (granted, privileges) in of_columns.iter().filter(|(granted, _)| granted.overlaps(target)) {
                let both: Vec<_> = revoked.set.intersection(&privileges.set).copied().collect();
                for privilege in both {
                    revoked.set.remove(&privilege);
                    self.notes.insert(format!(
                        "that {} holds {} on columns of the table {} and not on the whole of it",
                        target.role,
                        privilege.keyword(),
                        granted.name.as_deref().unwrap_or_default()
                    ));
                }
            }
        }
        self.revokes.retain(|_, revoked| !revoked.set.is_empty());
        fold_into_all(&mut self.grants, version);
        fold_into_all(&mut self.revokes, version);
        self
    }
}

fn add_privilege(targets: &mut BTreeMap<Target, Privileges>, target: Target, privilege: Privilege) {
    let empty = || Privileges { at: SpecPath::root(), set: [].into() };
    targets.entry(target).or_insert_with(empty).set.insert(privilege);
}

/// Replaces every privilege that the kind of object has by `all`.
fn fold_into_all(targets: &mut BTreeMap<Target, Privileges>, version: u32) {
    for (target, privileges) in targets {
        let all = [Privilege::All].into();
        if privileges_of(target).len() > 1
            && expand_all(&all, privileges_of(target), version) == privileges.set
        {
            privileges.set = all;
        }
    }
}
