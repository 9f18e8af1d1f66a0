//! Validates databases and their contents.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Violations};

use super::{access, foreign, names, privileges, setting, subscription};
use crate::desired::{
    Database, DatabaseOptions, Extension, Locale, Publication, Published, Schema, Settings, condition, sql,
};
use crate::spec::{self, LocaleProvider, PublishedTable, Setting, Tables};

pub(super) fn validate(
    name: &str,
    written: spec::Database,
    at: &SpecPath,
    violations: &mut Violations,
) -> Database {
    violations.check(at, names::object_name(name));
    check_names_and_values(&written, at, violations);
    check_locale_provider(&written, at, violations);
    setting::connection_limit(written.connection_limit, at, violations);
    let defaults = privileges::defaults(written.default_privileges, &at.key("defaultPrivileges"), violations);
    let mut database = Database {
        owner: written.owner,
        template: written.template,
        encoding: written.encoding,
        locale: Locale {
            all: written.locale,
            provider: written.locale_provider.or(written.icu_locale.is_some().then_some(LocaleProvider::Icu)),
            icu: written.icu_locale,
            collate: written.lc_collate,
            ctype: written.lc_ctype,
        },
        tablespace: written.tablespace,
        options: DatabaseOptions {
            connection_limit: written.connection_limit,
            allow_connections: written.allow_connections,
            is_template: written.is_template,
        },
        settings: setting::settings(written.settings, &at.key("settings"), violations),
        role_settings: role_settings(written.role_settings, &at.key("roleSettings"), violations),
        extensions: extensions(written.extensions, &at.key("extensions"), violations),
        schemas: schemas(written.schemas, &at.key("schemas"), violations),
        grants: privileges::grants(written.grants, &at.key("grants"), violations),
        revokes: privileges::revokes(written.revokes, &at.key("revokes"), violations),
        defaults: defaults.0,
        default_revokes: defaults.1,
        publications: publications(written.publications, &at.key("publications"), violations),
        subscriptions: subscription::validate(written.subscriptions, &at.key("subscriptions"), violations),
        ..Database::default()
    };
    foreign::validate(written.foreign_servers, &mut database, &at.key("foreignServers"), violations);
    access::expand(written.access, &mut database, &at.key("access"), violations);
    privileges::check_contradictions(&database, violations);
    if database.options.allow_connections == Some(false) && database.has_contents() {
        let problem = "the spec declares contents of the database, which need a session in it: remove them, or set this to `true`";
        violations.push(&at.key("allowConnections"), problem);
    }
    database
}

/// Checks the names and values of a database: a name must be valid, and a value must not be empty.
fn check_names_and_values(written: &spec::Database, at: &SpecPath, violations: &mut Violations) {
    for (key, value) in [("owner", &written.owner), ("template", &written.template)] {
        if let Some(value) = value {
            violations.check(&at.key(key), names::object_name(value));
        }
    }
    for (key, value) in [
        ("encoding", &written.encoding),
        ("locale", &written.locale),
        ("icuLocale", &written.icu_locale),
        ("lcCollate", &written.lc_collate),
        ("lcCtype", &written.lc_ctype),
        ("tablespace", &written.tablespace),
    ] {
        if value.as_ref().is_some_and(|value| value.is_empty() || value.contains('\0')) {
            violations.push(&at.key(key), "the value is empty or holds a NUL character");
        }
    }
}

fn role_settings(
    written: BTreeMap<String, BTreeMap<String, Setting>>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Settings> {
    let mut all = BTreeMap::new();
    for (role, settings) in written {
        let at = at.key(&role);
        violations.check(&at, names::object_name(&role));
        all.insert(role, setting::settings(settings, &at, violations));
    }
    all
}

/// Checks that the locale provider and the locales belong together.
fn check_locale_provider(written: &spec::Database, at: &SpecPath, violations: &mut Violations) {
    match (written.locale_provider, &written.icu_locale) {
        (Some(LocaleProvider::Icu), None) => {
            violations.push(&at.key("localeProvider"), "`icu` has a locale of its own: add `icuLocale`");
        }
        (Some(LocaleProvider::Libc | LocaleProvider::Builtin), Some(_)) => {
            violations.push(&at.key("icuLocale"), "only `localeProvider: icu` has such a locale");
        }
        (Some(LocaleProvider::Builtin), None) if written.locale.is_none() => {
            let problem =
                "`builtin` has a locale of its own: add `locale`, one of C, C.UTF-8, PG_UNICODE_FAST";
            violations.push(&at.key("localeProvider"), problem);
        }
        _ => {}
    }
}

fn extensions(
    written: BTreeMap<String, spec::Extension>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Extension> {
    let mut extensions = BTreeMap::new();
    for (name, spec::Extension { schema, version }) in written {
        let at = at.key(&name);
        violations.check(&at, names::object_name(&name));
        if let Some(schema) = &schema {
            violations.check(&at.key("schema"), names::object_name(schema));
        }
        if version.as_ref().is_some_and(|version| version.is_empty() || version.contains('\0')) {
            violations.push(&at.key("version"), "a version is not empty");
        }
        extensions.insert(name, Extension { schema, version });
    }
    extensions
}

fn schemas(
    written: BTreeMap<String, spec::Schema>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Schema> {
    let mut schemas = BTreeMap::new();
    for (name, spec::Schema { owner, object_owner }) in written {
        let at = at.key(&name);
        violations.check(&at, names::schema_name(&name));
        for (key, owner) in [("owner", &owner), ("objectOwner", &object_owner)] {
            if let Some(owner) = owner {
                violations.check(&at.key(key), names::object_name(owner));
            }
        }
        schemas.insert(name, Schema { owner, object_owner });
    }
    schemas
}

fn publications(
    written: BTreeMap<String, spec::Publication>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<String, Publication> {
    let mut publications = BTreeMap::new();
    for (name, written) in written {
        let at = at.key(&name);
        violations.check(&at, names::object_name(&name));
        let all_tables = written.tables == Some(Tables::All);
        if all_tables && written.schemas.is_some() {
            violations.push(&at.key("schemas"), "`tables: all` has every schema's tables already");
        }
        if written.publish.as_ref().is_some_and(Vec::is_empty) {
            violations
                .push(&at.key("publish"), "the list is empty: a publication that carries nothing is no use");
        }
        let tables = match written.tables {
            Some(Tables::Listed(listed)) => published_tables(listed, &at.key("tables"), violations),
            Some(Tables::All) | None => BTreeMap::new(),
        };
        if written.schemas.is_some() && tables.values().any(|table| table.columns.is_some()) {
            violations.push(&at.key("tables"), "PostgreSQL takes no `columns` beside `schemas`");
        }
        let schemas: BTreeSet<String> = written.schemas.unwrap_or_default().into_iter().collect();
        for schema in &schemas {
            violations.check(&at.key("schemas"), names::object_name(schema));
        }
        let publish = written.publish.map(|operations| operations.into_iter().collect());
        let via_root = written.publish_via_partition_root;
        publications.insert(name, Publication { all_tables, tables, schemas, publish, via_root });
    }
    publications
}

fn published_tables(
    listed: Vec<PublishedTable>,
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeMap<(String, String), Published> {
    let mut tables = BTreeMap::new();
    for (index, PublishedTable { table: text, columns, rows }) in listed.into_iter().enumerate() {
        let at = at.index(index);
        let parts = sql::split_identifiers(&text, '.');
        let Some([schema, table]) = parts.as_deref().and_then(|parts| <&[String; 2]>::try_from(parts).ok())
        else {
            violations.push(&at, format!("`{text}` is no schema.table: quote a part that holds a dot"));
            continue;
        };
        violations.check(&at, names::object_name(schema).and_then(|()| names::object_name(table)));
        if columns.as_ref().is_some_and(Vec::is_empty) {
            violations.push(&at.key("columns"), "the list is empty: leave it out for all columns");
        }
        for column in columns.iter().flatten() {
            violations.check(&at.key("columns"), names::object_name(column));
        }
        if let Some(rows) = &rows {
            violations.check(&at.key("where"), condition::check(rows));
        }
        let columns = columns.map(|columns| columns.into_iter().collect());
        if tables.insert((schema.clone(), table.clone()), Published { columns, rows }).is_some() {
            violations.push(&at, format!("{text} is listed twice"));
        }
    }
    tables
}

/// Reports databases whose templates form a cycle.
pub(super) fn check_template_cycles(databases: &BTreeMap<String, Database>, violations: &mut Violations) {
    for (name, database) in databases {
        let mut next = Some(database);
        let mut steps = 0;
        while let Some(template) = next.and_then(|database| database.template.as_deref()) {
            steps += 1;
            if template == name || steps > databases.len() {
                let at = SpecPath::root().key("databases").key(name).key("template");
                violations.push(&at, format!("{name} would be copied from itself"));
                break;
            }
            next = databases.get(template);
        }
    }
}
