//! Reads the state of declared privileges. The server compares the declared privileges with the access control lists
//! of all objects that they are for, and returns one row for each privilege, however many tables there are.

mod query;

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::{ToSql, Type};

use self::query::{DEFAULTS, GRANTORS, HELD, privileges_query};
use crate::desired::{Database, DefaultTarget, Desired, PUBLIC, Target};
use crate::error::Error;
use crate::observed::{Acl, Defaults};
use crate::spec::{Object, Privilege};
use crate::validate::{expand_all, privileges_of, privileges_on_new};
use crate::wire::{Names, Row, Session};

/// Reads the privileges on the databases themselves, in one query.
pub(super) async fn read_database_acls(
    main: &Session,
    oids: &Oids<'_>,
    desired: &Desired,
) -> Result<BTreeMap<String, Acl<Target>>, Error> {
    let mut rows = Vec::new();
    for (name, database) in &desired.databases {
        rows.extend(declared_privileges(database, main.facts.version, Some(name)));
    }
    let mut acls: BTreeMap<String, Acl<Target>> = BTreeMap::new();
    for state in read_states(main, oids, rows).await? {
        state.add_to(acls.entry(state.declared.place.to_owned()).or_default());
    }
    Ok(acls)
}

/// Reads the privileges on the objects in one database.
pub(super) async fn read_acls_inside(
    session: &Session,
    oids: &Oids<'_>,
    database: &Database,
) -> Result<Acl<Target>, Error> {
    let mut acl = Acl::default();
    for state in
        read_states(session, oids, declared_privileges(database, session.facts.version, None)).await?
    {
        state.add_to(&mut acl);
    }
    Ok(acl)
}

/// One declared privilege, with the database or the schema of its objects.
#[derive(Clone, Copy)]
struct DeclaredPrivilege<'a> {
    place: &'a str,
    target: &'a Target,
    privilege: Privilege,
    /// True when the privilege must not be held.
    revoked: bool,
}

/// The state of a declared privilege on the server.
struct PrivilegeState<'a> {
    declared: DeclaredPrivilege<'a>,
    held: bool,
    present: bool,
    objects: ObjectCount,
    grantors: BTreeSet<String>,
}

/// The number of objects that a target has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ObjectCount {
    None,
    Some,
    /// Several functions with the same name.
    Several,
}

impl PrivilegeState<'_> {
    fn add_to(&self, acl: &mut Acl<Target>) {
        let key = (self.declared.target.clone(), self.declared.privilege);
        if self.held {
            acl.held.insert(key.clone());
        }
        if self.present {
            acl.present.insert(key.clone());
        }
        if self.objects != ObjectCount::None {
            acl.existing.insert(key.0.clone());
        }
        let (name, arguments) = self.declared.target.name_and_arguments();
        if self.objects == ObjectCount::Several && name.is_some() && arguments.is_none() {
            acl.ambiguous.insert(key.0.clone());
        }
        if !self.grantors.is_empty() {
            acl.grantors.insert(key, self.grantors.clone());
        }
    }
}

/// The declared privileges as single entries: those on the database of this name, or those inside it.
fn declared_privileges<'a>(
    database: &'a Database,
    version: u32,
    name: Option<&'a str>,
) -> Vec<DeclaredPrivilege<'a>> {
    let grants = database.grants.iter().map(|(target, granted)| (target, granted, false));
    let revokes = database.revokes.iter().map(|(target, revoked)| (target, revoked, true));
    let of_place =
        grants.chain(revokes).filter(|(target, ..)| (target.object == Object::Database) == name.is_some());
    let mut all = Vec::new();
    for (target, privileges, revoked) in of_place {
        let place = name.or(target.schema.as_deref()).unwrap_or_default();
        let each = expand_all(&privileges.set, privileges_of(target), version).into_iter();
        all.extend(each.map(|privilege| DeclaredPrivilege { place, target, privilege, revoked }));
    }
    all
}

/// Reads the state of each privilege. Grantors are read only for privileges that are to be revoked.
async fn read_states<'a>(
    session: &Session,
    oids: &Oids<'_>,
    rows: Vec<DeclaredPrivilege<'a>>,
) -> Result<Vec<PrivilegeState<'a>>, Error> {
    let mut states: Vec<PrivilegeState<'a>> = Vec::new();
    for (declared, row) in read_declared(session, oids, &rows, HELD).await? {
        let objects = match (row.get(3)?, row.get(4)?) {
            (false, _) => ObjectCount::None,
            (true, false) => ObjectCount::Some,
            (true, true) => ObjectCount::Several,
        };
        let (held, present) = (row.get(1)?, row.get(2)?);
        states.push(PrivilegeState { declared, held, present, objects, grantors: BTreeSet::new() });
    }
    let mut unwanted: Vec<&mut PrivilegeState<'a>> =
        states.iter_mut().filter(|state| state.declared.revoked && state.present).collect();
    let declared: Vec<DeclaredPrivilege<'a>> = unwanted.iter().map(|state| state.declared).collect();
    for (position, row) in read_positions(session, oids, &declared, GRANTORS).await? {
        let grantor = oids.names.key(row.get(1)?);
        unwanted.get_mut(position).ok_or(Error::UnexpectedColumns)?.grantors.insert(grantor);
    }
    Ok(states)
}

/// Runs a query about declared privileges and returns each row with its privilege.
async fn read_declared<'a>(
    session: &Session,
    oids: &Oids<'_>,
    rows: &[DeclaredPrivilege<'a>],
    answer: &str,
) -> Result<Vec<(DeclaredPrivilege<'a>, Row)>, Error> {
    let found = read_positions(session, oids, rows, answer).await?;
    let declared = |(position, row)| Ok((*rows.get::<usize>(position).ok_or(Error::UnexpectedColumns)?, row));
    found.into_iter().map(declared).collect()
}

/// Runs a query about declared privileges and returns each row with the position of its privilege.
async fn read_positions(
    session: &Session,
    oids: &Oids<'_>,
    rows: &[DeclaredPrivilege<'_>],
    answer: &str,
) -> Result<Vec<(usize, Row)>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut each: Vec<(i32, DeclaredPrivilege<'_>, Option<&str>)> = Vec::new();
    for (id, declared) in (0..).zip(rows) {
        let columns = declared.target.columns.iter();
        match declared.target.name_and_arguments() {
            (_, arguments) if declared.target.columns.is_empty() => each.push((id, *declared, arguments)),
            _ => each.extend(columns.map(|column| (id, *declared, Some(column.as_str())))),
        }
    }
    let ids: Vec<i32> = each.iter().map(|(id, ..)| *id).collect();
    let object: Vec<&str> = each.iter().map(|(_, declared, _)| declared.target.object.keyword()).collect();
    let place: Vec<&str> = each.iter().map(|(_, declared, _)| declared.place).collect();
    let grantee: Vec<Option<u32>> =
        each.iter().map(|(_, declared, _)| oids.grantee(&declared.target.role)).collect();
    let kinds: BTreeSet<Object> = each.iter().map(|(_, declared, _)| declared.target.object).collect();
    let privilege: Vec<String> =
        each.iter().map(|(_, declared, _)| declared.privilege.keyword().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = each.iter().map(|(_, declared, _)| declared.target.grant_option).collect();
    let name: Vec<Option<&str>> =
        each.iter().map(|(_, declared, _)| declared.target.name_and_arguments().0).collect();
    let detail: Vec<Option<&str>> = each.iter().map(|(_, _, detail)| *detail).collect();
    let text = Type::TEXT_ARRAY;
    let parameters: [(&(dyn ToSql + Sync), Type); 8] = [
        (&ids, Type::INT4_ARRAY),
        (&object, text.clone()),
        (&place, text.clone()),
        (&grantee, Type::OID_ARRAY),
        (&privilege, text.clone()),
        (&grantable, Type::BOOL_ARRAY),
        (&name, text.clone()),
        (&detail, text),
    ];
    let found = session.query("reading privileges", &privileges_query(&kinds, answer), parameters).await?;
    let position =
        |row: Row| Ok((usize::try_from(row.get::<i32>(0)?).map_err(|_| Error::UnexpectedColumns)?, row));
    found.into_iter().map(position).collect()
}

/// Reads the state of the declared default privileges in one database.
pub(super) async fn read_default_privileges(
    session: &Session,
    oids: &Oids<'_>,
    database: &Database,
) -> Result<Defaults, Error> {
    let version = session.facts.version;
    let each = database.defaults.iter().chain(&database.default_revokes).flat_map(|(target, privileges)| {
        let all = expand_all(&privileges.set, privileges_on_new(target.object), version);
        all.into_iter().map(move |privilege| (target, privilege))
    });
    let rows: Vec<(&DefaultTarget, Privilege)> = each.collect();
    let mut defaults = Defaults::default();
    if rows.is_empty() {
        return Ok(defaults);
    }
    let ids: Vec<i32> = (0..).take(rows.len()).collect();
    let kind: Vec<&str> = rows.iter().map(|(target, _)| target.object.letter()).collect();
    let creator: Vec<Option<u32>> = rows.iter().map(|(target, _)| oids.role(&target.creator)).collect();
    let place: Vec<Option<&str>> = rows.iter().map(|(target, _)| target.schema.as_deref()).collect();
    let grantee: Vec<Option<u32>> = rows.iter().map(|(target, _)| oids.grantee(&target.role)).collect();
    let privilege: Vec<String> = rows.iter().map(|(_, p)| p.keyword().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = rows.iter().map(|(target, _)| target.grant_option).collect();
    let text = Type::TEXT_ARRAY;
    let answer = session.query(
        "reading default privileges",
        DEFAULTS,
        [
            (&ids, Type::INT4_ARRAY),
            (&kind, text.clone()),
            (&creator, Type::OID_ARRAY),
            (&place, text.clone()),
            (&grantee, Type::OID_ARRAY),
            (&privilege, text),
            (&grantable, Type::BOOL_ARRAY),
        ],
    );
    for row in answer.await? {
        let declared = usize::try_from(row.get::<i32>(0)?)
            .ok()
            .and_then(|id| rows.get(id))
            .ok_or(Error::UnexpectedColumns)?;
        let (target, privilege) = *declared;
        for (column, set) in [(1, &mut defaults.held), (2, &mut defaults.in_whole_database)] {
            if row.get(column)? {
                set.insert((target.clone(), privilege));
            }
        }
    }
    Ok(defaults)
}

/// The object identifiers of roles. They are the same in every database, so that no session has to look them up
/// again.
pub(super) struct Oids<'a> {
    pub(super) names: &'a Names,
    /// The identifiers, by the role's real name.
    pub(super) roles: &'a BTreeMap<String, u32>,
}

impl Oids<'_> {
    /// The identifier of a role; `None` when the role does not exist.
    fn role(&self, key: &str) -> Option<u32> {
        self.roles.get(self.names.real(key)).copied()
    }

    /// The identifier of a grantee. Access control lists store zero for `public`.
    fn grantee(&self, key: &str) -> Option<u32> {
        if key == PUBLIC { Some(0) } else { self.role(key) }
    }
}
