//! What is inside a database, and its schemas. A database that is not there yet has
//! what its template gives it.

use init_core::SpecPath;
use init_core::diff::Drift;

use super::planner::Planner;
use crate::change::{AlterObjectOwner, AlterSchema, Change, CreateSchema};
use crate::desired::{Database, Schema};
use crate::observed::Inside;

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
        self.foreign_servers(&scope);
        self.publications(&scope);
        self.subscriptions(&scope);
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
}

/// Whether a database that is not there yet may have a schema from its template.
pub(super) fn may_hold(scope: &DatabaseScope<'_>, schema: &str) -> bool {
    schema == "public" || scope.database.template() != "template0"
}
