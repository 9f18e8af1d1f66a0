//! Privileges that somebody else than the owner of an object has granted: only as that role are they revoked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tokio_postgres::types::{ToSql, Type};

use crate::change::{Change, Privileges, RevokePrivileges};
use crate::desired::PUBLIC;
use crate::desired::sql::{self, ident};
use crate::error::Error;
use crate::spec::Object;
use crate::validate::{expand, of};
use crate::wire::{Names, Row, Session};

/// The privileges of one grantor on one object.
type Granted = BTreeMap<(String, String), BTreeSet<String>>;

/// The statements that revoke them, after the one that revokes what the owners have granted.
pub(super) async fn revoke(names: &Names, session: &Session, change: &Change) -> Result<String, Error> {
    let Change::RevokePrivileges(RevokePrivileges { of: revoked, grantors }) = change else {
        return Ok(String::new());
    };
    let real: BTreeSet<&str> = grantors.iter().map(|grantor| names.real(grantor)).collect();
    if real.is_empty() {
        return Ok(String::new());
    }
    let role = &revoked.target.role;
    let grantee = if role == PUBLIC { "PUBLIC".to_owned() } else { ident(names.real(role)) };
    let mut sql = String::new();
    for ((grantor, object), privileges) in read(names, session, revoked).await? {
        if real.contains(grantor.as_str()) {
            let privileges = privileges.into_iter().collect::<Vec<_>>().join(", ");
            let grantor = ident(&grantor);
            let _ = write!(sql, "; SET LOCAL ROLE {grantor}; REVOKE {privileges} ON {object} FROM {grantee}");
        }
    }
    Ok(sql + "; SET LOCAL ROLE NONE")
}

/// The objects of a grant with the right to pass it on that lack it, for a role that is no superuser. In `GRANT … ON ALL`, what has
/// it already may be granted by its grantee, whom the run has joined, and PostgreSQL refuses a grant back to its own grantor.
pub(super) async fn lacking(
    names: &Names,
    session: &Session,
    granted: &Privileges,
) -> Result<Vec<String>, Error> {
    let Objects { name, from, place, acl, .. } = objects(granted.target.object);
    let question = format!(
        "SELECT {name} FROM {from} WHERE {place} AND EXISTS (SELECT FROM unnest($3) AS p(word) WHERE NOT EXISTS ( \
             SELECT FROM pg_catalog.aclexplode({acl}) a WHERE a.privilege_type = p.word AND a.is_grantable \
             AND a.grantee = coalesce((SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $2), 0::oid))) ORDER BY 1"
    );
    let rows = rows(names, session, granted, ("reading what is granted on", &question)).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

async fn read(names: &Names, session: &Session, revoked: &Privileges) -> Result<Granted, Error> {
    let question = question(revoked.target.object);
    let mut found = Granted::new();
    for row in rows(names, session, revoked, ("reading who has granted privileges", &question)).await? {
        found.entry((row.get(0)?, row.get(1)?)).or_default().insert(row.get(2)?);
    }
    Ok(found)
}

/// Asks about the objects of a grant: `$1` is their place, `$2` the grantee, `$3` the privileges, `$4` and `$5` which of them.
async fn rows(
    names: &Names,
    session: &Session,
    of_change: &Privileges,
    (doing, question): (&str, &str),
) -> Result<Vec<Row>, Error> {
    let target = &of_change.target;
    let place = target.schema.as_ref().unwrap_or(&of_change.database);
    let grantee = if target.role == PUBLIC { "" } else { names.real(&target.role) };
    let privileges = expand(&of_change.privileges, of(target), session.facts.version);
    let privileges: Vec<String> = privileges.iter().map(|p| p.word().to_ascii_uppercase()).collect();
    let (name, arguments) = target.parts();
    let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
        (place, Type::TEXT),
        (&grantee, Type::TEXT),
        (&privileges, Type::TEXT_ARRAY),
        (&name, Type::TEXT),
        (&arguments, Type::TEXT),
    ];
    session.rows(doing, question, parameters).await
}

fn question(object: Object) -> String {
    let Objects { name, from, place, acl, owner } = objects(object);
    format!(
        "SELECT pg_catalog.pg_get_userbyid(a.grantor)::text, {name}, a.privilege_type \
         FROM {from}, LATERAL pg_catalog.aclexplode({acl}) a \
         WHERE {place} AND a.grantor <> {owner} AND a.privilege_type = ANY($3) \
         AND a.grantee = coalesce((SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $2), 0::oid)"
    )
}

/// How the objects of a kind are found: in the schema `$1`, or the database of that name, by the name `$4` and the arguments `$5`.
pub(super) struct Objects {
    /// What it is, and its name.
    pub(super) name: String,
    pub(super) from: String,
    pub(super) place: String,
    /// Its access list, or what PostgreSQL gives by itself.
    pub(super) acl: String,
    pub(super) owner: &'static str,
}

pub(super) fn objects(object: Object) -> Objects {
    let acl = |acl, letter, owner| format!("coalesce({acl}, pg_catalog.acldefault('{letter}', {owner}))");
    let relation = |word: &str, letter: char, kinds: &str| Objects {
        name: format!("'{word} ' || o.oid::pg_catalog.regclass::text"),
        from: format!(
            "pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace AND o.relkind IN ({kinds})"
        ),
        place: "n.nspname = $1 AND o.relname = coalesce($4, o.relname)".to_owned(),
        acl: acl("o.relacl", letter, "o.relowner"),
        owner: "o.relowner",
    };
    match object {
        Object::Database => Objects {
            name: "'DATABASE ' || pg_catalog.quote_ident(o.datname)".to_owned(),
            from: "pg_catalog.pg_database o".to_owned(),
            place: "o.datname = $1".to_owned(),
            acl: acl("o.datacl", 'd', "o.datdba"),
            owner: "o.datdba",
        },
        Object::Schema => Objects {
            name: "'SCHEMA ' || pg_catalog.quote_ident(o.nspname)".to_owned(),
            from: "pg_catalog.pg_namespace o".to_owned(),
            place: "o.nspname = $1".to_owned(),
            acl: acl("o.nspacl", 'n', "o.nspowner"),
            owner: "o.nspowner",
        },
        Object::Tables => relation("TABLE", 'r', "'r', 'p', 'v', 'm', 'f'"),
        Object::Sequences => relation("SEQUENCE", 's', "'S'"),
        Object::Functions => Objects {
            name: "'ROUTINE ' || o.oid::pg_catalog.regprocedure::text".to_owned(),
            from: "pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace".to_owned(),
            place: format!(
                "n.nspname = $1 AND o.proname = coalesce($4, o.proname) AND ($5 IS NULL OR {})",
                sql::same_arguments("o", "$5")
            ),
            acl: acl("o.proacl", 'f', "o.proowner"),
            owner: "o.proowner",
        },
        Object::Types => Objects {
            name: "'TYPE ' || o.oid::pg_catalog.regtype::text".to_owned(),
            from: "pg_catalog.pg_type o JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace".to_owned(),
            place: "n.nspname = $1 AND o.typname = $4".to_owned(),
            acl: acl("o.typacl", 'T', "o.typowner"),
            owner: "o.typowner",
        },
    }
}
