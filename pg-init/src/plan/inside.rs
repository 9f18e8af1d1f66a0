//! What is inside a database: schemas, extensions, publications. A database that is not there yet has
//! what its template gives it.

use std::collections::BTreeSet;

use init_core::SpecPath;
use init_core::diff::Drift;

use super::planner::Planner;
use crate::change::{
    AlterObjectOwner, AlterPublication, AlterSchema, Change, CreatePublication, CreateSchema,
};
use crate::desired::{Database, Publication, Schema, sql};
use crate::observed::{self, Inside};

/// One database, from both sides.
pub(super) struct DatabaseScope<'a> {
    pub(super) name: &'a str,
    pub(super) database: &'a Database,
    pub(super) there: &'a Inside,
    /// The database does not exist yet, so nothing inside it has been read.
    pub(super) new: bool,
    pub(super) at: &'a SpecPath,
}

impl Planner<'_> {
    pub(super) fn inside(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let nothing = Inside::default();
        let observed = self.observed;
        let there = observed.databases.get(name);
        let scope = DatabaseScope {
            name,
            database,
            there: there.map_or(&nothing, |d| &d.inside),
            new: there.is_none(),
            at,
        };
        self.schemas(&scope);
        self.extensions(&scope);
        self.publications(&scope);
        self.privileges(&scope, there);
    }

    fn schemas(&mut self, scope: &DatabaseScope<'_>) {
        for (schema, Schema { owner, object_owner }) in &scope.database.schemas {
            if let Some(owner) = object_owner {
                self.check_role(&scope.at.key("schemas").key(schema).key("objectOwner"), owner);
                self.object_owners(scope, schema, owner);
            }
            if let Some(owner) = owner {
                self.check_role(&scope.at.key("schemas").key(schema).key("owner"), owner);
            }
            let database = scope.name.to_owned();
            let from = match scope.there.schemas.get(schema) {
                Some(from) => Some(from.as_str()),
                // Every template that PostgreSQL makes has it.
                None if scope.new && schema == "public" => {
                    Some(self.observed.public_owner.as_deref().unwrap_or("pg_database_owner"))
                }
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

    /// Each object by itself, so that a plan lists them.
    fn object_owners(&mut self, scope: &DatabaseScope<'_>, schema: &str, owner: &str) {
        for object in scope.there.of_others.iter().filter(|object| object.schema == schema) {
            self.change(Change::AlterObjectOwner(AlterObjectOwner {
                database: scope.name.to_owned(),
                schema: schema.to_owned(),
                kind: object.kind.clone(),
                object: object.name.clone(),
                owner: Drift { from: Some(object.owner.clone()), to: owner.to_owned() },
            }));
        }
    }

    /// A schema that the spec refers to is declared or exists.
    pub(super) fn check_schema(&mut self, scope: &DatabaseScope<'_>, at: &SpecPath, schema: &str) {
        let declared = scope.database.schemas.contains_key(schema);
        let there = scope.there.schemas.contains_key(schema) || scope.new && may_hold(scope, schema);
        if !declared && !there {
            self.conflict(
                at,
                format!("the schema {schema} is neither declared nor in the database {}", scope.name),
            );
        }
    }

    fn publications(&mut self, scope: &DatabaseScope<'_>) {
        for (name, wanted) in &scope.database.publications {
            let at = scope.at.key("publications").key(name);
            for schema in &wanted.schemas {
                self.check_schema(scope, &at.key("schemas"), schema);
            }
            for table in wanted.tables.iter().filter(|table| !scope.there.tables.contains(*table)) {
                if !(scope.new && may_hold(scope, &table.0)) || scope.database.template() == "template0" {
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
        let missing = |wanted: &BTreeSet<_>, there: &BTreeSet<_>| wanted.difference(there).cloned().collect();
        let add_tables: BTreeSet<_> = missing(&wanted.tables, &there.tables);
        let add_schemas: BTreeSet<_> = wanted.schemas.difference(&there.schemas).cloned().collect();
        let publish = wanted.publish.clone().and_then(|to| Drift::between(Some(there.publish.clone()), to));
        if !add_tables.is_empty() || !add_schemas.is_empty() || publish.is_some() {
            let (database, publication) = (scope.name.to_owned(), name.to_owned());
            let change = AlterPublication { database, publication, add_tables, add_schemas, publish };
            self.change(Change::AlterPublication(change));
        }
    }
}

/// Whether a database that is not there yet may have a schema from its template.
fn may_hold(scope: &DatabaseScope<'_>, schema: &str) -> bool {
    schema == "public" || scope.database.template() != "template0"
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
    })
}
