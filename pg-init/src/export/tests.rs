//! What is written reads back as what it was written of, on generated servers with hostile names.

mod generated;

use std::collections::BTreeMap;

use init_core::export::Node;
use init_core::fuzzing;
use proptest::prelude::*;

use self::generated::found;
use super::found::Found;
use super::privileges::{Changed, Counted, OfColumn, changed};
use super::write;
use crate::Postgres;
use crate::desired::{self, Database, DatabaseOptions, Privileges, Role, Target, sql};
use crate::observed::{self, MemberRow, Observed, Stored};
use crate::plan;
use crate::spec::{LocaleProvider, Object, Operation, Setting};
use crate::validate::{expand, of, privileges_on_new};

const VERSION: u32 = 17;

fn page(found: Found) -> String {
    let connection = Node::map().with("endpoint", "pg:5432").with("user", "admin").with("tls", "disable");
    let Node::Map(connection) = connection else { return String::new() };
    fuzzing::page("pg-init", &connection, write::export(found))
}

/// As the server stores it.
fn stored(name: &str, value: &Setting) -> Stored {
    let text = match value {
        Setting::List(items) if name == "search_path" && items.is_empty() => "\"\"".to_owned(),
        Setting::List(items) if name == "search_path" => sql::idents(items.iter().map(String::as_str)),
        other => other.text(),
    };
    Stored { text, equal: false }
}

/// A server that has exactly this.
fn modelled(found: &Found) -> Observed {
    let mut roles: BTreeMap<_, _> =
        found.roles.iter().map(|(key, entry)| (key.clone(), role(entry))).collect();
    roles.insert("pg_monitor".to_owned(), observed::Role::default());
    let databases = found.databases.iter().map(|(name, entry)| (name.clone(), database(entry)));
    let slot = |slot: &desired::Slot| observed::Slot { slot: slot.clone(), temporary: false };
    let slots = found.slots.iter().map(|(name, entry)| (name.clone(), slot(entry))).collect();
    Observed { version: VERSION, roles, databases: databases.collect(), slots, ..Observed::default() }
}

fn settings(settings: &desired::Settings) -> observed::Settings {
    settings.iter().map(|(name, value)| (name.clone(), stored(name, value))).collect()
}

fn role(role: &Role) -> observed::Role {
    let row = |options: &desired::Membership| MemberRow {
        grantor: "postgres".to_owned(),
        admin: options.admin == Some(true),
        inherit: true,
        set: options.set != Some(false),
    };
    let member_of = role.member_of.iter().map(|(of, options)| (of.clone(), vec![row(options)]));
    observed::Role {
        attributes: role.attributes.clone(),
        password: observed::Password::Right,
        member_of: member_of.collect(),
        settings: settings(&role.settings),
        parameter_privileges: role.parameter_privileges.clone(),
        ..observed::Role::default()
    }
}

fn locale(locale: &desired::Locale) -> observed::Locale {
    let all = locale.all.clone().unwrap_or_default();
    observed::Locale {
        provider: locale.provider,
        collate: locale.collate.clone().unwrap_or_else(|| all.clone()),
        ctype: locale.ctype.clone().unwrap_or_else(|| all.clone()),
        own: match locale.provider {
            Some(LocaleProvider::Icu) => locale.icu.clone(),
            Some(LocaleProvider::Builtin) => Some(all),
            Some(LocaleProvider::Libc) | None => None,
        },
    }
}

fn foreign(database: &Database, there: &mut observed::Inside) {
    for (name, wanted) in &database.foreign_servers {
        let server = observed::ForeignServer {
            wrapper: wanted.wrapper.clone(),
            kind: wanted.kind.clone(),
            version: wanted.version.clone(),
            options: wanted.options.clone(),
            owner: wanted.owner.clone().unwrap_or_default(),
            usage: wanted.usage.clone(),
        };
        there.foreign_servers.insert(name.clone(), server);
    }
    for (of, wanted) in &database.user_mappings {
        let secrets = wanted.secrets.keys().map(|name| (name.clone(), true)).collect();
        let mapping = observed::UserMapping { readable: true, options: wanted.options.clone(), secrets };
        there.user_mappings.insert(of.clone(), mapping);
    }
}

fn database(database: &Database) -> observed::Database {
    let mut there = observed::Database {
        owner: database.owner.clone().unwrap_or_default(),
        encoding: database.encoding.clone().unwrap_or_default(),
        locale: locale(&database.locale),
        tablespace: database.tablespace.clone().unwrap_or_else(|| "pg_default".to_owned()),
        options: DatabaseOptions {
            connection_limit: database.options.connection_limit.or(Some(-1)),
            allow_connections: database.options.allow_connections.or(Some(true)),
            is_template: database.options.is_template.or(Some(false)),
        },
        settings: settings(&database.settings),
        role_settings: database.role_settings.iter().map(|(role, s)| (role.clone(), settings(s))).collect(),
        ..observed::Database::default()
    };
    privileges(database, &mut there);
    for (name, wanted) in &database.publications {
        for (table, published) in &wanted.tables {
            let has = there.inside.tables.entry(table.clone()).or_default();
            has.extend(published.columns.iter().flatten().cloned());
        }
        there.inside.schemas.extend(wanted.schemas.iter().map(|schema| (schema.clone(), String::new())));
        there.inside.publications.insert(name.clone(), publication(wanted));
    }
    for (name, wanted) in &database.subscriptions {
        let publisher = observed::StoredPublisher { parts: wanted.publisher.parts.clone(), password: true };
        let subscription = observed::Subscription {
            enabled: wanted.enabled != Some(false),
            slot: wanted.slot.clone(),
            publications: wanted.publications.clone(),
            publisher: Some(publisher),
        };
        there.inside.subscriptions.insert(name.clone(), subscription);
    }
    foreign(database, &mut there.inside);
    for (name, extension) in &database.extensions {
        let extension = observed::Extension {
            schema: extension.schema.clone().unwrap_or_else(|| "public".to_owned()),
            version: extension.version.clone().unwrap_or_default(),
            ..observed::Extension::default()
        };
        there.inside.schemas.insert(extension.schema.clone(), String::new());
        there.inside.extensions.insert(name.clone(), extension);
    }
    let schemas = database.schemas.iter();
    there.inside.schemas.extend(schemas.map(|(name, s)| (name.clone(), s.owner.clone().unwrap_or_default())));
    there
}

fn publication(wanted: &desired::Publication) -> observed::Publication {
    let all = [Operation::Insert, Operation::Update, Operation::Delete, Operation::Truncate];
    observed::Publication {
        all_tables: wanted.all_tables,
        tables: wanted.tables.clone(),
        schemas: wanted.schemas.clone(),
        publish: wanted.publish.clone().unwrap_or_else(|| all.into()),
        via_root: wanted.via_root == Some(true),
        ..observed::Publication::default()
    }
}

fn privileges(database: &Database, there: &mut observed::Database) {
    for (target, privileges) in &database.grants {
        let each = expand(&privileges.set, of(target), VERSION);
        let acl = if target.object == Object::Database { &mut there.acl } else { &mut there.inside.acl };
        acl.held.extend(each.into_iter().map(|privilege| (target.clone(), privilege)));
    }
    for target in database.grants.keys().chain(database.revokes.keys()) {
        there.inside.acl.there.insert(target.clone());
        there.inside.schemas.extend(target.schema.iter().map(|schema| (schema.clone(), String::new())));
    }
    for (target, privileges) in &database.defaults {
        let each = expand(&privileges.set, privileges_on_new(target.object), VERSION);
        there.inside.defaults.held.extend(each.into_iter().map(|privilege| (target.clone(), privilege)));
        there.inside.schemas.extend(target.schema.iter().map(|schema| (schema.clone(), String::new())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn what_is_exported_of_a_server_changes_nothing_on_it_and_is_exported_the_same_again(found in found()) {
        let observed = modelled(&found);
        let page = page(found);
        let desired = fuzzing::spec::<Postgres>(&page);
        let desired = desired.map_err(|violations| TestCaseError::fail(format!("{violations}\n{page}")))?;
        let plan = plan::plan(&desired, &observed);
        prop_assert!(plan.changes().is_empty() && plan.conflicts().is_empty(), "{plan:?}\n{page}");
        let desired::Desired { roles, databases, slots, .. } = desired;
        let again = Found { roles, databases, slots, ..Found::default() };
        prop_assert_eq!(self::page(again), page);
    }
}

fn counted(kind: &str, grantee: &str, privilege: &str, [total, held, grantable, made]: [i64; 4]) -> Counted {
    let [kind, grantee, privilege] = [kind, grantee, privilege].map(str::to_owned);
    let place = "app".to_owned();
    Counted { place, kind, grantee, privilege, total, held, grantable, made, ..Counted::default() }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Each target in short, with its privileges.
fn shown(targets: &BTreeMap<Target, Privileges>) -> Vec<String> {
    let one = |(target, privileges): (&Target, &Privileges)| {
        let words: Vec<_> = privileges.set.iter().map(|privilege| privilege.word()).collect();
        let name = target.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let columns: String = target.columns.iter().map(|column| format!(".{column}")).collect();
        let option = if target.grant_option { " with option" } else { "" };
        format!("{} {}{name}{columns} {}{option}", target.role, target.object.word(), words.join(","))
    };
    targets.iter().map(one).collect()
}

#[test]
fn what_holds_for_every_object_is_one_entry_and_what_holds_for_some_names_them() {
    let rows = [
        counted("functions", "public", "execute", [2, 0, 0, 2]),
        Counted { lost: names(&["s2"]), ..counted("sequences", "part", "usage", [2, 1, 0, 2]) },
        counted("tables", "owner", "delete", [3, 0, 0, 3]),
        Counted { gained: names(&["a", "b"]), ..counted("tables", "readers", "insert", [3, 2, 0, 0]) },
        counted("tables", "readers", "select", [3, 3, 0, 0]),
        Counted { optioned: names(&["a"]), ..counted("tables", "readers", "update", [3, 3, 1, 0]) },
        counted("tables", "writers", "select", [3, 3, 3, 0]),
        Counted { gained: names(&["mood"]), ..counted("types", "readers", "usage", [1, 1, 0, 0]) },
        counted("tables", "first", "select", [3, 3, 3, 0]),
    ];
    let mut found = Found::default();
    found.own.first = "first".to_owned();
    let Changed { grants, revokes, unsaid } = changed(&rows, &found.own).settled(VERSION);
    assert_eq!(
        shown(&grants),
        [
            "readers tables select,update",
            "writers tables select with option",
            "readers tables a insert",
            "readers tables a update with option",
            "readers tables b insert",
            "readers types mood usage",
        ]
    );
    assert_eq!(
        shown(&revokes),
        ["owner tables delete", "part sequences s2 usage", "public functions execute"]
    );
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

#[test]
fn what_a_spec_cannot_write_is_told() {
    let odd = ["f(\"a;b\")", "a(b)(integer)", "(integer)", "g(integer)"];
    let rows = [Counted { gained: names(&odd), ..counted("functions", "app", "execute", [9, 4, 0, 0]) }];
    let Changed { grants, unsaid, .. } = changed(&rows, &Found::default().own).settled(VERSION);
    assert_eq!(shown(&grants), ["app functions g(integer) execute"]);
    assert_eq!(unsaid.len(), 3, "{unsaid:?}");
}

#[test]
fn columns_with_the_same_privileges_are_one_entry_and_come_before_what_is_lost_on_the_table() {
    let column = |column: &str, privilege: &str| OfColumn {
        schema: "app".to_owned(),
        table: "orders".to_owned(),
        column: column.to_owned(),
        grantee: "app".to_owned(),
        privilege: privilege.to_owned(),
        grantable: false,
    };
    let own = Found::default().own;
    let lost =
        [counted("tables", "app", "select", [1, 0, 0, 1]), counted("tables", "app", "delete", [1, 0, 0, 1])];
    let mut changed = changed(&lost, &own);
    changed.columns(
        &[column("id", "select"), column("id", "update"), column("name", "select"), column("note", "select")],
        &own,
    );
    let Changed { grants, revokes, unsaid } = changed.settled(VERSION);
    assert_eq!(shown(&grants), ["app tables orders.id select,update", "app tables orders.name.note select"]);
    assert_eq!(shown(&revokes), ["app tables delete"]);
    assert_eq!(
        unsaid.into_iter().collect::<Vec<_>>(),
        ["that app holds select on columns of the table orders and not on the whole of it"]
    );
}
