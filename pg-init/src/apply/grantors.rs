//! Privileges that a role other than the owner of an object has granted. Only the grantor can revoke them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tokio_postgres::types::{ToSql, Type};

use crate::change::{Change, Privileges, RevokePrivileges};
use crate::desired::PUBLIC;
use crate::desired::sql::{self, ident};
use crate::error::Error;
use crate::spec::Object;
use crate::validate::{expand_all, privileges_of};
use crate::wire::{Names, Row, Session};

/// The granted privileges, by grantor and object.
type Granted = BTreeMap<(String, String), BTreeSet<String>>;

/// The statements that revoke such privileges as their grantors, after the statement that revokes the owners' grants.
pub(super) async fn revoke_as_grantors(
    names: &Names,
    session: &Session,
    change: &Change,
) -> Result<String, Error> {
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
    for ((grantor, object), privileges) in read_granted(names, session, revoked).await? {
        if real.contains(grantor.as_str()) {
            let privileges = privileges.into_iter().collect::<Vec<_>>().join(", ");
            let grantor = ident(&grantor);
            let _ = write!(sql, "; SET LOCAL ROLE {grantor}; REVOKE {privileges} ON {object} FROM {grantee}");
        }
    }
    Ok(sql + "; SET LOCAL ROLE NONE")
}

/// The objects that lack a grant with grant option, for a provisioning role without superuser. `GRANT … ON ALL` would
/// also grant on objects whose grantor is the grantee, and PostgreSQL refuses a grant back to its own grantor.
pub(super) async fn objects_without_grant_option(
    names: &Names,
    session: &Session,
    granted: &Privileges,
) -> Result<Vec<String>, Error> {
    let ObjectQuery { name, from, place, acl, .. } = object_query(granted.target.object);
    let question = format!(
        "SELECT {name} FROM {from} WHERE {place} AND EXISTS (SELECT FROM unnest($3) AS p(word) WHERE NOT EXISTS ( \
             SELECT FROM pg_catalog.aclexplode({acl}) a WHERE a.privilege_type = p.word AND a.is_grantable \
             AND a.grantee = coalesce((SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $2), 0::oid))) ORDER BY 1"
    );
    let rows =
        query_objects(names, session, granted, ("reading the objects without grant option", &question))
            .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Reads the privileges that other roles than the owners have granted.
async fn read_granted(names: &Names, session: &Session, revoked: &Privileges) -> Result<Granted, Error> {
    let question = grantors_query(revoked.target.object);
    let mut found = Granted::new();
    for row in
        query_objects(names, session, revoked, ("reading the grantors of privileges", &question)).await?
    {
        found.entry((row.get(0)?, row.get(1)?)).or_default().insert(row.get(2)?);
    }
    Ok(found)
}

/// Runs a query about the objects of a grant: `$1` is their schema or database, `$2` the grantee, `$3` the
/// privileges, `$4` and `$5` the name and the arguments.
async fn query_objects(
    names: &Names,
    session: &Session,
    of_change: &Privileges,
    (doing, question): (&str, &str),
) -> Result<Vec<Row>, Error> {
    let target = &of_change.target;
    let place = target.schema.as_ref().unwrap_or(&of_change.database);
    let grantee = if target.role == PUBLIC { "" } else { names.real(&target.role) };
    let privileges = expand_all(&of_change.privileges, privileges_of(target), session.facts.version);
    let privileges: Vec<String> = privileges.iter().map(|p| p.keyword().to_ascii_uppercase()).collect();
    let (name, arguments) = target.name_and_arguments();
    let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
        (place, Type::TEXT),
        (&grantee, Type::TEXT),
        (&privileges, Type::TEXT_ARRAY),
        (&name, Type::TEXT),
        (&arguments, Type::TEXT),
    ];
    session.query(doing, question, parameters).await
}

fn grantors_query(object: Object) -> String {
    let ObjectQuery { name, from, place, acl, owner } = object_query(object);
    format!(
        "SELECT pg_catalog.pg_get_userbyid(a.grantor)::text, {name}, a.privilege_type \
         FROM {from}, LATERAL pg_catalog.aclexplode({acl}) a \
         WHERE {place} AND a.grantor <> {owner} AND a.privilege_type = ANY($3) \
         AND a.grantee = coalesce((SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = $2), 0::oid)"
    )
}

/// The parts of a query for the objects of a kind: in the schema `$1` or the database `$1`, with the name `$4` and
/// the arguments `$5`.
pub(super) struct ObjectQuery {
    /// The kind and the name of an object.
    pub(super) name: String,
    pub(super) from: String,
    pub(super) place: String,
    /// The access control list of an object, or the default one.
    pub(super) acl: String,
    pub(super) owner: &'static str,
}

pub(super) fn object_query(object: Object) -> ObjectQuery {
    let acl = |acl, letter, owner| format!("coalesce({acl}, pg_catalog.acldefault('{letter}', {owner}))");
    let relation = |word: &str, letter: char, kinds: &str| ObjectQuery {
        name: format!("'{word} ' || o.oid::pg_catalog.regclass::text"),
        from: format!(
            "pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace AND o.relkind IN ({kinds})"
        ),
        place: "n.nspname = $1 AND o.relname = coalesce($4, o.relname)".to_owned(),
        acl: acl("o.relacl", letter, "o.relowner"),
        owner: "o.relowner",
    };
    match object {
        Object::Database => ObjectQuery {
            name: "'DATABASE ' || pg_catalog.quote_ident(o.datname)".to_owned(),
            from: "pg_catalog.pg_database o".to_owned(),
            place: "o.datname = $1".to_owned(),
            acl: acl("o.datacl", 'd', "o.datdba"),
            owner: "o.datdba",
        },
        Object::Schema => ObjectQuery {
            name: "'SCHEMA ' || pg_catalog.quote_ident(o.nspname)".to_owned(),
            from: "pg_catalog.pg_namespace o".to_owned(),
            place: "o.nspname = $1".to_owned(),
            acl: acl("o.nspacl", 'n', "o.nspowner"),
            owner: "o.nspowner",
        },
        Object::Tables => relation("TABLE", 'r', "'r', 'p', 'v', 'm', 'f'"),
        Object::Sequences => relation("SEQUENCE", 's', "'S'"),
        Object::Functions => ObjectQuery {
            name: "'ROUTINE ' || o.oid::pg_catalog.regprocedure::text".to_owned(),
            from: "pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace".to_owned(),
            place: format!(
                "n.nspname = $1 AND o.proname = coalesce($4, o.proname) AND ($5 IS NULL OR {})",
                sql::same_arguments("o", "$5")
            ),
            acl: acl("o.proacl", 'f', "o.proowner"),
            owner: "o.proowner",
        },
        Object::Types => ObjectQuery {
            name: "'TYPE ' || o.oid::pg_catalog.regtype::text".to_owned(),
            from: "pg_catalog.pg_type o JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace".to_owned(),
            place: "n.nspname = $1 AND o.typname = $4".to_owned(),
            acl: acl("o.typacl", 'T', "o.typowner"),
            owner: "o.typowner",
        },
    }
}
