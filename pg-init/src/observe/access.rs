//! How declared privileges stand. The declared ones go to the server, which compares them with the access
//! lists of every object that they are for: one row comes back for each, however many tables there are.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::Type;

use crate::desired::{Database, DefaultTarget, Desired, PUBLIC, Target};
use crate::error::Error;
use crate::observed::Acl;
use crate::spec::{Future, Object, Privilege};
use crate::validate::{expand, of, privileges_on_new};
use crate::wire::{Names, Row, Session};

/// A creator's own list for the whole database replaces the built-in defaults; one for a schema adds to them.
const DEFAULTS: &str = "\
    WITH w AS (SELECT w.*, (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = w.place) AS namespace \
        FROM unnest($1::int4[], $2::text[], $3::oid[], $4::text[], $5::oid[], $6::text[], $7::bool[]) \
            AS w(id, kind, owner, place, grantee, privilege, grantable)) \
    SELECT w.id, EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce( \
            (SELECT d.defaclacl FROM pg_catalog.pg_default_acl d WHERE d.defaclrole = w.owner \
                AND d.defaclobjtype::text = w.kind \
                AND d.defaclnamespace = CASE WHEN w.place IS NULL THEN 0 ELSE w.namespace END), \
            CASE WHEN w.place IS NULL THEN pg_catalog.acldefault( \
                (CASE w.kind WHEN 'S' THEN 's' ELSE w.kind END)::\"char\", w.owner) END)) a \
        WHERE a.grantee = w.grantee AND a.privilege_type = w.privilege AND (a.is_grantable OR NOT w.grantable)) \
    FROM w WHERE w.owner IS NOT NULL";

/// The query for the access lists of the declared kinds of object. The server plans a query in each session anew, so kinds
/// that are not declared are left out.
fn question(kinds: &BTreeSet<Object>) -> String {
    let of = "w.id, w.grantee, w.privilege, w.grantable";
    let inside = |catalog: &str, alias: &str, of_schema: &str, acl: &str| {
        format!(
            "SELECT {of}, CASE WHEN {alias}.oid IS NOT NULL THEN {acl} END \
             FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place \
             LEFT JOIN pg_catalog.{catalog} {alias} ON {of_schema}"
        )
    };
    let relations = |kinds: &str, letter: char| {
        let of_schema = format!("c.relnamespace = n.oid AND c.relkind IN ({kinds})");
        let acl = format!("coalesce(c.relacl, pg_catalog.acldefault('{letter}', c.relowner))");
        inside("pg_class", "c", &of_schema, &acl)
    };
    let each = kinds.iter().map(|kind| {
        let lists = match kind {
            Object::Database => format!(
                "SELECT {of}, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) \
                 FROM w JOIN pg_catalog.pg_database d ON d.datname = w.place"
            ),
            Object::Schema => format!(
                "SELECT {of}, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)) \
                 FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place"
            ),
            Object::Tables => relations("'r', 'p', 'v', 'm', 'f'", 'r'),
            Object::Sequences => relations("'S'", 's'),
            Object::Functions => {
                let acl = "coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))";
                inside("pg_proc", "p", "p.pronamespace = n.oid", acl)
            }
        };
        format!("{lists} WHERE w.object = '{}'", kind.word())
    });
    let lists = each.collect::<Vec<_>>().join(" UNION ALL ");
    // Every object has its own list, or none and then the defaults of its kind; a schema without such objects has none to
    // lack anything. `unnest` of several arrays is grammar, not a function: it takes no schema before it.
    format!(
        "\
         WITH w AS (SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::oid[], $5::text[], $6::bool[]) \
                 AS w(id, object, place, grantee, privilege, grantable)), \
         o(id, grantee, privilege, grantable, acl) AS ({lists}) \
         SELECT o.id, coalesce(pg_catalog.bool_and(h.held), true), coalesce(pg_catalog.bool_or(h.held), false) \
         FROM o, LATERAL (SELECT CASE WHEN o.acl IS NOT NULL THEN EXISTS (SELECT FROM pg_catalog.aclexplode(o.acl) a \
                 WHERE a.grantee = o.grantee AND a.privilege_type = o.privilege AND (a.is_grantable OR NOT o.grantable)) END AS held) h \
         GROUP BY o.id"
    )
}

/// Privileges on the databases themselves, all in one query.
pub(super) async fn databases(
    main: &Session,
    oids: &Oids<'_>,
    desired: &Desired,
) -> Result<BTreeMap<String, Acl<Target>>, Error> {
    let mut rows = Vec::new();
    for (name, database) in &desired.databases {
        rows.extend(declared(database, main.facts.version, true).into_iter().map(|row| (name.as_str(), row)));
    }
    let mut acls: BTreeMap<String, Acl<Target>> = BTreeMap::new();
    for ((name, (target, privilege)), held, present) in objects(main, oids, rows).await? {
        let acl = acls.entry(name.to_owned()).or_default();
        note(acl, (target, privilege), held, present);
    }
    Ok(acls)
}

/// Privileges inside one database.
pub(super) async fn inside(
    session: &Session,
    oids: &Oids<'_>,
    database: &Database,
) -> Result<Acl<Target>, Error> {
    let rows = declared(database, session.facts.version, false).into_iter();
    let rows =
        rows.map(|(target, privilege)| (target.schema.as_deref().unwrap_or_default(), (target, privilege)));
    let mut acl = Acl::default();
    for ((_, row), held, present) in objects(session, oids, rows.collect()).await? {
        note(&mut acl, row, held, present);
    }
    Ok(acl)
}

type Asked<'a, T> = (&'a T, Privilege);

fn note<T: Clone + Ord>(acl: &mut Acl<T>, (target, privilege): Asked<'_, T>, held: bool, present: bool) {
    if held {
        acl.held.insert((target.clone(), privilege));
    }
    if present {
        acl.present.insert((target.clone(), privilege));
    }
}

/// Every declared privilege, one by one.
fn declared(database: &Database, version: u32, on_database: bool) -> Vec<Asked<'_, Target>> {
    let targets = database.grants.iter().chain(&database.revokes);
    let targets = targets.filter(|(target, _)| (target.object == Object::Database) == on_database);
    let each = targets.flat_map(|(target, privileges)| {
        expand(&privileges.set, of(target.object), version)
            .into_iter()
            .map(move |privilege| (target, privilege))
    });
    each.collect()
}

/// Asks about each, by its place: the database or the schema.
async fn objects<'a>(
    session: &Session,
    oids: &Oids<'_>,
    rows: Vec<(&'a str, Asked<'a, Target>)>,
) -> Result<Vec<((&'a str, Asked<'a, Target>), bool, bool)>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i32> = (0..).take(rows.len()).collect();
    let object: Vec<&str> = rows.iter().map(|(_, (target, _))| target.object.word()).collect();
    let place: Vec<&str> = rows.iter().map(|(place, _)| *place).collect();
    let grantee: Vec<Option<u32>> = rows.iter().map(|(_, (target, _))| oids.grantee(&target.role)).collect();
    let kinds: BTreeSet<Object> = rows.iter().map(|(_, (target, _))| target.object).collect();
    let privilege: Vec<String> = rows.iter().map(|(_, (_, p))| p.word().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = rows.iter().map(|(_, (target, _))| target.grant_option).collect();
    let text = Type::TEXT_ARRAY;
    let question = question(&kinds);
    let answer = session.rows(
        "reading privileges",
        &question,
        [
            (&ids, Type::INT4_ARRAY),
            (&object, text.clone()),
            (&place, text.clone()),
            (&grantee, Type::OID_ARRAY),
            (&privilege, text),
            (&grantable, Type::BOOL_ARRAY),
        ],
    );
    let answer = answer.await?;
    let row = |row: &Row| {
        let asked =
            usize::try_from(row.get::<i32>(0)?).ok().and_then(|id| rows.get(id)).ok_or(Error::Garbled)?;
        Ok((*asked, row.get(1)?, row.get(2)?))
    };
    answer.iter().map(row).collect()
}

/// Default privileges of one database.
pub(super) async fn defaults(
    session: &Session,
    oids: &Oids<'_>,
    database: &Database,
) -> Result<Acl<DefaultTarget>, Error> {
    let version = session.facts.version;
    let each = database.defaults.iter().flat_map(|(target, privileges)| {
        let all = expand(&privileges.set, privileges_on_new(target.object), version);
        all.into_iter().map(move |privilege| (target, privilege))
    });
    let rows: Vec<Asked<'_, DefaultTarget>> = each.collect();
    let mut acl = Acl::default();
    if rows.is_empty() {
        return Ok(acl);
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
        let held = row.get(1)?;
        note(&mut acl, *asked, held, held);
    }
    Ok(acl)
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
        }
    }
}

impl Future {
    /// `pg_default_acl.defaclobjtype`
    fn letter(self) -> &'static str {
        match self {
            Self::Tables => "r",
            Self::Sequences => "S",
            Self::Functions => "f",
            Self::Types => "T",
            Self::Schemas => "n",
        }
    }
}
