//! How declared privileges stand. The declared ones go to the server, which compares them with the access
//! lists of every object that they are for: one row comes back for each, however many tables there are.

use std::collections::BTreeMap;

use tokio_postgres::types::Type;

use crate::desired::{Database, DefaultTarget, Desired, PUBLIC, Target};
use crate::error::Error;
use crate::names::Names;
use crate::observed::Acl;
use crate::spec::{Future, Object, Privilege};
use crate::validate::{expand, of, of_future};
use crate::wire::Session;

/// Every object has its own list, or none and then the defaults of its kind. `unnest` of several arrays is
/// grammar, not a function: it takes no schema before it.
const OBJECTS: &str = "\
    WITH w AS (SELECT w.*, coalesce((SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = w.role), \
                                    CASE WHEN w.role IS NULL THEN 0 END) AS grantee \
        FROM unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[]) \
            AS w(id, object, place, role, privilege, grantable)), \
    o AS ( \
        SELECT w.*, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) AS acl \
        FROM w JOIN pg_catalog.pg_database d ON d.datname = w.place WHERE w.object = 'database' \
        UNION ALL \
        SELECT w.*, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)) \
        FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place WHERE w.object = 'schema' \
        UNION ALL \
        SELECT w.*, coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner)) \
        FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place \
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
        WHERE w.object = 'tables' \
        UNION ALL \
        SELECT w.*, coalesce(c.relacl, pg_catalog.acldefault('s', c.relowner)) \
        FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place \
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind = 'S' WHERE w.object = 'sequences' \
        UNION ALL \
        SELECT w.*, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)) \
        FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place \
        JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid WHERE w.object = 'functions'), \
    h AS (SELECT o.id, EXISTS (SELECT FROM pg_catalog.aclexplode(o.acl) a WHERE a.grantee = o.grantee \
            AND a.privilege_type = o.privilege AND (a.is_grantable OR NOT o.grantable)) AS held FROM o) \
    SELECT w.id, coalesce(pg_catalog.bool_and(h.held), w.object IN ('tables', 'sequences', 'functions') \
            AND EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = w.place)), \
        coalesce(pg_catalog.bool_or(h.held), false) \
    FROM w LEFT JOIN h ON h.id = w.id GROUP BY w.id, w.object, w.place";

/// A creator's own list for the whole database replaces the built-in defaults; one for a schema adds to them.
const DEFAULTS: &str = "\
    WITH w AS (SELECT w.*, (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = w.creator) AS owner, \
            coalesce((SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = w.role), \
                     CASE WHEN w.role IS NULL THEN 0 END) AS grantee, \
            (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = w.place) AS namespace \
        FROM unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[]) \
            AS w(id, kind, creator, place, role, privilege, grantable)) \
    SELECT w.id, EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce( \
            (SELECT d.defaclacl FROM pg_catalog.pg_default_acl d WHERE d.defaclrole = w.owner \
                AND d.defaclobjtype::text = w.kind \
                AND d.defaclnamespace = CASE WHEN w.place IS NULL THEN 0 ELSE w.namespace END), \
            CASE WHEN w.place IS NULL THEN pg_catalog.acldefault( \
                (CASE w.kind WHEN 'S' THEN 's' ELSE w.kind END)::\"char\", w.owner) END)) a \
        WHERE a.grantee = w.grantee AND a.privilege_type = w.privilege AND (a.is_grantable OR NOT w.grantable)) \
    FROM w WHERE w.owner IS NOT NULL";

/// Privileges on the databases themselves, all in one query.
pub(super) async fn databases(
    main: &Session,
    names: &Names,
    desired: &Desired,
) -> Result<BTreeMap<String, Acl<Target>>, Error> {
    let mut rows = Vec::new();
    for (name, database) in &desired.databases {
        rows.extend(declared(database, main.facts.version, true).into_iter().map(|row| (name.as_str(), row)));
    }
    let mut acls: BTreeMap<String, Acl<Target>> = BTreeMap::new();
    for ((name, (target, privilege)), held, present) in objects(main, names, rows).await? {
        let acl = acls.entry(name.to_owned()).or_default();
        note(acl, (target, privilege), held, present);
    }
    Ok(acls)
}

/// Privileges inside one database.
pub(super) async fn inside(
    session: &Session,
    names: &Names,
    database: &Database,
) -> Result<Acl<Target>, Error> {
    let rows = declared(database, session.facts.version, false).into_iter();
    let rows =
        rows.map(|(target, privilege)| (target.schema.as_deref().unwrap_or_default(), (target, privilege)));
    let mut acl = Acl::default();
    for ((_, row), held, present) in objects(session, names, rows.collect()).await? {
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
    names: &Names,
    rows: Vec<(&'a str, Asked<'a, Target>)>,
) -> Result<Vec<((&'a str, Asked<'a, Target>), bool, bool)>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i32> = (0..).take(rows.len()).collect();
    let object: Vec<&str> = rows.iter().map(|(_, (target, _))| target.object.word()).collect();
    let place: Vec<&str> = rows.iter().map(|(place, _)| *place).collect();
    let role: Vec<Option<&str>> = rows.iter().map(|(_, (target, _))| grantee(names, &target.role)).collect();
    let privilege: Vec<String> = rows.iter().map(|(_, (_, p))| p.word().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = rows.iter().map(|(_, (target, _))| target.grant_option).collect();
    let text = Type::TEXT_ARRAY;
    let answer = session.rows(
        "reading privileges",
        OBJECTS,
        [
            (&ids, Type::INT4_ARRAY),
            (&object, text.clone()),
            (&place, text.clone()),
            (&role, text.clone()),
            (&privilege, text),
            (&grantable, Type::BOOL_ARRAY),
        ],
    );
    let answer = answer.await?;
    let row = |row: &tokio_postgres::Row| {
        let asked = rows.get(usize::try_from(row.get::<_, i32>(0)).ok()?)?;
        Some((*asked, row.get(1), row.get(2)))
    };
    Ok(answer.iter().filter_map(row).collect())
}

/// Default privileges of one database.
pub(super) async fn defaults(
    session: &Session,
    names: &Names,
    database: &Database,
) -> Result<Acl<DefaultTarget>, Error> {
    let version = session.facts.version;
    let each = database.defaults.iter().flat_map(|(target, privileges)| {
        let all = expand(&privileges.set, of_future(target.object), version);
        all.into_iter().map(move |privilege| (target, privilege))
    });
    let rows: Vec<Asked<'_, DefaultTarget>> = each.collect();
    let mut acl = Acl::default();
    if rows.is_empty() {
        return Ok(acl);
    }
    let ids: Vec<i32> = (0..).take(rows.len()).collect();
    let kind: Vec<&str> = rows.iter().map(|(target, _)| target.object.letter()).collect();
    let creator: Vec<&str> = rows.iter().map(|(target, _)| names.real(&target.creator)).collect();
    let place: Vec<Option<&str>> = rows.iter().map(|(target, _)| target.schema.as_deref()).collect();
    let role: Vec<Option<&str>> = rows.iter().map(|(target, _)| grantee(names, &target.role)).collect();
    let privilege: Vec<String> = rows.iter().map(|(_, p)| p.word().to_ascii_uppercase()).collect();
    let grantable: Vec<bool> = rows.iter().map(|(target, _)| target.grant_option).collect();
    let text = Type::TEXT_ARRAY;
    let answer = session.rows(
        "reading default privileges",
        DEFAULTS,
        [
            (&ids, Type::INT4_ARRAY),
            (&kind, text.clone()),
            (&creator, text.clone()),
            (&place, text.clone()),
            (&role, text.clone()),
            (&privilege, text),
            (&grantable, Type::BOOL_ARRAY),
        ],
    );
    for row in answer.await? {
        let asked = usize::try_from(row.get::<_, i32>(0)).ok().and_then(|id| rows.get(id));
        if let Some(asked) = asked {
            note(&mut acl, *asked, row.get(1), row.get(1));
        }
    }
    Ok(acl)
}

/// Everyone is no role: the access lists have zero for it.
fn grantee<'a>(names: &'a Names, role: &'a str) -> Option<&'a str> {
    (role != PUBLIC).then(|| names.real(role))
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
