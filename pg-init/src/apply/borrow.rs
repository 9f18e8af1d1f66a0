//! Which roles a provisioning role that is no superuser has to join for a change: the owners of what is changed, as far as
//! it lacks their privileges.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tokio_postgres::types::Type;

use super::{Job, Joined, statement};
use crate::backend::Postgres;
use crate::change::{Change, CreateDatabase, GrantPrivileges, RevokePrivileges};
use crate::error::Error;
use crate::names::Names;
use crate::observe::Ownership;
use crate::spec::Object;
use crate::sql::ident;
use crate::wire::Session;

/// Of the roles given, those whose privileges we lack and could have: a superuser has all, and nobody else joins one.
const LACKING: &str = "\
    SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1) AND r.rolname <> CURRENT_USER \
    AND NOT r.rolsuper AND (NOT pg_catalog.pg_has_role(r.oid, 'USAGE') OR NOT pg_catalog.pg_has_role(r.oid, '{set}')) \
    AND {may}";

/// Who owns what `GRANT … ON ALL` would touch in a schema.
const RELATION_OWNERS: &str = "\
    SELECT DISTINCT pg_catalog.pg_get_userbyid(c.relowner)::text FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ({kinds})";
const ROUTINE_OWNERS: &str = "\
    SELECT DISTINCT pg_catalog.pg_get_userbyid(p.proowner)::text FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1";

/// The owner of the schema `public` that stands for whoever owns the database.
const DATABASE_OWNER: &str = "pg_database_owner";

pub(super) async fn jobs(
    postgres: &Postgres,
    session: &Session,
    changes: &[(usize, &Change)],
) -> Result<Vec<Job>, Error> {
    let version = session.facts.version;
    let mut jobs = Vec::new();
    for (index, change) in changes {
        let sql = statement::other(&postgres.names, change, version);
        let roles = if session.facts.superuser {
            Vec::new()
        } else {
            lacking(session, &needed(postgres, session, change).await?).await?
        };
        let (alone, joined) =
            if roles.is_empty() { (Some(sql), None) } else { (None, Some(Joined { roles, sql })) };
        jobs.push(Job { index: *index, doing: change.to_string(), alone, joined });
    }
    Ok(jobs)
}

/// The new database, and then what needs a transaction of its own.
pub(super) async fn create_database(
    postgres: &Postgres,
    index: usize,
    change: &CreateDatabase,
) -> Result<Job, Error> {
    let (main, facts) = (&postgres.main, &postgres.main.facts);
    let owner = change.owner.as_deref().map(|owner| postgres.names.real(owner));
    let alone = Some(statement::create_database(change, owner.filter(|_| facts.superuser)));
    let database = format!("DATABASE {}", ident(&change.database));
    let (mut sql, mut roles) = (String::new(), Vec::new());
    statement::set(&mut sql, &database, &change.settings);
    if let Some(owner) = owner.filter(|owner| !facts.superuser && *owner != facts.me) {
        let _ = write!(sql, "ALTER {database} OWNER TO {};", ident(owner));
        roles = lacking(main, &[owner.to_owned()].into()).await?;
    }
    let joined = (!sql.is_empty()).then_some(Joined { roles, sql });
    Ok(Job { index, doing: crate::change::Change::CreateDatabase(change.clone()).to_string(), alone, joined })
}

async fn lacking(session: &Session, roles: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let roles: Vec<&String> = roles.iter().collect();
    // Before PostgreSQL 16, CREATEROLE is as good as ADMIN OPTION, and every member may SET ROLE.
    let (set, may) = if session.facts.version >= 16 {
        ("SET", "pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION')")
    } else {
        ("MEMBER", "NOT pg_catalog.pg_has_role(r.oid, 'MEMBER')")
    };
    let sql = LACKING.replace("{set}", set).replace("{may}", may);
    let rows = session.rows("asking whose privileges we have", &sql, [(&roles, Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Whose privileges a change takes.
async fn needed(postgres: &Postgres, session: &Session, change: &Change) -> Result<BTreeSet<String>, Error> {
    let (names, ownership) = (&postgres.names, &postgres.ownership);
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
    roles.extend(database.and_then(|database| ownership.databases.get(database)).cloned());
    roles.extend(schemas.into_iter().filter_map(|(database, schema)| ownership.schema(database, schema)));
    if let Change::RevokePrivileges(RevokePrivileges(c)) | Change::GrantPrivileges(GrantPrivileges(c)) =
        change
        && let Some(schema) = &c.target.schema
        && let Some(owners) = owners(c.target.object)
    {
        for row in session.rows("reading owners", &owners, [(schema, Type::TEXT)]).await? {
            roles.insert(row.get(0)?);
        }
    }
    Ok(roles)
}

/// The question for the owners of a kind of object in a schema.
fn owners(object: Object) -> Option<String> {
    match object {
        Object::Database | Object::Schema => None,
        Object::Tables => Some(RELATION_OWNERS.replace("{kinds}", "'r', 'p', 'v', 'm', 'f'")),
        Object::Sequences => Some(RELATION_OWNERS.replace("{kinds}", "'S'")),
        Object::Functions => Some(ROUTINE_OWNERS.to_owned()),
    }
}

/// The schemas of tables.
fn of<'a>(database: &'a String, tables: &'a BTreeSet<(String, String)>) -> Vec<(&'a String, &'a String)> {
    tables.iter().map(|(schema, _)| (database, schema)).collect()
}

impl Ownership {
    fn schema(&self, database: &str, schema: &str) -> Option<String> {
        let owner = self.schemas.get(&(database.to_owned(), schema.to_owned())).map(String::as_str);
        match owner {
            Some(DATABASE_OWNER) => self.databases.get(database).cloned(),
            None if schema == "public" => self.databases.get(database).cloned(),
            owner => owner.map(str::to_owned),
        }
    }

    /// What a change that was applied means for the next one.
    pub(super) fn note(&mut self, change: &Change, names: &Names) {
        let real = |key: &String| names.real(key).to_owned();
        match change {
            Change::CreateDatabase(c) => {
                if let Some(owner) = &c.owner {
                    self.databases.insert(c.database.clone(), real(owner));
                }
            }
            Change::AlterDatabase(c) => {
                if let Some(owner) = &c.owner {
                    self.databases.insert(c.database.clone(), real(&owner.to));
                }
            }
            Change::CreateSchema(c) => {
                if let Some(owner) = &c.owner {
                    self.schemas.insert((c.database.clone(), c.schema.clone()), real(owner));
                }
            }
            Change::AlterSchema(c) => {
                self.schemas.insert((c.database.clone(), c.schema.clone()), real(&c.owner.to));
            }
            _ => {}
        }
    }
}
