//! Changes of publications.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{self, Show, list};
use crate::desired::sql;
use crate::spec::Operation;

/// A new publication.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreatePublication {
    /// Where.
    pub database: String,
    /// Its name.
    pub publication: String,
    /// Every table that is or will be.
    pub all_tables: bool,
    /// Its tables.
    pub tables: BTreeSet<(String, String)>,
    /// Its schemas.
    pub schemas: BTreeSet<String>,
    /// The operations that it carries.
    pub publish: Option<BTreeSet<Operation>>,
}

/// A publication that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterPublication {
    /// Where.
    pub database: String,
    /// Its name.
    pub publication: String,
    /// The tables that it lacks.
    pub add_tables: BTreeSet<(String, String)>,
    /// The schemas that it lacks.
    pub add_schemas: BTreeSet<String>,
    /// The operations that it carries.
    pub publish: Option<Drift<BTreeSet<Operation>>>,
}

impl Display for CreatePublication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        details.extend(self.all_tables.then(|| "all tables".to_owned()));
        details.extend(self.tables.iter().map(|table| format!("table {}", sql::shown(table))));
        details.extend(self.schemas.iter().map(|schema| format!("schema {schema}")));
        details.extend(self.publish.as_ref().map(|publish| format!("publish {}", operations(publish))));
        write!(f, "create publication {} in database {}{}", self.publication, self.database, list(&details))
    }
}

impl Show for CreatePublication {
    fn subject(&self) -> Subject {
        Subject::new("publication", &self.publication).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none()
            .to_some("all_tables", self.all_tables.then_some(true))
            .to("tables", as_written(&self.tables))
            .to("schemas", &self.schemas)
            .to_some("publish", self.publish.as_ref())
    }
}

impl Display for AlterPublication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        details.extend(self.add_tables.iter().map(|table| format!("add table {}", sql::shown(table))));
        details.extend(self.add_schemas.iter().map(|schema| format!("add schema {schema}")));
        details.extend(self.publish.as_ref().map(|Drift { from, to }| {
            let from = from.as_ref().map(operations).unwrap_or_default();
            format!("publish {from} -> {}", operations(to))
        }));
        write!(f, "alter publication {} in database {}{}", self.publication, self.database, list(&details))
    }
}

impl Show for AlterPublication {
    fn subject(&self) -> Subject {
        Subject::new("publication", &self.publication).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let added =
            Properties::none().to("tables", as_written(&self.add_tables)).to("schemas", &self.add_schemas);
        show::sets(added, "publish", self.publish.as_ref())
    }
}

/// Tables as the spec writes them.
fn as_written(tables: &BTreeSet<(String, String)>) -> Vec<String> {
    tables.iter().map(sql::shown).collect()
}

/// The words of a publication's `publish` option.
pub(crate) fn operations(operations: &BTreeSet<Operation>) -> String {
    operations.iter().map(|operation| operation.word()).collect::<Vec<_>>().join(", ")
}
