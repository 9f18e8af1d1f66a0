//! Publications: what is listed is added, and what is said of a table is set; the rest stays.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;
use init_core::diff::Drift;

use super::inside::{DatabaseScope, may_hold};
use super::planner::{Planner, drift};
use crate::change::{AlterPublication, Change, CreatePublication};
use crate::desired::{Publication, Published, condition, sql};
use crate::observed;

impl Planner<'_> {
    pub(super) fn publications(&mut self, scope: &DatabaseScope<'_>) {
        for (name, wanted) in &scope.database.publications {
            let at = scope.at.key("publications").key(name);
            for schema in &wanted.schemas {
                self.check_schema(scope, &at.key("schemas"), schema);
            }
            for (table, published) in &wanted.tables {
                if let Some(has) = scope.there.tables.get(table) {
                    for column in published.columns.iter().flatten().filter(|column| !has.contains(*column)) {
                        let problem = format!("the table {} has no column {column}", sql::shown(table));
                        self.conflict(&at.key("tables"), problem);
                    }
                } else if !(scope.new && may_hold(scope, &table.0))
                    || scope.database.template() == "template0"
                {
                    let problem = format!(
                        "the table {} is not in the database {}: list it when what makes it has run, or publish its \
                         schema (`schemas: […]`), with all that come later",
                        sql::shown(table),
                        scope.name
                    );
                    self.conflict(&at.key("tables"), problem);
                }
            }
            match scope.there.publications.get(name) {
                None => self.change(create_publication(scope.name, name, wanted)),
                Some(there) => self.alter_publication(scope, name, (wanted, there), &at),
            }
        }
    }

    fn alter_publication(
        &mut self,
        scope: &DatabaseScope<'_>,
        name: &str,
        (wanted, there): (&Publication, &observed::Publication),
        at: &SpecPath,
    ) {
        if wanted.all_tables != there.all_tables && (wanted.all_tables || lists(wanted)) {
            let has = if there.all_tables { "all tables" } else { "listed tables" };
            let problem =
                format!("{name} publishes {has}, and PostgreSQL cannot turn that into the other kind");
            return self.conflict(&at.key("tables"), problem);
        }
        let (mut add_tables, mut alter_tables) = (BTreeMap::new(), BTreeMap::new());
        for (table, published) in &wanted.tables {
            match there.tables.get(table) {
                None => {
                    add_tables.insert(table.clone(), published.clone());
                }
                Some(now) => {
                    let same_rows = there.same_rows.contains(table);
                    if let Some(drift) = published_drift(published, now, same_rows) {
                        alter_tables.insert(table.clone(), drift);
                    }
                }
            }
        }
        let add_schemas: BTreeSet<_> = wanted.schemas.difference(&there.schemas).cloned().collect();
        let publish = wanted.publish.clone().and_then(|to| Drift::between(Some(there.publish.clone()), to));
        let via_root = drift(wanted.via_root, Some(there.via_root));
        let tables = !add_tables.is_empty() || !alter_tables.is_empty();
        if tables || !add_schemas.is_empty() || publish.is_some() || via_root.is_some() {
            let (database, publication) = (scope.name.to_owned(), name.to_owned());
            let change = AlterPublication {
                database,
                publication,
                add_tables,
                alter_tables,
                add_schemas,
                publish,
                via_root,
            };
            self.change(Change::AlterPublication(change));
        }
    }
}

/// What is published of a table and what is to be: what the spec does not say stays.
fn published_drift(wanted: &Published, there: &Published, same_rows: bool) -> Option<Drift<Published>> {
    let differs = |rows: &String| {
        !same_rows && there.rows.as_ref().is_none_or(|there| condition::bare(there) != condition::bare(rows))
    };
    let to = Published {
        columns: wanted.columns.clone().or_else(|| there.columns.clone()),
        rows: wanted.rows.clone().filter(differs).or_else(|| there.rows.clone()),
    };
    Drift::between(Some(there.clone()), to)
}

fn lists(publication: &Publication) -> bool {
    !publication.tables.is_empty() || !publication.schemas.is_empty()
}

fn create_publication(database: &str, name: &str, wanted: &Publication) -> Change {
    Change::CreatePublication(CreatePublication {
        database: database.to_owned(),
        publication: name.to_owned(),
        all_tables: wanted.all_tables,
        tables: wanted.tables.clone(),
        schemas: wanted.schemas.clone(),
        publish: wanted.publish.clone(),
        via_root: wanted.via_root,
    })
}
