//! What is inside a database: schemas, extensions, publications. A database that is not there yet has
//! what its template gives it.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;
use init_core::diff::Drift;

use super::{
    AlterExtension, AlterPublication, AlterSchema, Change, CreateExtension, CreatePublication, CreateSchema,
    Planner,
};
use crate::desired::{Database, Extension, Publication};
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

    fn extensions(&mut self, place: &Place<'_>) {
        let at = place.at.key("extensions");
        for (name, wanted) in &place.database.extensions {
            let at = at.key(name);
            if let Some(schema) = &wanted.schema {
                self.schema(place, &at.key("schema"), schema);
            }
            match place.there.extensions.get(name) {
                Some(installed) => self.installed(place, name, (wanted, installed), &at),
                None => self.install(place, name, wanted, &at),
            }
        }
    }

    fn install(&mut self, place: &Place<'_>, name: &str, wanted: &Extension, at: &SpecPath) {
        let available = place.there.available.get(name);
        let own = available.and_then(|available| available.schema.as_ref());
        if let (Some(own), Some(schema)) = (own, &wanted.schema)
            && own != schema
        {
            let problem = format!("{name} goes to the schema {own} only, and the spec wants {schema}");
            self.conflict(&at.key("schema"), problem);
        }
        for required in available.into_iter().flat_map(|available| &available.requires) {
            let there = place.there.extensions.contains_key(required);
            if !there && !place.database.extensions.contains_key(required) {
                let problem =
                    format!("{name} requires the extension {required}, which is neither declared nor there");
                self.conflict(at, problem);
            }
        }
        let public = || own.is_none().then(|| "public".to_owned());
        self.change(Change::CreateExtension(CreateExtension {
            rank: rank(name, &place.there.available, place.there.available.len()),
            database: place.name.to_owned(),
            extension: name.to_owned(),
            schema: wanted.schema.clone().or_else(public),
            version: wanted.version.clone(),
        }));
    }

    fn installed(
        &mut self,
        place: &Place<'_>,
        name: &str,
        (wanted, there): (&Extension, &observed::Extension),
        at: &SpecPath,
    ) {
        let moved = |schema: &String| Drift::between(Some(there.schema.clone()), schema.clone());
        let schema = wanted.schema.as_ref().and_then(moved);
        if schema.is_some() && !there.relocatable {
            let problem = format!("{name} is in the schema {} and cannot be moved", there.schema);
            return self.conflict(&at.key("schema"), problem);
        }
        let updated = |version: &String| Drift::between(Some(there.version.clone()), version.clone());
        let version = wanted.version.as_ref().and_then(updated);
        if let Some(drift) = version.as_ref().filter(|drift| !there.reachable.contains(&drift.to)) {
            let problem = format!(
                "{name} has version {}, and no update leads from it to {} (to an older version there is none)",
                there.version, drift.to
            );
            return self.conflict(&at.key("version"), problem);
        }
        if schema.is_some() || version.is_some() {
            let (database, extension) = (place.name.to_owned(), name.to_owned());
            self.change(Change::AlterExtension(AlterExtension { database, extension, schema, version }));
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

/// How many steps of requirements are below an extension; `limit` ends a circle.
fn rank(name: &str, available: &BTreeMap<String, observed::Available>, limit: usize) -> usize {
    let below = available.get(name).into_iter().flat_map(|available| &available.requires);
    match limit.checked_sub(1) {
        Some(limit) => below.map(|required| 1 + rank(required, available, limit)).max().unwrap_or(0),
        None => 0,
    }
}
