//! Reads publications and their tables, and compares row filters.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::{ToSql, Type};
use tracing::warn;

use crate::desired::sql::{self, ident};
use crate::desired::{Database, Published, condition};
use crate::error::Error;
use crate::observed::{Contents, Publication};
use crate::spec::Operation;
use crate::wire::{Pool, Purpose, Row, Session};

/// A table, by its schema and its name.
type Table = (String, String);

/// `$1` is the names of the publications, or null for all.
const PUBLICATIONS: &str = "\
    SELECT p.pubname::text, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot, [SCHEMAS] \
    FROM pg_catalog.pg_publication p WHERE $1 IS NULL OR p.pubname = ANY($1)";

const PUBLISHED: &str = "\
    SELECT p.pubname::text, n.nspname::text, c.relname::text, [ROWS], [COLUMNS] \
    FROM pg_catalog.pg_publication p JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid \
    JOIN pg_catalog.pg_class c ON c.oid = r.prrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE $1 IS NULL OR p.pubname = ANY($1)";

/// Expressions for properties that exist since PostgreSQL 15, each with its replacement for earlier releases.
const SINCE_15: [(&str, &str, &str); 3] = [
    (
        "[SCHEMAS]",
        "ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_publication_namespace x \
            JOIN pg_catalog.pg_namespace n ON n.oid = x.pnnspid WHERE x.pnpubid = p.oid)",
        "NULL::text[]",
    ),
    ("[ROWS]", "pg_catalog.pg_get_expr(r.prqual, r.prrelid)", "NULL::text"),
    (
        "[COLUMNS]",
        "ARRAY(SELECT t.attname::text FROM pg_catalog.pg_attribute t WHERE t.attrelid = r.prrelid AND t.attnum = ANY(r.prattrs))",
        "NULL::text[]",
    ),
];

/// The listed tables, with their columns.
const TABLES: &str = "\
    SELECT n.nspname::text, c.relname::text, \
        ARRAY(SELECT t.attname::text FROM pg_catalog.pg_attribute t \
              WHERE t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped) \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN unnest($1::text[], $2::text[]) AS w(place, name) ON n.nspname = w.place AND c.relname = w.name \
    WHERE c.relkind IN ('r', 'p')";

/// The columns of a table, as the column definition list of a function. A row filter cannot use user-defined types,
/// so columns of such types are left out: the provisioning role may lack USAGE on them.
const DEFINITION: &str = "\
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(t.attname) || ' ' \
        || pg_catalog.format_type(t.atttypid, t.atttypmod), ', ' ORDER BY t.attnum) \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped \
    JOIN pg_catalog.pg_type y ON y.oid = t.atttypid AND y.typnamespace = 'pg_catalog'::pg_catalog.regnamespace \
    WHERE n.nspname = $1 AND c.relname = $2";

/// Reads the publications of these names, or all.
pub(crate) async fn read(
    session: &Session,
    names: Option<&Vec<&str>>,
) -> Result<BTreeMap<String, Publication>, Error> {
    let modern = session.facts.version >= 15;
    let known = |question: &str| {
        SINCE_15.iter().fold(question.to_owned(), |question, (place, column, before)| {
            question.replace(place, if modern { column } else { before })
        })
    };
    let doing = format!("reading publications of the database {}", session.database());
    let (publications, published) = (known(PUBLICATIONS), known(PUBLISHED));
    let (publications, published) = tokio::try_join!(
        session.query(&doing, &publications, [(&names, Type::TEXT_ARRAY)]),
        session.query(&doing, &published, [(&names, Type::TEXT_ARRAY)]),
    )?;
    let mut all = BTreeMap::new();
    for row in &publications {
        all.insert(row.get(0)?, publication(row)?);
    }
    for row in &published {
        let columns: BTreeSet<String> = row.texts(4)?.into_iter().collect();
        let table =
            Published { columns: Some(columns).filter(|columns| !columns.is_empty()), rows: row.get(3)? };
        if let Some(publication) = all.get_mut(row.get::<&str>(0)?) {
            publication.tables.insert((row.get(1)?, row.get(2)?), table);
        }
    }
    Ok(all)
}

fn publication(row: &Row) -> Result<Publication, Error> {
    let operations = [Operation::Insert, Operation::Update, Operation::Delete, Operation::Truncate];
    let mut publish = BTreeSet::new();
    for (operation, column) in operations.into_iter().zip(2..) {
        if row.get(column)? {
            publish.insert(operation);
        }
    }
    let schemas = row.texts(7)?.into_iter().collect();
    let (all_tables, via_root) = (row.get(1)?, row.get(6)?);
    Ok(Publication { all_tables, schemas, publish, via_root, ..Publication::default() })
}

/// Reads the listed tables that exist.
pub(super) async fn read_listed_tables(
    session: &Session,
    database: &Database,
) -> Result<BTreeMap<Table, BTreeSet<String>>, Error> {
    let listed: BTreeSet<&Table> = database.publications.values().flat_map(|p| p.tables.keys()).collect();
    if listed.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (places, names): (Vec<&str>, Vec<&str>) =
        listed.into_iter().map(|(schema, table)| (schema.as_str(), table.as_str())).unzip();
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&places, Type::TEXT_ARRAY), (&names, Type::TEXT_ARRAY)];
    let rows = session.query("reading tables", TABLES, parameters).await?;
    rows.iter().map(|row| Ok(((row.get(0)?, row.get(1)?), row.texts(2)?.into_iter().collect()))).collect()
}

/// Marks the stored row filters that are equivalent to the declared ones. The server is asked only where the texts
/// differ. A declared row filter that the server refuses is an error here, before the first write.
pub(super) async fn mark_equal_conditions(
    session: &Session,
    pool: &Pool,
    database: &Database,
    contents: &mut Contents,
) -> Result<(), Error> {
    let mut differing = Vec::new();
    for (name, wanted) in &database.publications {
        for (table, published) in &wanted.tables {
            let stored = contents.publications.get(name).and_then(|existing| existing.tables.get(table));
            let stored = stored.and_then(|stored| stored.rows.clone());
            let Some(rows) = published.rows.as_ref().filter(|_| contents.tables.contains_key(table)) else {
                continue;
            };
            if stored.as_ref().is_none_or(|stored| {
                condition::without_outer_brackets(stored) != condition::without_outer_brackets(rows)
            }) {
                differing.push((name, table, rows, stored));
            }
        }
    }
    if differing.is_empty() {
        return Ok(());
    }
    // Functions and operators are looked up with the search path that the statement will have.
    let changes = pool.session(session.database(), Purpose::Changes).await?;
    for (name, table, rows, stored) in differing {
        let place: [(&(dyn ToSql + Sync), Type); 2] = [(&table.0, Type::TEXT), (&table.1, Type::TEXT)];
        let definition = session.query("reading the columns of a table", DEFINITION, place).await?;
        let definition = definition.first().map(|row| row.get::<Option<&str>>(0)).transpose()?.flatten();
        let Some(definition) = definition else { continue };
        let same = are_equal_conditions(&changes, (table, definition), rows, stored.as_deref()).await.map_err(|error| {
            let at = format!("databases.{}.publications.{name}.tables", session.database());
            Error::Missing(format!(
                "{at}: the server does not take the condition of {} (on columns of its own types): {error}",
                sql::display_name(table)
            ))
        })?;
        if let Some(existing) = contents.publications.get_mut(name).filter(|_| same) {
            existing.same_rows.insert(table.clone());
        }
    }
    pool.give_back(changes, Purpose::Changes);
    Ok(())
}

/// True when the server shows the same query plan for both conditions.
async fn are_equal_conditions(
    session: &Session,
    (table, definition): (&Table, &str),
    rows: &str,
    stored: Option<&str>,
) -> Result<bool, Error> {
    let wanted = match explain(session, (table, definition), rows).await {
        Ok(plan) => plan,
        Err(Error::Server { code, .. }) if code == "42501" => {
            warn!(
                table = sql::display_name(table),
                "the provisioning role may not compare the row filter of the table: the row filter is left as it is"
            );
            return Ok(stored.is_some());
        }
        Err(error) => return Err(error),
    };
    match stored {
        Some(stored) => Ok(explain(session, (table, definition), stored).await? == wanted),
        None => Ok(false),
    }
}

/// The query plan for a condition on rows like those of the table. No privilege on the table is needed, and its
/// indexes and constraints do not influence the plan.
async fn explain(
    session: &Session,
    (table, definition): (&Table, &str),
    condition: &str,
) -> Result<Vec<String>, Error> {
    let rows = format!("pg_catalog.jsonb_to_recordset('[]') AS {}({definition})", ident(&table.1));
    let question = format!("EXPLAIN (VERBOSE, COSTS OFF) SELECT FROM {rows} WHERE ({condition})");
    let plan = session.query("comparing row filters", &question, []).await?;
    let lines = plan.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>, _>>()?;
    Ok(lines.into_iter().filter(|line| !line.starts_with("Query Identifier")).collect())
}
