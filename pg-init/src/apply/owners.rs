//! The temporary memberships that a provisioning role without superuser needs for a change: in the owners of the
//! changed objects, as far as it lacks their privileges.

use std::collections::BTreeSet;

use tokio_postgres::types::{ToSql, Type};

use crate::change::{
    AlterPublication, Change, CreateExtension, GrantPrivileges, RevokeDefaultPrivileges, RevokePrivileges,
};
use crate::desired::Target;
use crate::error::Error;
use crate::spec::Object;
use crate::wire::{Names, Ownership, Server, Session};

/// The roles of these names whose privileges the provisioning role lacks and can get. Superusers are left out, since
/// only a superuser can grant membership in one. `$2` is true for PostgreSQL 16 or later; before that, CREATEROLE is
/// equivalent to ADMIN OPTION, and every member may use SET ROLE.
const LACKING: &str = "\
    SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1) AND r.rolname <> CURRENT_USER \
    AND NOT r.rolsuper AND (NOT pg_catalog.pg_has_role(r.oid, 'USAGE') \
        OR NOT pg_catalog.pg_has_role(r.oid, CASE WHEN $2 THEN 'SET' ELSE 'MEMBER' END)) \
    AND CASE WHEN $2 THEN pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION') \
        ELSE NOT pg_catalog.pg_has_role(r.oid, 'MEMBER') END";

/// The owners of the objects on which `GRANT … ON ALL` would grant in a schema.
const RELATION_OWNERS: &str = "\
    SELECT DISTINCT pg_catalog.pg_get_userbyid(c.relowner)::text FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind::text = ANY($3) \
    AND c.relname = coalesce($2, c.relname)";
const ROUTINE_OWNERS: &str = "\
    SELECT DISTINCT pg_catalog.pg_get_userbyid(p.proowner)::text FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1 \
    AND p.proname = coalesce($2, p.proname)";
const TYPE_OWNERS: &str = "\
    SELECT pg_catalog.pg_get_userbyid(y.typowner)::text FROM pg_catalog.pg_type y \
    JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace WHERE n.nspname = $1 AND y.typname = $2";

/// The owners of listed tables, and of the publication that they are added to.
const PUBLISHED_OWNERS: &str = "\
    SELECT pg_catalog.pg_get_userbyid(c.relowner)::text FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN unnest($1::text[], $2::text[]) AS w(place, name) ON n.nspname = w.place AND c.relname = w.name \
    UNION SELECT pg_catalog.pg_get_userbyid(p.pubowner)::text FROM pg_catalog.pg_publication p WHERE p.pubname = $3";

/// The roles of these names that the provisioning role has to become a member of.
pub(super) async fn roles_to_join(session: &Session, roles: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let roles: Vec<&String> = roles.iter().collect();
    let modern = session.facts.version >= 16;
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&roles, Type::TEXT_ARRAY), (&modern, Type::BOOL)];
    let rows = session
        .query("reading which owners' privileges the provisioning role lacks", LACKING, parameters)
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// The roles whose privileges a change needs.
pub(super) async fn required_roles(
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
        Change::AlterObjectOwner(c) => (None, vec![(&c.database, &c.schema)], Some(&c.owner.to)),
        Change::CreateExtension(c) => (Some(&c.database), extension_schema(c), None),
        Change::AlterExtension(c) => (Some(&c.database), vec![], None),
        Change::RevokePrivileges(RevokePrivileges { of: c, .. })
        | Change::GrantPrivileges(GrantPrivileges(c)) => match &c.target.schema {
            Some(schema) => (None, vec![(&c.database, schema)], None),
            None => (Some(&c.database), vec![], None),
        },
        Change::AlterDefaultPrivileges(c) | Change::RevokeDefaultPrivileges(RevokeDefaultPrivileges(c)) => {
            (None, vec![], Some(&c.target.creator))
        }
        // The tables are resolved by a role with USAGE on their schemas.
        Change::CreatePublication(c) => (Some(&c.database), schemas_of(&c.database, c.tables.keys()), None),
        Change::AlterPublication(c) => (None, schemas_of(&c.database, altered_tables(c)), None),
        Change::CreateRole(_)
        | Change::AlterRole(_)
        | Change::RemovePassword(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::GrantParameter(_)
        | Change::AlterRoleSettings(_)
        | Change::CreateDatabase(_)
        | Change::CreateForeignServer(_)
        | Change::AlterForeignServer(_)
        | Change::CreateUserMapping(_)
        | Change::AlterUserMapping(_)
        | Change::CreateReplicationSlot(_)
        | Change::CreateSubscription(_)
        | Change::AlterSubscription(_) => (None, vec![], None),
    };
    let mut roles: BTreeSet<String> = new_owner.map(real).into_iter().collect();
    roles.extend(database.and_then(|database| ownership.database(database)));
    roles.extend(schemas.into_iter().filter_map(|(database, schema)| ownership.schema(database, schema)));
    roles.extend(foreign_server_owners(change, names, ownership));
    roles.extend(object_owners(session, change).await?);
    if let Change::RevokePrivileges(RevokePrivileges { grantors, .. }) = change {
        roles.extend(grantors.iter().map(real));
    }
    if let Change::AlterObjectOwner(c) = change {
        roles.extend(c.owner.from.iter().map(real));
    }
    Ok(roles)
}

/// The owner of the foreign server that a change is about, and its new owner. Only the owner alters a foreign server
/// and creates its user mappings.
pub(super) fn foreign_server_owners(
    change: &Change,
    names: &Names,
    ownership: &Ownership,
) -> BTreeSet<String> {
    let (existing, owner) = match change {
        Change::CreateForeignServer(c) => (None, c.of.owner.as_ref()),
        Change::AlterForeignServer(c) => {
            (Some((&c.database, &c.server)), c.owner.as_ref().map(|drift| &drift.to))
        }
        Change::CreateUserMapping(c) => (Some((&c.database, &c.server)), None),
        Change::AlterUserMapping(c) => (Some((&c.database, &c.server)), None),
        Change::CreateRole(_)
        | Change::AlterRole(_)
        | Change::RemovePassword(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::GrantParameter(_)
        | Change::CreateDatabase(_)
        | Change::AlterDatabase(_)
        | Change::AlterRoleSettings(_)
        | Change::CreateSchema(_)
        | Change::AlterSchema(_)
        | Change::AlterObjectOwner(_)
        | Change::CreateExtension(_)
        | Change::AlterExtension(_)
        | Change::GrantPrivileges(_)
        | Change::RevokePrivileges(_)
        | Change::AlterDefaultPrivileges(_)
        | Change::RevokeDefaultPrivileges(_)
        | Change::CreatePublication(_)
        | Change::AlterPublication(_)
        | Change::CreateReplicationSlot(_)
        | Change::CreateSubscription(_)
        | Change::AlterSubscription(_) => (None, None),
    };
    let existing = existing.and_then(|(database, server)| ownership.foreign_server(database, server));
    existing.into_iter().chain(owner.map(|owner| names.real(owner).to_owned())).collect()
}

/// The owners of the objects that a change names, or of all objects of a kind in a schema.
async fn object_owners(session: &Session, change: &Change) -> Result<Vec<String>, Error> {
    match change {
        Change::RevokePrivileges(RevokePrivileges { of: c, .. })
        | Change::GrantPrivileges(GrantPrivileges(c)) => match &c.target.schema {
            Some(schema) => target_owners(session, &c.target, schema).await,
            None => Ok(Vec::new()),
        },
        Change::CreatePublication(c) => table_owners(session, c.tables.keys(), "").await,
        Change::AlterPublication(c) => table_owners(session, altered_tables(c), &c.publication).await,
        Change::CreateRole(_)
        | Change::AlterRole(_)
        | Change::RemovePassword(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::GrantParameter(_)
        | Change::CreateDatabase(_)
        | Change::AlterDatabase(_)
        | Change::AlterRoleSettings(_)
        | Change::CreateSchema(_)
        | Change::AlterSchema(_)
        | Change::AlterObjectOwner(_)
        | Change::CreateExtension(_)
        | Change::AlterExtension(_)
        | Change::CreateForeignServer(_)
        | Change::AlterForeignServer(_)
        | Change::CreateUserMapping(_)
        | Change::AlterUserMapping(_)
        | Change::AlterDefaultPrivileges(_)
        | Change::RevokeDefaultPrivileges(_)
        | Change::CreateReplicationSlot(_)
        | Change::CreateSubscription(_)
        | Change::AlterSubscription(_) => Ok(Vec::new()),
    }
}

/// The owners of the objects of a kind in a schema, or of the named object.
async fn target_owners(session: &Session, target: &Target, schema: &String) -> Result<Vec<String>, Error> {
    let (doing, name) = ("reading owners", target.name_and_arguments().0);
    let schema = (schema as &(dyn ToSql + Sync), Type::TEXT);
    let name = (&name as &(dyn ToSql + Sync), Type::TEXT);
    let kinds: &[&str] = match target.object {
        Object::Database | Object::Schema => return Ok(Vec::new()),
        Object::Tables => &["r", "p", "v", "m", "f"],
        Object::Sequences => &["S"],
        Object::Functions | Object::Types => {
            let sql = if target.object == Object::Types { TYPE_OWNERS } else { ROUTINE_OWNERS };
            let rows = session.query(doing, sql, [schema, name]).await?;
            return rows.iter().map(|row| row.get(0)).collect();
        }
    };
    let kinds = (&kinds as &(dyn ToSql + Sync), Type::TEXT_ARRAY);
    let rows = session.query(doing, RELATION_OWNERS, [schema, name, kinds]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// A table, by its schema and its name.
type Table = (String, String);

/// The schema in which an extension is created.
fn extension_schema(change: &CreateExtension) -> Vec<(&String, &String)> {
    change.schema.iter().map(|schema| (&change.database, schema)).collect()
}

/// The schemas of tables.
fn schemas_of<'a>(
    database: &'a String,
    tables: impl Iterator<Item = &'a Table>,
) -> Vec<(&'a String, &'a String)> {
    tables.map(|(schema, _)| (database, schema)).collect()
}

/// The tables that are added to a publication or whose published columns or rows change.
fn altered_tables(change: &AlterPublication) -> impl Iterator<Item = &Table> {
    change.add_tables.keys().chain(change.alter_tables.keys())
}

/// The owners of tables, and of the publication that they are added to.
async fn table_owners(
    session: &Session,
    tables: impl Iterator<Item = &Table>,
    publication: &str,
) -> Result<Vec<String>, Error> {
    let (schemas, tables): (Vec<&str>, Vec<&str>) =
        tables.map(|(schema, table)| (schema.as_str(), table.as_str())).unzip();
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&schemas, Type::TEXT_ARRAY), (&tables, Type::TEXT_ARRAY), (&publication, Type::TEXT)];
    let rows = session.query("reading the owners of tables", PUBLISHED_OWNERS, parameters).await?;
    rows.iter().map(|row| row.get(0)).collect()
}
