//! The SQL of publications.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::change::{AlterPublication, CreatePublication, operations};
use crate::desired::Published;
use crate::desired::sql::{ident, idents, literal, qualified};
use crate::spec::Operation;

pub(super) fn create(change: &CreatePublication) -> String {
    let mut sql = format!("CREATE PUBLICATION {}", ident(&change.publication));
    if change.all_tables {
        sql.push_str(" FOR ALL TABLES");
    } else if !change.tables.is_empty() || !change.schemas.is_empty() {
        let _ = write!(sql, " FOR {}", members_clause(&change.tables, &change.schemas));
    }
    let options = options_list(change.publish.as_ref(), change.via_root);
    if !options.is_empty() {
        let _ = write!(sql, " WITH ({options})");
    }
    sql
}

pub(super) fn alter(change: &AlterPublication) -> String {
    let publication = format!("ALTER PUBLICATION {}", ident(&change.publication));
    let mut sql = String::new();
    if !change.add_tables.is_empty() || !change.add_schemas.is_empty() {
        let _ = write!(sql, "{publication} ADD {};", members_clause(&change.add_tables, &change.add_schemas));
    }
    // All statements are one transaction, so no change of the table is lost in between.
    for (table, drift) in &change.alter_tables {
        let (name, now) = (qualified(table), table_clause(table, &drift.to));
        let _ = write!(sql, "{publication} DROP TABLE ONLY {name};{publication} ADD TABLE ONLY {now};");
    }
    let publish = change.publish.as_ref().map(|drift| &drift.to);
    let options = options_list(publish, change.via_root.as_ref().map(|drift| drift.to));
    if !options.is_empty() {
        let _ = write!(sql, "{publication} SET ({options});");
    }
    sql
}

fn options_list(publish: Option<&BTreeSet<Operation>>, via_root: Option<bool>) -> String {
    let publish = publish.map(|publish| format!("publish = {}", literal(&operations(publish))));
    let via_root = via_root.map(|via_root| format!("publish_via_partition_root = {via_root}"));
    publish.into_iter().chain(via_root).collect::<Vec<_>>().join(", ")
}

/// A table with its published columns and its row filter.
fn table_clause(table: &(String, String), Published { columns, rows }: &Published) -> String {
    let columns =
        columns.as_ref().map(|columns| format!(" ({})", idents(columns.iter().map(String::as_str))));
    let rows = rows.as_ref().map(|rows| format!(" WHERE ({rows})"));
    [Some(qualified(table)), columns, rows].into_iter().flatten().collect()
}

fn members_clause(tables: &BTreeMap<(String, String), Published>, schemas: &BTreeSet<String>) -> String {
    let tables = tables.iter().map(|(table, of)| table_clause(table, of)).collect::<Vec<_>>().join(", ");
    let schemas = idents(schemas.iter().map(String::as_str));
    let (tables, schemas) = (prefix("TABLE ", &tables), prefix("TABLES IN SCHEMA ", &schemas));
    [tables, schemas].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn prefix(words: &str, list: &str) -> Option<String> {
    (!list.is_empty()).then(|| format!("{words}{list}"))
}
