//! How declared privileges stand. The declared ones go to the server, which compares them with the access
//! lists of every object that they are for: one row comes back for each, however many tables there are.

mod query;

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::{ToSql, Type};

use self::query::{DEFAULTS, GRANTORS, HELD, question};
use crate::desired::{Database, DefaultTarget, Desired, PUBLIC, Target};
use crate::error::Error;
use crate::observed::{Acl, Defaults};
use crate::spec::{Future, Object, Privilege};
use crate::validate::{expand, of, privileges_on_new};
use crate::wire::{Names, Row, Session};

/// Privileges on the databases themselves, all in one query.
pub(super) async fn databases(
    main: &Session,
    oids: &Oids<'_>,
    desired: &Desired,
) -> Result<BTreeMap<String, Acl<Target>>, Error> {
    let mut rows = Vec::new();
    for (name, database) in &desired.databases {
        rows.extend(declared(database, main.facts.version, Some(name)));
    }
    let mut acls: BTreeMap<String, Acl<Target>> = BTreeMap::new();
    for standing in objects(main, oids, rows).await? {
        standing.note(acls.entry(standing.asked.place.to_owned()).or_default());
    }
    Ok(acls)
}

/// Privileges inside one database.
pub(super) async fn inside(
    session: &Session,
    oids: &Oids<'_>,
    database: &Database,
) -> Result<Acl<Target>, Error> {
    let mut acl = Acl::default();
    for standing in objects(session, oids, declared(database, session.facts.version, None)).await? {
        standing.note(&mut acl);
    }
    Ok(acl)
}

/// A privilege that the spec names, and where: the database, or the schema of the objects.
#[derive(Clone, Copy)]
struct Asked<'a> {
    place: &'a str,
    target: &'a Target,
    privilege: Privilege,
    /// It must not be held.
    revoked: bool,
}

/// How it stands.
struct Standing<'a> {
    asked: Asked<'a>,
    held: bool,
    present: bool,
    objects: Objects,
    grantors: BTreeSet<String>,
}

/// How many objects a target has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Objects {
    None,
    Some,
    /// Functions of one name.
    Several,
}

impl Standing<'_> {
    fn note(&self, acl: &mut Acl<Target>) {
        let key = (self.asked.target.clone(), self.asked.privilege);
        if self.held {
            acl.held.insert(key.clone());
        }
        if self.present {
            acl.present.insert(key.clone());
        }
        if self.objects != Objects::None {
            acl.there.insert(key.0.clone());
        }
        let (name, arguments) = self.asked.target.parts();
        if self.objects == Objects::Several && name.is_some() && arguments.is_none() {
            acl.ambiguous.insert(key.0.clone());
        }
        if !self.grantors.is_empty() {
            acl.grantors.insert(key, self.grantors.clone());
        }
    }
}

/// Every declared privilege, one by one: on the database of this name, or inside it.
fn declared<'a>(database: &'a Database, version: u32, name: Option<&'a str>) -> Vec<Asked<'a>> {
    let grants = database.grants.iter().map(|(target, granted)| (target, granted, false));
    let revokes = database.revokes.iter().map(|(target, revoked)| (target, revoked, true));
    let of_place =
        grants.chain(revokes).filter(|(target, ..)| (target.object == Object::Database) == name.is_some());
    let mut all = Vec::new();
    for (target, privileges, revoked) in of_place {
        let place = name.or(target.schema.as_deref()).unwrap_or_default();
        let each = expand(&privileges.set, of(target), version).into_iter();
        all.extend(each.map(|privilege| Asked { place, target, privilege, revoked }));
    }
    all
}

/// Asks about each. Who has granted what is to be revoked is asked only where something is.
async fn objects<'a>(
    session: &Session,
    oids: &Oids<'_>,
    rows: Vec<Asked<'a>>,
) -> Result<Vec<Standing<'a>>, Error> {
    let mut standings: Vec<Standing<'a>> = Vec::new();
    for (asked, row) in ask(session, oids, &rows, HELD).await? {
        let objects = match (row.get(3)?, row.get(4)?) {
            (false, _) => Objects::None,
            (true, false) => Objects::Some,
            (true, true) => Objects::Several,
        };
        let (held, present) = (row.get(1)?, row.get(2)?);
        standings.push(Standing { asked, held, present, objects, grantors: BTreeSet::new() });
    }
    let mut unwanted: Vec<&mut Standing<'a>> =
        standings.iter_mut().filter(|standing| standing.asked.revoked && standing.present).collect();
    let asked: Vec<Asked<'a>> = unwanted.iter().map(|standing| standing.asked).collect();
    for (position, row) in positions(session, oids, &asked, GRANTORS).await? {
        let grantor = oids.names.key(row.get(1)?);
        unwanted.get_mut(position).ok_or(Error::Garbled)?.grantors.insert(grantor);
    }
    Ok(standings)
}

async fn ask<'a>(
    session: &Session,
    oids: &Oids<'_>,
    rows: &[Asked<'a>],
    answer: &str,
) -> Result<Vec<(Asked<'a>, Row)>, Error> {
    let found = positions(session, oids, rows, answer).await?;
    let asked = |(position, row)| Ok((*rows.get::<usize>(position).ok_or(Error::Garbled)?, row));
    found.into_iter().map(asked).collect()
}

/// The server's answers, each with the position of what it is about.
async fn positions(
    session: &Session,
    oids: &Oids<'_>,
    rows: &[Asked<'_>],
    answer: &str,
) -> Result<Vec<(usize, Row)>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut each: Vec<(i32, Asked<'_>, Option<&str>)> = Vec::new();
    for (id, asked) in (0..).zip(rows) {
        let columns = asked.target.columns.iter();
        match asked.target.parts() {
            (_, arguments) if asked.target.columns.is_empty() => each.push((id, *asked, arguments)),
            _ => each.extend(columns.map(|column| (id, *asked, Some(column.as_str())))),
        }
    }
    let ids: Vec<i32> = each.iter().map(|(id, ..)| *id).collect();
    let object: Vec<&str> = each.iter().map(|(_, asked, _)| asked.target.object.word()).collect();
    let place: Vec<&str> = each.iter().map(|(_, asked, _)| asked.place).collect();
    let grantee: Vec<Option<u32>> =
        each.iter().map(|(_, asked, _)| oids.grantee(&asked.target.role)).collect();
    let kinds: BTreeSet<Object> = each.iter().map(|(_, asked, _)| asked.target.object).collect();
    let privilege: Vec<String> =
        each.iter().map(|(_, asked, _)| asked.privilege.word().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = each.iter().map(|(_, asked, _)| asked.target.grant_option).collect();
    let name: Vec<Option<&str>> = each.iter().map(|(_, asked, _)| asked.target.parts().0).collect();
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
    let found = session.rows("reading privileges", &question(&kinds, answer), parameters).await?;
    let position = |row: Row| Ok((usize::try_from(row.get::<i32>(0)?).map_err(|_| Error::Garbled)?, row));
    found.into_iter().map(position).collect()
}

/// Default privileges of one database.
pub(super) async fn defaults(
    session: &Session,
    oids: &Oids<'_>,
    database: &Database,
) -> Result<Defaults, Error> {
    let version = session.facts.version;
    let each = database.defaults.iter().chain(&database.default_revokes).flat_map(|(target, privileges)| {
        let all = expand(&privileges.set, privileges_on_new(target.object), version);
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
    let privilege: Vec<String> = rows.iter().map(|(_, p)| p.word().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = rows.iter().map(|(target, _)| target.grant_option).collect();
    let text = Type::TEXT_ARRAY;
    let answer = session.rows(
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
        let asked =
            usize::try_from(row.get::<i32>(0)?).ok().and_then(|id| rows.get(id)).ok_or(Error::Garbled)?;
        let (target, privilege) = *asked;
        for (column, set) in [(1, &mut defaults.held), (2, &mut defaults.in_all)] {
            if row.get(column)? {
                set.insert((target.clone(), privilege));
            }
        }
    }
    Ok(defaults)
}

/// The server's numbers for roles, the same in every database, so that none has to look them up again.
pub(super) struct Oids<'a> {
    pub(super) names: &'a Names,
    /// By real name.
    pub(super) roles: &'a BTreeMap<String, u32>,
}

impl Oids<'_> {
    /// Nothing for a role that is not there.
    fn role(&self, key: &str) -> Option<u32> {
        self.roles.get(self.names.real(key)).copied()
    }

    /// Everyone is no role: the access lists have zero for it.
    fn grantee(&self, key: &str) -> Option<u32> {
        if key == PUBLIC { Some(0) } else { self.role(key) }
    }
}

impl Object {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Tables => "tables",
            Self::Sequences => "sequences",
            Self::Functions => "functions",
            Self::Types => "types",
        }
    }
}

impl Future {
    /// The word of the spec.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Sequences => "sequences",
            Self::Functions => "functions",
            Self::Types => "types",
            Self::Schemas => "schemas",
        }
    }

    /// `pg_default_acl.defaclobjtype`
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Tables => "r",
            Self::Sequences => "S",
            Self::Functions => "f",
            Self::Types => "T",
            Self::Schemas => "n",
        }
    }
}
