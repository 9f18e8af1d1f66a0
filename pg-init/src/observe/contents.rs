//! Reads the contents of one database in one session.

use std::collections::BTreeMap;

use tokio_postgres::types::Type;

use super::access::{self, Oids};
use super::{objects, publication};
use crate::desired::Database;
use crate::error::Error;
use crate::observed::{Contents, Extension};
use crate::wire::{Row, Session};

const SCHEMAS: &str = "\
    SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n";

/// All installed extensions are read, since an extension may require one that is not declared.
const EXTENSIONS: &str = "\
    SELECT e.extname::text, n.nspname::text, e.extversion, e.extrelocatable, \
        CASE WHEN e.extname = ANY($1) THEN \
            ARRAY(SELECT u.target FROM pg_catalog.pg_extension_update_paths(e.extname) u \
                  WHERE u.source = e.extversion AND u.path IS NOT NULL) END \
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace";

pub(super) async fn observe(
    session: &Session,
    oids: &Oids<'_>,
    name: &str,
    database: &Database,
) -> Result<Contents, Error> {
    let extensions: Vec<&str> = database.extensions.keys().map(String::as_str).collect();
    let publications: Vec<&str> = database.publications.keys().map(String::as_str).collect();
    let text = Type::TEXT_ARRAY;
    let ask = async |empty: bool, doing: &str, sql: &str, parameter: &Vec<&str>| {
        if empty {
            return Ok(Vec::new());
        }
        session.query(&format!("{doing} of the database {name}"), sql, [(parameter, text.clone())]).await
    };
    let doing = format!("reading schemas of the database {name}");
    let (schemas, installed, published, tables, acl, defaults, objects_of_other_owners) = tokio::try_join!(
        session.query(&doing, SCHEMAS, []),
        ask(extensions.is_empty(), "reading extensions", EXTENSIONS, &extensions),
        async {
            if publications.is_empty() {
                return Ok(BTreeMap::new());
            }
            publication::read(session, Some(&publications)).await
        },
        publication::read_listed_tables(session, database),
        access::read_acls_inside(session, oids, database),
        access::read_default_privileges(session, oids, database),
        objects::read_objects_of_other_owners(session, oids.names, database),
    )?;
    let mut contents = Contents {
        objects_of_other_owners,
        acl,
        defaults,
        publications: published,
        tables,
        ..Contents::default()
    };
    for row in &schemas {
        contents.schemas.insert(row.get(0)?, oids.names.key(row.get(1)?));
    }
    for row in &installed {
        contents.extensions.insert(row.get(0)?, extension(row)?);
    }
    Ok(contents)
}

fn extension(row: &Row) -> Result<Extension, Error> {
    Ok(Extension {
        schema: row.get(1)?,
        version: row.get(2)?,
        relocatable: row.get(3)?,
        reachable: row.texts(4)?.into_iter().collect(),
    })
}
