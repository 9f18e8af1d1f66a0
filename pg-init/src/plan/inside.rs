//! What is inside a database: schemas, extensions, publications. A database that is not there yet has
//! what its template gives it.

use std::collections::BTreeSet;

use init_core::SpecPath;
use init_core::diff::Drift;

use super::planner::Planner;
use crate::change::{AlterPublication, AlterSchema, Change, CreatePublication, CreateSchema};
use crate::desired::{Database, Publication};
use crate::observed::{self, Inside};
use crate::sql;

/// One database, from both sides.
pub(super) struct Place<'a> {
    pub(super) name: &'a str,
    pub(super) database: &'a Database,
    pub(super) there: &'a Inside,
    /// Nobody has looked inside: it is not there yet.
    pub(super) new: bool,
    pub(super) at: &'a SpecPath,
}

impl Planner<'_> {
    pub(super) fn inside(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let nothing = Inside::default();
        let observed = self.observed;
        let there = observed.databases.get(name);
        let place =
            Place { name, database, there: there.map_or(&nothing, |d| &d.inside), new: there.is_none(), at };
        self.schemas(&place);
        self.extensions(&place);
        self.publications(&place);
        self.privileges(&place, there);
    }

    fn schemas(&mut self, place: &Place<'_>) {
        for (schema, owner) in &place.database.schemas {
            if let Some(owner) = owner {
                self.role(&place.at.key("schemas").key(schema).key("owner"), owner);
            }
            let database = place.name.to_owned();
            let from = match place.there.schemas.get(schema) {
                Some(from) => Some(from.as_str()),
                // Every template that PostgreSQL makes has it.
                None if place.new && schema == "public" => Some("pg_database_owner"),
                None => None,
            };
            match (from, owner) {
                (None, owner) => {
                    let (schema, owner) = (schema.clone(), owner.clone());
                    self.change(Change::CreateSchema(CreateSchema { database, schema, owner }));
                }
                (Some(from), Some(owner)) => {
                    if let Some(owner) = Drift::between(Some(from.to_owned()), owner.clone()) {
                        let schema = schema.clone();
                        self.change(Change::AlterSchema(AlterSchema { database, schema, owner }));
                    }
                }
                (Some(_), None) => {}
            }
        }
    }

    /// A schema that somebody refers to is declared or there.
    pub(super) fn schema(&mut self, place: &Place<'_>, at: &SpecPath, schema: &str) {
        let declared = place.database.schemas.contains_key(schema);
        let there = place.there.schemas.contains_key(schema) || place.new && may_hold(place, schema);
        if !declared && !there {
            self.conflict(
                at,
                format!("the schema {schema} is neither declared nor in the database {}", place.name),
            );
        }
    }

    fn publications(&mut self, place: &Place<'_>) {
        for (name, wanted) in &place.database.publications {
            let at = place.at.key("publications").key(name);
            for schema in &wanted.schemas {
                self.schema(place, &at.key("schemas"), schema);
            }
            for table in wanted.tables.iter().filter(|table| !place.there.tables.contains(*table)) {
                if !(place.new && may_hold(place, &table.0)) || place.database.template() == "template0" {
                    let problem =
                        format!("the table {} is not in the database {}", sql::shown(table), place.name);
                    self.conflict(&at.key("tables"), problem);
                }
            }
            match place.there.publications.get(name) {
                None => self.change(publish(place.name, name, wanted)),
                Some(there) => self.published(place, name, (wanted, there), &at),
            }
        }
    }

    fn published(
        &mut self,
        place: &Place<'_>,
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
        let missing = |wanted: &BTreeSet<_>, there: &BTreeSet<_>| wanted.difference(there).cloned().collect();
        let add_tables: BTreeSet<_> = missing(&wanted.tables, &there.tables);
        let add_schemas: BTreeSet<_> = wanted.schemas.difference(&there.schemas).cloned().collect();
        let publish = wanted.publish.clone().and_then(|to| Drift::between(Some(there.publish.clone()), to));
        if !add_tables.is_empty() || !add_schemas.is_empty() || publish.is_some() {
            let (database, publication) = (place.name.to_owned(), name.to_owned());
            let change = AlterPublication { database, publication, add_tables, add_schemas, publish };
            self.change(Change::AlterPublication(change));
        }
    }
}

/// Whether a database that is not there yet may have a schema from its template.
fn may_hold(place: &Place<'_>, schema: &str) -> bool {
    schema == "public" || place.database.template() != "template0"
}

fn lists(publication: &Publication) -> bool {
    !publication.tables.is_empty() || !publication.schemas.is_empty()
}

fn publish(database: &str, name: &str, wanted: &Publication) -> Change {
    Change::CreatePublication(CreatePublication {
        database: database.to_owned(),
        publication: name.to_owned(),
        all_tables: wanted.all_tables,
        tables: wanted.tables.clone(),
        schemas: wanted.schemas.clone(),
        publish: wanted.publish.clone(),
    })
}
