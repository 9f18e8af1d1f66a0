//! What one database has inside, in one session.

use std::collections::BTreeSet;

use tokio_postgres::types::Type;

use super::access::{self, Oids};
use super::objects;
use crate::desired::Database;
use crate::error::Error;
use crate::observed::{Extension, Inside, Publication};
use crate::spec::Operation;
use crate::wire::{Row, Session};

const SCHEMAS: &str = "\
    SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n";

/// All of them: what one requires need not be declared.
const EXTENSIONS: &str = "\
    SELECT e.extname::text, n.nspname::text, e.extversion, e.extrelocatable, \
        CASE WHEN e.extname = ANY($1) THEN \
            ARRAY(SELECT u.target FROM pg_catalog.pg_extension_update_paths(e.extname) u \
                  WHERE u.source = e.extversion AND u.path IS NOT NULL) END \
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace";

const PUBLICATIONS: &str = "\
    SELECT p.pubname::text, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, \
        ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_class c ON c.oid = r.prrelid \
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid ORDER BY c.oid), \
        ARRAY(SELECT c.relname::text FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_class c ON c.oid = r.prrelid \
              WHERE r.prpubid = p.oid ORDER BY c.oid), \
        [SCHEMAS]::text[] FROM pg_catalog.pg_publication p WHERE p.pubname = ANY($1)";

/// PostgreSQL publishes whole schemas from 15 on.
const PUBLISHED_SCHEMAS: &str = "\
    ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_publication_namespace x \
          JOIN pg_catalog.pg_namespace n ON n.oid = x.pnnspid WHERE x.pnpubid = p.oid)";

const TABLES: &str = "\
    SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN unnest($1::text[], $2::text[]) AS w(place, name) ON n.nspname = w.place AND c.relname = w.name \
    WHERE c.relkind IN ('r', 'p')";

pub(super) async fn observe(
    session: &Session,
    oids: &Oids<'_>,
    name: &str,
    database: &Database,
) -> Result<Inside, Error> {
    let extensions: Vec<&str> = database.extensions.keys().map(String::as_str).collect();
    let publications: Vec<&str> = database.publications.keys().map(String::as_str).collect();
    let tables: BTreeSet<_> = database.publications.values().flat_map(|p| &p.tables).collect();
    let (places, tables): (Vec<&str>, Vec<&str>) =
        tables.into_iter().map(|(schema, table)| (schema.as_str(), table.as_str())).unzip();
    let text = Type::TEXT_ARRAY;
    let ask = async |empty: bool, doing: &str, sql: &str, parameter: &Vec<&str>| {
        if empty {
            return Ok(Vec::new());
        }
        session.rows(&format!("{doing} of the database {name}"), sql, [(parameter, text.clone())]).await
    };
    let published_schemas = if session.facts.version < 15 { "'{}'" } else { PUBLISHED_SCHEMAS };
    let question = PUBLICATIONS.replace("[SCHEMAS]", published_schemas);
    let doing = format!("reading schemas of the database {name}");
    let (schemas, installed, published, tables, acl, defaults, of_others) = tokio::try_join!(
        session.rows(&doing, SCHEMAS, []),
        ask(extensions.is_empty(), "reading extensions", EXTENSIONS, &extensions),
        ask(publications.is_empty(), "reading publications", &question, &publications),
        async {
            if tables.is_empty() {
                return Ok(Vec::new());
            }
            let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
                [(&places, text.clone()), (&tables, text.clone())];
            session.rows("reading tables", TABLES, parameters).await
        },
        access::inside(session, oids, database),
        access::defaults(session, oids, database),
        objects::of_others(session, oids.names, database),
    )?;
    let mut inside = Inside { of_others, acl, defaults, ..Inside::default() };
    for row in &schemas {
        inside.schemas.insert(row.get(0)?, oids.names.key(row.get(1)?));
    }
    for row in &installed {
        inside.extensions.insert(row.get(0)?, extension(row)?);
    }
    for row in &published {
        inside.publications.insert(row.get(0)?, publication(row)?);
    }
    for row in &tables {
        inside.tables.insert((row.get(0)?, row.get(1)?));
    }
    Ok(inside)
}

fn extension(row: &Row) -> Result<Extension, Error> {
    Ok(Extension {
        schema: row.get(1)?,
        version: row.get(2)?,
        relocatable: row.get(3)?,
        reachable: row.list(4)?.into_iter().collect(),
    })
}

fn publication(row: &Row) -> Result<Publication, Error> {
    let operations = [Operation::Insert, Operation::Update, Operation::Delete, Operation::Truncate];
    let mut publish = BTreeSet::new();
    for (operation, column) in operations.into_iter().zip(2..) {
        if row.get(column)? {
            publish.insert(operation);
        }
    }
    Ok(Publication {
        all_tables: row.get(1)?,
        publish,
        tables: row.list(6)?.into_iter().zip(row.list(7)?).collect(),
        schemas: row.list(8)?.into_iter().collect(),
    })
}
