//! Compares the contents of a database, and its schemas. A database that does not exist yet has the contents of its
//! template.

use init_core::SpecPath;
use init_core::diff::Drift;

use super::planner::Planner;
use crate::change::{AlterObjectOwner, AlterSchema, Change, CreateSchema};
use crate::desired::{Database, Schema};
use crate::observed::Contents;

/// One database as the spec declares it and as the server has it.
pub(super) struct DatabaseScope<'a> {
    pub(super) name: &'a str,
    pub(super) database: &'a Database,
    pub(super) existing: &'a Contents,
    /// True when the database does not exist yet, so that nothing in it was read.
    pub(super) is_new: bool,
    pub(super) at: &'a SpecPath,
}

impl Planner<'_> {
    pub(super) fn plan_contents(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let nothing = Contents::default();
        let observed = self.observed;
        let existing = observed.databases.get(name);
        let scope = DatabaseScope {
            name,
            database,
            existing: existing.map_or(&nothing, |d| &d.contents),
            is_new: existing.is_none(),
            at,
        };
        self.schemas(&scope);
        self.extensions(&scope);
        self.foreign_servers(&scope);
        self.publications(&scope);
        self.subscriptions(&scope);
        self.privileges(&scope, existing);
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
            let from = match scope.existing.schemas.get(schema) {
                Some(from) => Some(from.as_str()),
                // Every template that PostgreSQL creates has the schema `public`.
                None if scope.is_new && schema == "public" => {
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

    /// Adds a change for each object with another owner, so that a plan lists every object.
    fn object_owners(&mut self, scope: &DatabaseScope<'_>, schema: &str, owner: &str) {
        for object in scope.existing.objects_of_other_owners.iter().filter(|object| object.schema == schema) {
            self.change(Change::AlterObjectOwner(AlterObjectOwner {
                database: scope.name.to_owned(),
                schema: schema.to_owned(),
                kind: object.kind.clone(),
                object: object.name.clone(),
                owner: Drift { from: Some(object.owner.clone()), to: owner.to_owned() },
            }));
        }
    }

    /// Checks that a schema to which the spec refers is declared or exists.
    pub(super) fn check_schema(&mut self, scope: &DatabaseScope<'_>, at: &SpecPath, schema: &str) {
        let declared = scope.database.schemas.contains_key(schema);
        let existing = scope.existing.schemas.contains_key(schema)
            || scope.is_new && template_may_have_schema(scope, schema);
        if !declared && !existing {
            self.conflict(
                at,
                format!("the schema {schema} is neither declared nor in the database {}", scope.name),
            );
        }
    }
}

/// True when a new database may get the schema from its template.
pub(super) fn template_may_have_schema(scope: &DatabaseScope<'_>, schema: &str) -> bool {
    schema == "public" || scope.database.template() != "template0"
}
