//! Databases and what is declared inside them.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Violations};

use super::{names, privileges, setting};
use crate::desired::{Database, Extension, Publication, sql};
use crate::spec::{self, Tables};

pub(super) fn one(name: &str, written: spec::Database, at: &SpecPath, wrong: &mut Violations) -> Database {
    wrong.check(at, names::name(name));
    for (key, value) in [("owner", &written.owner), ("template", &written.template)] {
        if let Some(value) = value {
            wrong.check(&at.key(key), names::name(value));
        }
    }
    for (key, value) in [("encoding", &written.encoding), ("locale", &written.locale)] {
        if value.as_ref().is_some_and(|value| value.is_empty() || value.contains('\0')) {
            wrong.push(&at.key(key), "the value is empty or holds a NUL character");
        }
    }
    setting::connection_limit(written.connection_limit, at, wrong);
    let grants = privileges::grants(written.grants, &at.key("grants"), wrong);
    let revokes = privileges::revokes(written.revokes, &at.key("revokes"), wrong);
    privileges::opposites(&grants, &revokes, wrong);
    Database {
        owner: written.owner,
        template: written.template,
        encoding: written.encoding,
        locale: written.locale,
        connection_limit: written.connection_limit,
        settings: setting::settings(written.settings, &at.key("settings"), wrong),
        extensions: extensions(written.extensions, &at.key("extensions"), wrong),
        schemas: schemas(written.schemas, &at.key("schemas"), wrong),
        grants,
        revokes,
        defaults: privileges::defaults(written.default_privileges, &at.key("defaultPrivileges"), wrong),
        publications: publications(written.publications, &at.key("publications"), wrong),
    }
}

fn extensions(
    written: BTreeMap<String, spec::Extension>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> BTreeMap<String, Extension> {
    let mut extensions = BTreeMap::new();
    for (name, spec::Extension { schema, version }) in written {
        let at = at.key(&name);
        wrong.check(&at, names::name(&name));
        if let Some(schema) = &schema {
            wrong.check(&at.key("schema"), names::name(schema));
        }
        if version.as_ref().is_some_and(|version| version.is_empty() || version.contains('\0')) {
            wrong.push(&at.key("version"), "a version is not empty");
        }
        extensions.insert(name, Extension { schema, version });
    }
    extensions
}

fn schemas(
    written: BTreeMap<String, spec::Schema>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> BTreeMap<String, Option<String>> {
    let mut schemas = BTreeMap::new();
    for (name, spec::Schema { owner }) in written {
        let at = at.key(&name);
        wrong.check(&at, names::schema(&name));
        if let Some(owner) = &owner {
            wrong.check(&at.key("owner"), names::name(owner));
        }
        schemas.insert(name, owner);
    }
    schemas
}

fn publications(
    written: BTreeMap<String, spec::Publication>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> BTreeMap<String, Publication> {
    let mut publications = BTreeMap::new();
    for (name, written) in written {
        let at = at.key(&name);
        wrong.check(&at, names::name(&name));
        let all_tables = written.tables == Some(Tables::All);
        if all_tables && written.schemas.is_some() {
            wrong.push(&at.key("schemas"), "`tables: all` has every schema's tables already");
        }
        if written.publish.as_ref().is_some_and(Vec::is_empty) {
            wrong.push(&at.key("publish"), "the list is empty: a publication that carries nothing is no use");
        }
        let tables = match written.tables {
            Some(Tables::Listed(listed)) => tables(&listed, &at.key("tables"), wrong),
            _ => BTreeSet::new(),
        };
        let schemas: BTreeSet<String> = written.schemas.unwrap_or_default().into_iter().collect();
        for schema in &schemas {
            wrong.check(&at.key("schemas"), names::name(schema));
        }
        let publish = written.publish.map(|operations| operations.into_iter().collect());
        publications.insert(name, Publication { all_tables, tables, schemas, publish });
    }
    publications
}

fn tables(listed: &[String], at: &SpecPath, wrong: &mut Violations) -> BTreeSet<(String, String)> {
    let mut tables = BTreeSet::new();
    for (index, text) in listed.iter().enumerate() {
        let at = at.index(index);
        let parts = sql::split(text, '.');
        let Some([schema, table]) = parts.as_deref().and_then(|parts| <&[String; 2]>::try_from(parts).ok())
        else {
            wrong.push(&at, format!("`{text}` is no schema.table: quote a part that holds a dot"));
            continue;
        };
        wrong.check(&at, names::name(schema).and_then(|()| names::name(table)));
        tables.insert((schema.clone(), table.clone()));
    }
    tables
}

/// Databases that are copied from each other in a circle.
pub(super) fn template_cycles(databases: &BTreeMap<String, Database>, wrong: &mut Violations) {
    for (name, database) in databases {
        let mut next = Some(database);
        let mut steps = 0;
        while let Some(template) = next.and_then(|database| database.template.as_deref()) {
            steps += 1;
            if template == name || steps > databases.len() {
                let at = SpecPath::root().key("databases").key(name).key("template");
                wrong.push(&at, format!("{name} would be copied from itself"));
                break;
            }
            next = databases.get(template);
        }
    }
}
