//! The memberships that a provisioning role which is no superuser needs for a change: in the owners of the objects that are
//! changed, as far as it lacks their privileges.

use std::collections::BTreeSet;

use tokio_postgres::types::{ToSql, Type};

use crate::change::{Change, GrantPrivileges, RevokePrivileges};
use crate::error::Error;
use crate::spec::Object;
use crate::wire::{Server, Session};

/// Of the roles given, those whose privileges the provisioning role lacks and could have: a superuser has all, and nobody
/// else may be made a member of one. `$2` is whether the server is PostgreSQL 16 or later; before that, CREATEROLE is as
/// good as ADMIN OPTION, and every member may SET ROLE.
const LACKING: &str = "\
    SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1) AND r.rolname <> CURRENT_USER \
    AND NOT r.rolsuper AND (NOT pg_catalog.pg_has_role(r.oid, 'USAGE') \
        OR NOT pg_catalog.pg_has_role(r.oid, CASE WHEN $2 THEN 'SET' ELSE 'MEMBER' END)) \
    AND CASE WHEN $2 THEN pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION') \
        ELSE NOT pg_catalog.pg_has_role(r.oid, 'MEMBER') END";

/// The owners of what `GRANT … ON ALL` would touch in a schema.
const RELATION_OWNERS: &str = "\
    SELECT DISTINCT pg_catalog.pg_get_userbyid(c.relowner)::text FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind::text = ANY($2)";
const ROUTINE_OWNERS: &str = "\
    SELECT DISTINCT pg_catalog.pg_get_userbyid(p.proowner)::text FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1";

pub(super) async fn lacking(session: &Session, roles: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let roles: Vec<&String> = roles.iter().collect();
    let modern = session.facts.version >= 16;
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&roles, Type::TEXT_ARRAY), (&modern, Type::BOOL)];
    let rows = session.rows("asking whose privileges we have", LACKING, parameters).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The roles whose privileges a change takes.
pub(super) async fn needed(
    server: &Server,
    session: &Session,
    change: &Change,
) -> Result<BTreeSet<String>, Error> {
    let (names, ownership) = (&server.names, &server.ownership);
    let real = |key: &String| names.real(key).to_owned();
    let (database, schemas, new_owner) = match change {
        Change::AlterDatabase(c) => (Some(&c.database), vec![], c.owner.as_ref().map(|drift| &drift.to)),
        Change::CreateSchema(c) => (Some(&c.database), vec![], c.owner.as_ref()),
        Change::AlterSchema(c) => (None, vec![(&c.database, &c.schema)], Some(&c.owner.to)),
        Change::CreateExtension(c) => {
            let schema = c.schema.as_ref().map(|schema| (&c.database, schema));
            (Some(&c.database), schema.into_iter().collect(), None)
        }
        Change::AlterExtension(c) => (Some(&c.database), vec![], None),
        Change::RevokePrivileges(RevokePrivileges(c)) | Change::GrantPrivileges(GrantPrivileges(c)) => {
            match &c.target.schema {
                Some(schema) => (None, vec![(&c.database, schema)], None),
                None => (Some(&c.database), vec![], None),
            }
        }
        Change::AlterDefaultPrivileges(c) => (None, vec![], Some(&c.target.creator)),
        Change::CreatePublication(c) => (Some(&c.database), of(&c.database, &c.tables), None),
        Change::AlterPublication(c) => (Some(&c.database), of(&c.database, &c.add_tables), None),
        Change::CreateRole(_)
        | Change::AlterRole(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::CreateDatabase(_) => (None, vec![], None),
    };
    let mut roles: BTreeSet<String> = new_owner.map(real).into_iter().collect();
    roles.extend(database.and_then(|database| ownership.database(database)));
    roles.extend(schemas.into_iter().filter_map(|(database, schema)| ownership.schema(database, schema)));
    if let Change::RevokePrivileges(RevokePrivileges(c)) | Change::GrantPrivileges(GrantPrivileges(c)) =
        change
        && let Some(schema) = &c.target.schema
    {
        roles.extend(owners(session, c.target.object, schema).await?);
    }
    Ok(roles)
}

/// The owners of a kind of object in a schema.
async fn owners(session: &Session, object: Object, schema: &String) -> Result<Vec<String>, Error> {
    let (doing, schema) = ("reading owners", (schema as &(dyn ToSql + Sync), Type::TEXT));
    let kinds: &[&str] = match object {
        Object::Database | Object::Schema => return Ok(Vec::new()),
        Object::Tables => &["r", "p", "v", "m", "f"],
        Object::Sequences => &["S"],
        Object::Functions => {
            let rows = session.rows(doing, ROUTINE_OWNERS, [schema]).await?;
            return rows.iter().map(|row| row.get(0)).collect();
        }
    };
    let rows = session.rows(doing, RELATION_OWNERS, [schema, (&kinds, Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The schemas of tables.
fn of<'a>(database: &'a String, tables: &'a BTreeSet<(String, String)>) -> Vec<(&'a String, &'a String)> {
    tables.iter().map(|(schema, _)| (database, schema)).collect()
}
