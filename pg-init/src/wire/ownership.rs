//! The owners of databases, schemas and foreign servers, by their real names.

use std::collections::BTreeMap;

use super::names::Names;
use crate::change::{
    AlterDatabase, AlterForeignServer, AlterSchema, CreateDatabase, CreateForeignServer, CreateSchema,
};
use crate::observed::Observed;

/// The role that owns the schema `public` and whose only member is the owner of the database.
const DATABASE_OWNER: &str = "pg_database_owner";

/// The owners as they were observed last, with the changes of the run since then.
#[derive(Debug, Default)]
pub(crate) struct Ownership {
    databases: BTreeMap<String, String>,
    /// The owners of schemas, by database and schema.
    schemas: BTreeMap<(String, String), String>,
    /// The owners of foreign servers, by database and foreign server.
    foreign_servers: BTreeMap<(String, String), String>,
    /// The owner of the schema `public` in a new database, where that is not the database's owner.
    public: Option<String>,
}

impl Ownership {
    pub(crate) fn from_observed(observed: &Observed, names: &Names) -> Self {
        let public = observed.public_owner.as_ref().map(|owner| names.real(owner).to_owned());
        let mut ownership = Self { public, ..Self::default() };
        for (name, database) in &observed.databases {
            ownership.databases.insert(name.clone(), names.real(&database.owner).to_owned());
            for (schema, owner) in &database.contents.schemas {
                let owner = names.real(owner).to_owned();
                ownership.schemas.insert((name.clone(), schema.clone()), owner);
            }
            for (server, existing) in &database.contents.foreign_servers {
                let owner = names.real(&existing.owner).to_owned();
                ownership.foreign_servers.insert((name.clone(), server.clone()), owner);
            }
        }
        ownership
    }

    /// True when the schemas of the database were read.
    pub(crate) fn knows_schemas_of(&self, database: &str) -> bool {
        self.schemas.keys().any(|(known, _)| known == database)
    }

    pub(crate) fn database(&self, database: &str) -> Option<String> {
        self.databases.get(database).cloned()
    }

    pub(crate) fn schema(&self, database: &str, schema: &str) -> Option<String> {
        let owner = self.schemas.get(&(database.to_owned(), schema.to_owned())).map(String::as_str);
        match owner {
            Some(DATABASE_OWNER) => self.database(database),
            None if schema == "public" => self.public.clone().or_else(|| self.database(database)),
            owner => owner.map(str::to_owned),
        }
    }

    pub(crate) fn foreign_server(&self, database: &str, server: &str) -> Option<String> {
        self.foreign_servers.get(&(database.to_owned(), server.to_owned())).cloned()
    }

    pub(crate) fn foreign_server_created(&mut self, change: &CreateForeignServer, names: &Names) {
        self.foreign_server_of((&change.database, &change.server), change.of.owner.as_ref(), names);
    }

    pub(crate) fn foreign_server_altered(&mut self, change: &AlterForeignServer, names: &Names) {
        let owner = change.owner.as_ref().map(|owner| &owner.to);
        self.foreign_server_of((&change.database, &change.server), owner, names);
    }

    fn foreign_server_of(&mut self, (database, server): (&str, &str), owner: Option<&String>, names: &Names) {
        if let Some(owner) = owner {
            let server = (database.to_owned(), server.to_owned());
            self.foreign_servers.insert(server, names.real(owner).to_owned());
        }
    }

    pub(crate) fn database_created(&mut self, change: &CreateDatabase, names: &Names) {
        if let Some(owner) = &change.owner {
            self.databases.insert(change.database.clone(), names.real(owner).to_owned());
        }
    }

    pub(crate) fn database_altered(&mut self, change: &AlterDatabase, names: &Names) {
        if let Some(owner) = &change.owner {
            self.databases.insert(change.database.clone(), names.real(&owner.to).to_owned());
        }
    }

    pub(crate) fn schema_created(&mut self, change: &CreateSchema, names: &Names) {
        if let Some(owner) = &change.owner {
            let schema = (change.database.clone(), change.schema.clone());
            self.schemas.insert(schema, names.real(owner).to_owned());
        }
    }

    pub(crate) fn schema_altered(&mut self, change: &AlterSchema, names: &Names) {
        let schema = (change.database.clone(), change.schema.clone());
        self.schemas.insert(schema, names.real(&change.owner.to).to_owned());
    }
}
