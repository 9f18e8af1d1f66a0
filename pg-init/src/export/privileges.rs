//! Privileges that somebody gave or took away: on every object of a kind, or on some of them by their names. The server
//! compares and counts, so what holds for all is one row however many tables there are.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;

use super::found::Own;
use crate::desired::{Privileges, Target};
use crate::error::Error;
use crate::spec::{Object, Privilege};
use crate::validate::{are_arguments, expand, of};
use crate::wire::Row;

/// One privilege of one grantee on the objects of one kind in one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) place: String,
    pub(super) kind: String,
    pub(super) grantee: String,
    pub(super) privilege: String,
    /// All objects.
    pub(super) total: i64,
    /// Those with the privilege.
    pub(super) held: i64,
    /// Those with the right to pass it on.
    pub(super) grantable: i64,
    /// Those that were made with the privilege.
    pub(super) made: i64,
    /// The objects that have it beyond what they were made with, where not all have it.
    pub(super) gained: Vec<String>,
    /// The objects that have the right to pass it on as well, where not all have it.
    pub(super) optioned: Vec<String>,
    /// The objects that were made with it and have it no more, where others have it.
    pub(super) lost: Vec<String>,
}

/// A privilege on one column of a table.
#[derive(Clone, Debug)]
pub(super) struct OfColumn {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) column: String,
    pub(super) grantee: String,
    pub(super) privilege: String,
    pub(super) grantable: bool,
}

/// What a spec says about them.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) grants: BTreeMap<Target, Privileges>,
    pub(super) revokes: BTreeMap<Target, Privileges>,
    pub(super) unsaid: BTreeSet<String>,
}

impl Counted {
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            place: row.get(0)?,
            kind: row.get(1)?,
            grantee: row.get(2)?,
            privilege: row.get(3)?,
            total: row.get(4)?,
            held: row.get(5)?,
            grantable: row.get(6)?,
            made: row.get(7)?,
            gained: row.list(8)?,
            optioned: row.list(9)?,
            lost: row.list(10)?,
        })
    }

    /// The kind of object, unless this is none of a spec's.
    fn object(&self) -> Option<Object> {
        let inside = [Object::Schema, Object::Tables, Object::Sequences, Object::Functions, Object::Types];
        let mut all = [Object::Database].into_iter().chain(inside);
        all.find(|object| object.word() == self.kind)
    }
}

impl OfColumn {
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

/// Sorts them into grants and revokes.
pub(super) fn changed<'c>(rows: impl IntoIterator<Item = &'c Counted>, own: &Own) -> Changed {
    let mut changed = Changed::default();
    for row in rows {
        let (Some(role), Some(object)) = (own.grantee(&row.grantee), row.object()) else { continue };
        let schema = (object != Object::Database).then(|| row.place.clone());
        let target = Target::all(object, schema, role);
        let Some(privilege) = known(&target, &row.privilege) else { continue };
        let all = row.held == row.total && object != Object::Types;
        if all && row.grantable == row.total {
            add(&mut changed.grants, Target { grant_option: true, ..target.clone() }, privilege);
        } else if all && row.held > row.made {
            add(&mut changed.grants, target.clone(), privilege);
        } else if row.held == 0 && object != Object::Types {
            add(&mut changed.revokes, target.clone(), privilege);
        }
        for (names, grant_option) in [(&row.gained, false), (&row.optioned, true)] {
            let target = Target { grant_option, ..target.clone() };
            named(&mut changed.grants, &mut changed.unsaid, (target, privilege), names);
        }
        named(&mut changed.revokes, &mut changed.unsaid, (target, privilege), &row.lost);
    }
    changed
}

/// The privilege of this name, unless the objects of the target have none of it.
fn known(target: &Target, word: &str) -> Option<Privilege> {
    of(target).iter().copied().find(|privilege| privilege.word() == word)
}

fn named(
    targets: &mut BTreeMap<Target, Privileges>,
    unsaid: &mut BTreeSet<String>,
    (target, privilege): (Target, Privilege),
    names: &[String],
) {
    for name in names {
        let target = Target { name: Some(name.clone()), ..target.clone() };
        let (plain, arguments) = target.parts();
        if target.object == Object::Functions && !(arguments.is_some_and(are_arguments) && plain != Some(""))
        {
            unsaid.insert(format!(
                "privileges on the function {name}, whose name or types a spec cannot write"
            ));
        } else {
            add(targets, target, privilege);
        }
    }
}

impl Changed {
    /// Adds privileges on columns. Columns of one table with the same privileges are one entry.
    pub(super) fn columns<'c>(&mut self, rows: impl IntoIterator<Item = &'c OfColumn>, own: &Own) {
        type Of = (Target, String);
        let mut by_column: BTreeMap<Of, BTreeSet<Privilege>> = BTreeMap::new();
        for row in rows {
            let Some(role) = own.grantee(&row.grantee) else { continue };
            let target = Target {
                name: Some(row.table.clone()),
                columns: [row.column.clone()].into(),
                grant_option: row.grantable,
                ..Target::all(Object::Tables, Some(row.schema.clone()), role)
            };
            if let Some(privilege) = known(&target, &row.privilege) {
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

    /// A spec cannot both revoke a privilege on a table and grant it on a column: the grant is kept.
    pub(super) fn settled(mut self, version: u32) -> Self {
        let of_columns: Vec<_> =
            self.grants.iter().filter(|(target, _)| !target.columns.is_empty()).collect();
        for (target, revoked) in &mut self.revokes {
            for (granted, privileges) in of_columns.iter().filter(|(granted, _)| granted.overlaps(target)) {
                let both: Vec<_> = revoked.set.intersection(&privileges.set).copied().collect();
                for privilege in both {
                    revoked.set.remove(&privilege);
                    self.unsaid.insert(format!(
                        "that {} holds {} on columns of the table {} and not on the whole of it",
                        target.role,
                        privilege.word(),
                        granted.name.as_deref().unwrap_or_default()
                    ));
                }
            }
        }
        self.revokes.retain(|_, revoked| !revoked.set.is_empty());
        shorten(&mut self.grants, version);
        shorten(&mut self.revokes, version);
        self
    }
}

fn add(targets: &mut BTreeMap<Target, Privileges>, target: Target, privilege: Privilege) {
    let empty = || Privileges { at: SpecPath::root(), set: [].into() };
    targets.entry(target).or_insert_with(empty).set.insert(privilege);
}

/// Every privilege that there is, is `all`.
fn shorten(targets: &mut BTreeMap<Target, Privileges>, version: u32) {
    for (target, privileges) in targets {
        let all = [Privilege::All].into();
        if of(target).len() > 1 && expand(&all, of(target), version) == privileges.set {
            privileges.set = all;
        }
    }
}
