//! Compares publications. Declared tables and schemas are added, and declared columns, row filters and options are
//! set. Everything else stays.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;
use init_core::diff::Drift;

use super::contents::{DatabaseScope, template_may_have_schema};
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
                if let Some(has) = scope.existing.tables.get(table) {
                    for column in published.columns.iter().flatten().filter(|column| !has.contains(*column)) {
                        let problem =
                            format!("the table {} has no column {column}", sql::display_name(table));
                        self.conflict(&at.key("tables"), problem);
                    }
                } else if !(scope.is_new && template_may_have_schema(scope, &table.0))
                    || scope.database.template() == "template0"
                {
                    let problem = format!(
                        "the table {} is not in the database {}: list it when what makes it has run, or publish its \
                         schema (`schemas: […]`), with all that come later",
                        sql::display_name(table),
                        scope.name
                    );
                    self.conflict(&at.key("tables"), problem);
                }
            }
            match scope.existing.publications.get(name) {
                None => self.change(create_publication(scope.name, name, wanted)),
                Some(existing) => self.alter_publication(scope, name, (wanted, existing), &at),
            }
        }
    }

    fn alter_publication(
        &mut self,
        scope: &DatabaseScope<'_>,
        name: &str,
        (wanted, existing): (&Publication, &observed::Publication),
        at: &SpecPath,
    ) {
        if wanted.all_tables != existing.all_tables && (wanted.all_tables || lists_tables_or_schemas(wanted))
        {
            let has = if existing.all_tables { "all tables" } else { "listed tables" };
            let problem =
                format!("{name} publishes {has}, and PostgreSQL cannot turn that into the other kind");
            return self.conflict(&at.key("tables"), problem);
        }
        let (mut add_tables, mut alter_tables) = (BTreeMap::new(), BTreeMap::new());
        for (table, published) in &wanted.tables {
            match existing.tables.get(table) {
                None => {
                    add_tables.insert(table.clone(), published.clone());
                }
                Some(now) => {
                    let same_rows = existing.same_rows.contains(table);
                    if let Some(drift) = published_drift(published, now, same_rows) {
                        alter_tables.insert(table.clone(), drift);
                    }
                }
            }
        }
        let add_schemas: BTreeSet<_> = wanted.schemas.difference(&existing.schemas).cloned().collect();
        let publish =
            wanted.publish.clone().and_then(|to| Drift::between(Some(existing.publish.clone()), to));
        let via_root = drift(wanted.via_root, Some(existing.via_root));
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

/// The drift of a published table's columns and row filter. A property that the spec does not declare stays.
fn published_drift(wanted: &Published, existing: &Published, same_rows: bool) -> Option<Drift<Published>> {
    let differs = |rows: &String| {
        !same_rows
            && existing.rows.as_ref().is_none_or(|existing| {
                condition::without_outer_brackets(existing) != condition::without_outer_brackets(rows)
            })
    };
    let to = Published {
        columns: wanted.columns.clone().or_else(|| existing.columns.clone()),
        rows: wanted.rows.clone().filter(differs).or_else(|| existing.rows.clone()),
    };
    Drift::between(Some(existing.clone()), to)
}

/// True when the publication declares tables or schemas.
fn lists_tables_or_schemas(publication: &Publication) -> bool {
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
