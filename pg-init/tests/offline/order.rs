//! The order of execution: every kind of change, sorted as a plan sorts it.

mod foreign;

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Plan, as_json};
use pg_init::{
    AlterDatabase, AlterDefaultPrivileges, AlterExtension, AlterMembership, AlterObjectOwner,
    AlterPublication, AlterRole, AlterRoleSettings, AlterSchema, AlterSubscription, Attributes, Change,
    CreateDatabase, CreateExtension, CreatePublication, CreateReplicationSlot, CreateRole, CreateSchema,
    CreateSubscription, DatabaseOptions, DefaultTarget, FutureObject, GrantParameter, GrantPrivileges,
    GrantRole, Locale, LocaleProvider, LogicalSlot, Members, Membership, Object, Operation,
    ParameterPrivilege, PasswordDrift, PreviousPassword, Privilege, Privileges, Published, Publisher,
    RemovePassword, RevokeDefaultPrivileges, RevokePrivileges, Setting, Slot, Subscription, Target, Until,
};

fn drift<T>(from: T, to: T) -> Drift<T> {
    Drift { from: Some(from), to }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn of() -> Members {
    Members { role: text("group"), member: text("r") }
}

fn roles() -> Vec<Change> {
    let attributes = Attributes { login: Some(true), ..Attributes::default() };
    let settings = BTreeMap::from([(text("work_mem"), Setting::One(text("4MB")))]);
    let options = Membership { admin: Some(true), inherit: None, set: Some(false) };
    let differs = Attributes {
        login: Some(drift(false, true)),
        connection_limit: Some(drift(-1, 5)),
        valid_until: Some(drift(Until::Infinity, Until::At(1_893_456_000))),
        ..Attributes::default()
    };
    let password = PasswordDrift { from: PreviousPassword::Md5, to: "p".parse().unwrap() };
    let search_path = drift(Setting::One(text("a")), Setting::List(vec![text("a"), text("b")]));
    vec![
        Change::AlterMembership(AlterMembership {
            of: of(),
            options: Membership { admin: Some(drift(true, false)), inherit: None, set: None },
            grantors: [text("postgres")].into(),
        }),
        Change::GrantRole(GrantRole { of: of(), options }),
        Change::AlterRole(AlterRole {
            role: text("r"),
            attributes: differs,
            password: Some(password),
            settings: BTreeMap::from([(text("search_path"), search_path)]),
        }),
        Change::RemovePassword(RemovePassword { role: text("r") }),
        Change::GrantParameter(GrantParameter {
            role: text("r"),
            parameter: text("log_statement"),
            privileges: [ParameterPrivilege::Set, ParameterPrivilege::AlterSystem].into(),
        }),
        Change::CreateRole(CreateRole {
            role: text("z"),
            attributes,
            password: Some("p".parse().unwrap()),
            settings,
        }),
    ]
}

fn databases() -> Vec<Change> {
    let create = |rank, name: &str, template: &str| {
        Change::CreateDatabase(CreateDatabase {
            rank,
            database: text(name),
            owner: Some(text("r")),
            template: text(template),
            encoding: Some(text("UTF8")),
            locale: Locale {
                all: Some(text("C")),
                provider: Some(LocaleProvider::Icu),
                icu: Some(text("de")),
                collate: Some(text("C")),
                ctype: Some(text("POSIX")),
            },
            tablespace: Some(text("fast")),
            options: DatabaseOptions {
                connection_limit: Some(3),
                allow_connections: Some(true),
                is_template: Some(false),
            },
            settings: BTreeMap::from([(text("timezone"), Setting::One(text("UTC")))]),
        })
    };
    vec![
        Change::AlterDatabase(AlterDatabase {
            database: text("d"),
            owner: Some(drift(text("a"), text("b"))),
            options: DatabaseOptions {
                connection_limit: Some(drift(1, 2)),
                allow_connections: Some(drift(true, false)),
                is_template: Some(drift(false, true)),
            },
            settings: BTreeMap::new(),
        }),
        Change::AlterRoleSettings(AlterRoleSettings {
            database: text("d"),
            role: text("r"),
            settings: BTreeMap::from([
                (text("jit"), drift(Setting::One(text("on")), Setting::Unset)),
                (text("work_mem"), Drift { from: None, to: Setting::One(text("8MB")) }),
            ]),
        }),
        create(1, "copy", "original"),
        create(0, "original", "template0"),
    ]
}

fn inside() -> Vec<Change> {
    let (database, schema) = (text("d"), text("s"));
    let extension = |rank, name: &str| {
        let (extension, schema) = (text(name), Some(text("public")));
        Change::CreateExtension(CreateExtension {
            rank,
            database: text("d"),
            extension,
            schema,
            version: None,
        })
    };
    vec![
        Change::AlterExtension(AlterExtension {
            database: database.clone(),
            extension: text("hstore"),
            schema: Some(drift(text("public"), text("ext"))),
            version: Some(drift(text("1.7"), text("1.8"))),
        }),
        extension(1, "a_needs_b"),
        extension(0, "b"),
        Change::AlterSchema(AlterSchema {
            database: database.clone(),
            schema: schema.clone(),
            owner: drift(text("a"), text("b")),
        }),
        Change::CreateSchema(CreateSchema { database, schema, owner: None }),
        Change::AlterObjectOwner(AlterObjectOwner {
            database: text("d"),
            schema: text("s"),
            kind: text("materialized view"),
            object: text("s.\"V\""),
            owner: drift(text("a"), text("b")),
        }),
    ]
}

fn replication() -> Vec<Change> {
    let logical = LogicalSlot {
        database: text("d"),
        plugin: Some(text("wal2json")),
        two_phase: Some(true),
        failover: Some(false),
    };
    let parameters = [("host", "pub"), ("user", "cdc")].map(|(name, value)| (text(name), text(value)));
    let subscription = Subscription {
        publisher: Publisher { parameters: parameters.into(), password: Some("p".parse().unwrap()) },
        publications: [text("p")].into(),
        enabled: Some(false),
        copy_data: Some(true),
        slot: Some(text("l")),
        create_slot: Some(false),
    };
    vec![
        Change::AlterSubscription(AlterSubscription {
            database: text("d"),
            subscription: text("s"),
            connection: [(text("host"), drift(text("old"), text("pub")))].into(),
            password: Some("p".parse().unwrap()),
            publications: Some(drift([text("p")].into(), [text("p"), text("q")].into())),
            enabled: Some(drift(false, true)),
            enabled_after: true,
            copy_data: Some(false),
        }),
        Change::CreateSubscription(CreateSubscription {
            database: text("d"),
            subscription: text("s"),
            of: subscription,
        }),
        Change::CreateReplicationSlot(CreateReplicationSlot {
            slot: text("l"),
            of: Slot { logical: Some(logical) },
        }),
        Change::CreateReplicationSlot(CreateReplicationSlot { slot: text("p"), of: Slot { logical: None } }),
    ]
}

fn publications() -> Vec<Change> {
    let some = Published { columns: Some([text("a"), text("b")].into()), rows: Some(text("a > 0")) };
    let tables =
        [((text("s"), text("t")), Published::default()), ((text("S"), text("with.dot")), some.clone())]
            .into();
    let altered = Drift { from: Some(Published::default()), to: some };
    let publish = drift([Operation::Insert].into(), [Operation::Insert, Operation::Delete].into());
    vec![
        Change::AlterPublication(AlterPublication {
            database: text("d"),
            publication: text("p"),
            add_tables: tables,
            alter_tables: [((text("s"), text("u")), altered)].into(),
            add_schemas: [text("s")].into(),
            publish: Some(publish),
            via_root: Some(drift(false, true)),
        }),
        Change::CreatePublication(CreatePublication {
            database: text("d"),
            publication: text("p"),
            all_tables: true,
            tables: [].into(),
            schemas: [].into(),
            publish: None,
            via_root: Some(false),
        }),
    ]
}

fn privileges() -> Vec<Change> {
    let target = |object, schema: Option<&str>| {
        let (schema, role) = (schema.map(text), text("r"));
        Privileges {
            database: text("d"),
            target: Target {
                object,
                schema,
                name: None,
                columns: [].into(),
                role,
                grant_option: object == Object::Tables,
            },
            privileges: [Privilege::Select, Privilege::Insert].into(),
        }
    };
    let all = Privileges { privileges: [Privilege::All].into(), ..target(Object::Database, None) };
    let created = DefaultTarget {
        creator: text("r"),
        schema: None,
        object: FutureObject::Functions,
        role: text("public"),
        grant_option: false,
    };
    let named = |object, name: &str, columns: &[&str]| {
        let of = target(object, Some("s"));
        let columns = columns.iter().map(|column| text(column)).collect();
        Privileges { target: Target { name: Some(text(name)), columns, ..of.target }, ..of }
    };
    let future = AlterDefaultPrivileges {
        database: text("d"),
        target: created,
        privileges: [Privilege::Execute].into(),
    };
    vec![
        Change::RevokeDefaultPrivileges(RevokeDefaultPrivileges(future.clone())),
        Change::AlterDefaultPrivileges(future),
        Change::GrantPrivileges(GrantPrivileges(target(Object::Tables, Some("s")))),
        Change::GrantPrivileges(GrantPrivileges(named(Object::Tables, "t", &["a", "b"]))),
        Change::GrantPrivileges(GrantPrivileges(named(Object::Functions, "f(integer, text)", &[]))),
        Change::RevokePrivileges(RevokePrivileges {
            of: named(Object::Types, "t", &[]),
            grantors: [].into(),
        }),
        Change::GrantPrivileges(GrantPrivileges(all.clone())),
        Change::RevokePrivileges(RevokePrivileges { of: all, grantors: [text("g")].into() }),
    ]
}

#[test]
fn changes_are_sorted_in_the_order_of_execution() {
    let all =
        [replication(), foreign::foreign(), publications(), privileges(), inside(), databases(), roles()]
            .concat();
    let plan = Plan::new(all, []);
    let line = |change: &Change| format!("{change}\n  {}\n", as_json(change));
    insta::assert_snapshot!(plan.changes().iter().map(line).collect::<String>());
}
