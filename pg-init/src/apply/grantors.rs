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
use crate::wire::{Names, Session};

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

async fn read(names: &Names, session: &Session, revoked: &Privileges) -> Result<Granted, Error> {
    let target = &revoked.target;
    let place = target.schema.as_ref().unwrap_or(&revoked.database);
    let grantee = if target.role == PUBLIC { "" } else { names.real(&target.role) };
    let privileges = expand(&revoked.privileges, of(target), session.facts.version);
    let privileges: Vec<String> = privileges.iter().map(|p| p.word().to_ascii_uppercase()).collect();
    let (name, arguments) = target.parts();
    let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
        (place, Type::TEXT),
        (&grantee, Type::TEXT),
        (&privileges, Type::TEXT_ARRAY),
        (&name, Type::TEXT),
        (&arguments, Type::TEXT),
    ];
    let mut found = Granted::new();
    for row in
        session.rows("reading who has granted privileges", &question(target.object), parameters).await?
    {
        found.entry((row.get(0)?, row.get(1)?)).or_default().insert(row.get(2)?);
    }
    Ok(found)
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
    pub(super) acl: &'static str,
    pub(super) owner: &'static str,
}

pub(super) fn objects(object: Object) -> Objects {
    let relation = |word: &str, kinds: &str| Objects {
        name: format!("'{word} ' || o.oid::pg_catalog.regclass::text"),
        from: format!(
            "pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace AND o.relkind IN ({kinds})"
        ),
        place: "n.nspname = $1 AND o.relname = coalesce($4, o.relname)".to_owned(),
        acl: "o.relacl",
        owner: "o.relowner",
    };
    match object {
        Object::Database => Objects {
            name: "'DATABASE ' || pg_catalog.quote_ident(o.datname)".to_owned(),
            from: "pg_catalog.pg_database o".to_owned(),
            place: "o.datname = $1".to_owned(),
            acl: "o.datacl",
            owner: "o.datdba",
        },
        Object::Schema => Objects {
            name: "'SCHEMA ' || pg_catalog.quote_ident(o.nspname)".to_owned(),
            from: "pg_catalog.pg_namespace o".to_owned(),
            place: "o.nspname = $1".to_owned(),
            acl: "o.nspacl",
            owner: "o.nspowner",
        },
        Object::Tables => relation("TABLE", "'r', 'p', 'v', 'm', 'f'"),
        Object::Sequences => relation("SEQUENCE", "'S'"),
        Object::Functions => Objects {
            name: "'ROUTINE ' || o.oid::pg_catalog.regprocedure::text".to_owned(),
            from: "pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace".to_owned(),
            place: format!(
                "n.nspname = $1 AND o.proname = coalesce($4, o.proname) AND ($5 IS NULL OR {})",
                sql::same_arguments("o", "$5")
            ),
            acl: "o.proacl",
            owner: "o.proowner",
        },
        Object::Types => Objects {
            name: "'TYPE ' || o.oid::pg_catalog.regtype::text".to_owned(),
            from: "pg_catalog.pg_type o JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace".to_owned(),
            place: "n.nspname = $1 AND o.typname = $4".to_owned(),
            acl: "o.typacl",
            owner: "o.typowner",
        },
    }
}
