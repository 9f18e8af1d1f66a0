//! Changes of publications.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{self, Show, detail, details_text};
use crate::desired::{Published, sql};
use crate::spec::Operation;

/// A new publication.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreatePublication {
    /// The database.
    pub database: String,
    /// The name.
    pub publication: String,
    /// True for `FOR ALL TABLES`.
    pub all_tables: bool,
    /// The tables.
    pub tables: BTreeMap<(String, String), Published>,
    /// The schemas.
    pub schemas: BTreeSet<String>,
    /// The operations that are published.
    pub publish: Option<BTreeSet<Operation>>,
    /// True when changes of a partition are published as changes of the partitioned table.
    pub via_root: Option<bool>,
}

/// A publication that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterPublication {
    /// The database.
    pub database: String,
    /// The name.
    pub publication: String,
    /// The tables that it lacks.
    pub add_tables: BTreeMap<(String, String), Published>,
    /// The tables whose published columns or row filter differ.
    pub alter_tables: BTreeMap<(String, String), Drift<Published>>,
    /// The schemas that it lacks.
    pub add_schemas: BTreeSet<String>,
    /// The operations that are published.
    pub publish: Option<Drift<BTreeSet<Operation>>>,
    /// True when changes of a partition are published as changes of the partitioned table.
    pub via_root: Option<Drift<bool>>,
}

impl Display for CreatePublication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        details.extend(self.all_tables.then(|| "all tables".to_owned()));
        details.extend(table_texts(&self.tables).iter().map(|table| format!("table {table}")));
        details.extend(self.schemas.iter().map(|schema| format!("schema {schema}")));
        details.extend(self.publish.as_ref().map(|publish| format!("publish {}", operations(publish))));
        details.extend(detail("publishViaPartitionRoot", self.via_root.as_ref()));
        write!(
            f,
            "create publication {} in database {}{}",
            self.publication,
            self.database,
            details_text(&details)
        )
    }
}

impl Show for CreatePublication {
    fn subject(&self) -> Subject {
        Subject::new("publication", &self.publication).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none()
            .to_some("all_tables", self.all_tables.then_some(true))
            .to("tables", table_texts(&self.tables))
            .to("schemas", &self.schemas)
            .to_some("publish", self.publish.as_ref())
            .to_some("publish_via_partition_root", self.via_root)
    }
}

impl Display for AlterPublication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        details.extend(table_texts(&self.add_tables).iter().map(|table| format!("add table {table}")));
        details.extend(self.alter_tables.iter().map(|(table, Drift { from, to })| {
            let from = from.as_ref().map(|from| table_text(table, from)).unwrap_or_default();
            format!("table {from} -> {}", table_text(table, to))
        }));
        details.extend(self.add_schemas.iter().map(|schema| format!("add schema {schema}")));
        details.extend(self.publish.as_ref().map(|Drift { from, to }| {
            let from = from.as_ref().map(operations).unwrap_or_default();
            format!("publish {from} -> {}", operations(to))
        }));
        details.extend(detail("publishViaPartitionRoot", self.via_root.as_ref()));
        write!(
            f,
            "alter publication {} in database {}{}",
            self.publication,
            self.database,
            details_text(&details)
        )
    }
}

impl Show for AlterPublication {
    fn subject(&self) -> Subject {
        Subject::new("publication", &self.publication).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let altered = self.alter_tables.iter();
        let from: Vec<_> = altered
            .clone()
            .filter_map(|(table, drift)| drift.from.as_ref().map(|from| table_text(table, from)))
            .collect();
        let mut to = table_texts(&self.add_tables);
        to.extend(altered.map(|(table, drift)| table_text(table, &drift.to)));
        let properties = Properties::none();
        let properties = if from.is_empty() {
            properties.to("tables", to)
        } else {
            properties.differing("tables", from, to)
        };
        let properties = properties.to("schemas", &self.add_schemas);
        show::set_drift(properties, "publish", self.publish.as_ref())
            .drifts("publish_via_partition_root", self.via_root.as_ref())
    }
}

/// The tables, each with its published columns and its row filter.
fn table_texts(tables: &BTreeMap<(String, String), Published>) -> Vec<String> {
    tables.iter().map(|(table, published)| table_text(table, published)).collect()
}

fn table_text(table: &(String, String), Published { columns, rows }: &Published) -> String {
    let columns = columns.as_ref().map(|columns| columns.iter().cloned().collect::<Vec<_>>().join(", "));
    let columns = columns.map(|columns| format!(" ({columns})")).unwrap_or_default();
    let rows = rows.as_ref().map(|rows| format!(" where {rows}")).unwrap_or_default();
    format!("{}{columns}{rows}", sql::display_name(table))
}

/// The value of the option `publish`.
pub(crate) fn operations(operations: &BTreeSet<Operation>) -> String {
    operations.iter().map(|operation| operation.keyword()).collect::<Vec<_>>().join(", ")
}
