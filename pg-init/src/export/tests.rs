//! An exported spec plans no changes on its own server, for generated servers with hostile names.

mod generated;

use std::collections::BTreeMap;

use init_core::export::Node;
use init_core::fuzzing;
use proptest::prelude::*;

use self::generated::found;
use super::found::Found;
use super::privileges::{ChangedPrivileges, ColumnPrivilege, PrivilegeCounts as Counts, changed_privileges};
use super::write;
use crate::Postgres;
use crate::desired::{self, Database, DatabaseOptions, Privileges, Role, Target, sql};
use crate::observed::{self, MemberRow, Observed, Stored};
use crate::plan;
use crate::spec::{LocaleProvider, Object, Operation, Setting};
use crate::validate::{expand_all, privileges_of, privileges_on_new};

const VERSION: u32 = 17;

fn page(found: Found) -> String {
    let connection = Node::map().with("endpoint", "pg:5432").with("user", "admin").with("tls", "disable");
    let Node::Map(connection) = connection else { return String::new() };
    fuzzing::page("pg-init", &connection, write::export(found))
}

/// The parameter as the server stores it.
fn stored(name: &str, value: &Setting) -> Stored {
    let text = match value {
        Setting::List(items) if name == "search_path" && items.is_empty() => "\"\"".to_owned(),
        Setting::List(items) if name == "search_path" => sql::idents(items.iter().map(String::as_str)),
        other => other.text(),
    };
    Stored { text, equal: false }
}

/// The observed state of a server with exactly this state.
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
        of_provider: match locale.provider {
            Some(LocaleProvider::Icu) => locale.icu.clone(),
            Some(LocaleProvider::Builtin) => Some(all),
            Some(LocaleProvider::Libc) | None => None,
        },
    }
}

fn foreign(database: &Database, existing: &mut observed::Contents) {
    for (name, wanted) in &database.foreign_servers {
        let server = observed::ForeignServer {
            wrapper: wanted.wrapper.clone(),
            kind: wanted.kind.clone(),
            version: wanted.version.clone(),
            options: wanted.options.clone(),
            owner: wanted.owner.clone().unwrap_or_default(),
            usage: wanted.usage.clone(),
        };
        existing.foreign_servers.insert(name.clone(), server);
    }
    for (of, wanted) in &database.user_mappings {
        let secrets = wanted.secrets.keys().map(|name| (name.clone(), true)).collect();
        let mapping = observed::UserMapping { readable: true, options: wanted.options.clone(), secrets };
        existing.user_mappings.insert(of.clone(), mapping);
    }
}

fn database(database: &Database) -> observed::Database {
    let mut existing = observed::Database {
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
    privileges(database, &mut existing);
    for (name, wanted) in &database.publications {
        for (table, published) in &wanted.tables {
            let has = existing.contents.tables.entry(table.clone()).or_default();
            has.extend(published.columns.iter().flatten().cloned());
        }
        existing.contents.schemas.extend(wanted.schemas.iter().map(|schema| (schema.clone(), String::new())));
        existing.contents.publications.insert(name.clone(), publication(wanted));
    }
    for (name, wanted) in &database.subscriptions {
        let publisher =
            observed::StoredPublisher { parameters: wanted.publisher.parameters.clone(), password: true };
        let subscription = observed::Subscription {
            enabled: wanted.enabled != Some(false),
            slot: wanted.slot.clone(),
            publications: wanted.publications.clone(),
            publisher: Some(publisher),
        };
        existing.contents.subscriptions.insert(name.clone(), subscription);
    }
    foreign(database, &mut existing.contents);
    for (name, extension) in &database.extensions {
        let extension = observed::Extension {
            schema: extension.schema.clone().unwrap_or_else(|| "public".to_owned()),
            version: extension.version.clone().unwrap_or_default(),
            ..observed::Extension::default()
        };
        existing.contents.schemas.insert(extension.schema.clone(), String::new());
        existing.contents.extensions.insert(name.clone(), extension);
    }
    let schemas = database.schemas.iter();
    let owners = schemas.map(|(name, schema)| (name.clone(), schema.owner.clone().unwrap_or_default()));
    existing.contents.schemas.extend(owners);
    existing
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

fn privileges(database: &Database, existing: &mut observed::Database) {
    for (target, privileges) in &database.grants {
        let each = expand_all(&privileges.set, privileges_of(target), VERSION);
        let acl =
            if target.object == Object::Database { &mut existing.acl } else { &mut existing.contents.acl };
        acl.held.extend(each.into_iter().map(|privilege| (target.clone(), privilege)));
    }
    for target in database.grants.keys().chain(database.revokes.keys()) {
        existing.contents.acl.existing.insert(target.clone());
        existing.contents.schemas.extend(target.schema.iter().map(|schema| (schema.clone(), String::new())));
    }
    for (target, privileges) in &database.defaults {
        let each = expand_all(&privileges.set, privileges_on_new(target.object), VERSION);
        existing.contents.defaults.held.extend(each.into_iter().map(|privilege| (target.clone(), privilege)));
        existing.contents.schemas.extend(target.schema.iter().map(|schema| (schema.clone(), String::new())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn an_exported_spec_plans_no_changes_and_is_exported_the_same_again(found in found()) {
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

fn counted(
    kind: &str,
    grantee: &str,
    privilege: &str,
    [total, held, grantable, initial]: [i64; 4],
) -> Counts {
    let [kind, grantee, privilege] = [kind, grantee, privilege].map(str::to_owned);
    let place = "app".to_owned();
    Counts { place, kind, grantee, privilege, total, held, grantable, initial, ..Counts::default() }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Each target with its privileges, as one short text.
fn shown(targets: &BTreeMap<Target, Privileges>) -> Vec<String> {
    let one = |(target, privileges): (&Target, &Privileges)| {
        let words: Vec<_> = privileges.set.iter().map(|privilege| privilege.keyword()).collect();
        let name = target.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let columns: String = target.columns.iter().map(|column| format!(".{column}")).collect();
        let option = if target.grant_option { " with option" } else { "" };
        format!("{} {}{name}{columns} {}{option}", target.role, target.object.keyword(), words.join(","))
    };
    targets.iter().map(one).collect()
}

#[test]
fn a_privilege_on_all_objects_is_one_entry_and_one_on_some_names_them() {
    let rows = [
        counted("functions", "public", "execute", [2, 0, 0, 2]),
        Counts { lost: names(&["s2"]), ..counted("sequences", "part", "usage", [2, 1, 0, 2]) },
        counted("tables", "owner", "delete", [3, 0, 0, 3]),
        Counts { gained: names(&["a", "b"]), ..counted("tables", "readers", "insert", [3, 2, 0, 0]) },
        counted("tables", "readers", "select", [3, 3, 0, 0]),
        Counts { made_grantable: names(&["a"]), ..counted("tables", "readers", "update", [3, 3, 1, 0]) },
        counted("tables", "writers", "select", [3, 3, 3, 0]),
        Counts { gained: names(&["mood"]), ..counted("types", "readers", "usage", [1, 1, 0, 0]) },
        counted("tables", "first", "select", [3, 3, 3, 0]),
    ];
    let mut found = Found::default();
    found.context.first_superuser = "first".to_owned();
    let ChangedPrivileges { grants, revokes, notes } =
        changed_privileges(&rows, &found.context).resolve_contradictions(VERSION);
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
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn what_a_spec_cannot_express_is_noted() {
    let odd = ["f(\"a;b\")", "a(b)(integer)", "(integer)", "g(integer)"];
    let rows = [Counts { gained: names(&odd), ..counted("functions", "app", "execute", [9, 4, 0, 0]) }];
    let ChangedPrivileges { grants, notes, .. } =
        changed_privileges(&rows, &Found::default().context).resolve_contradictions(VERSION);
    assert_eq!(shown(&grants), ["app functions g(integer) execute"]);
    assert_eq!(notes.len(), 3, "{notes:?}");
}

#[test]
fn columns_with_equal_privileges_are_one_entry_and_prevail_over_revokes_on_the_table() {
    let column = |column: &str, privilege: &str| ColumnPrivilege {
        schema: "app".to_owned(),
        table: "orders".to_owned(),
        column: column.to_owned(),
        grantee: "app".to_owned(),
        privilege: privilege.to_owned(),
        grantable: false,
    };
    let context = Found::default().context;
    let lost =
        [counted("tables", "app", "select", [1, 0, 0, 1]), counted("tables", "app", "delete", [1, 0, 0, 1])];
    let mut changed = changed_privileges(&lost, &context);
    changed.columns(
        &[column("id", "select"), column("id", "update"), column("name", "select"), column("note", "select")],
        &context,
    );
    let ChangedPrivileges { grants, revokes, notes } = changed.resolve_contradictions(VERSION);
    assert_eq!(shown(&grants), ["app tables orders.id select,update", "app tables orders.name.note select"]);
    assert_eq!(shown(&revokes), ["app tables delete"]);
    assert_eq!(
        notes.into_iter().collect::<Vec<_>>(),
        ["that app holds select on columns of the table orders and not on the whole of it"]
    );
}
