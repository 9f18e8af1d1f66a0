//! Generates servers with hostile names.

mod foreign;
mod replication;

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;
use init_core::export::secret_name;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use self::foreign::foreign_servers;
use self::replication::{publication, slot, subscription};
use super::super::found::Found;
use crate::desired::{
    Attributes, Database, DatabaseOptions, DefaultTarget, Extension, Locale, LogicalSlot, Membership,
    Privileges, Role, Schema, Settings, Slot, Target, Until,
};
use crate::spec::{
    FutureObject, LocaleProvider, Object, ParameterPrivilege, Privilege, RolePassword, Setting,
};
use crate::validate::{privileges_of, privileges_on_new};

const ROLES: [&str; 9] = [
    "app",
    "a b",
    "yes",
    "12",
    "ö\"x'",
    "a ${VAR}",
    "new\nline: # \\",
    "<<",
    "\u{202e}63 bytes: ~ [of] {a}, \"long\" name &*!|>%@` xxxxxxx",
];
fn role_name() -> impl Strategy<Value = String> {
    select(&ROLES[..]).prop_map(str::to_owned)
}

fn place() -> impl Strategy<Value = String> {
    prop_oneof![Just("app".to_owned()), Just("My schema".to_owned()), "[a-z.\"'$:#{} ]{1,8}"]
}

fn value() -> impl Strategy<Value = Setting> {
    prop_oneof![
        "[^\0]{0,12}".prop_map(Setting::One),
        proptest::collection::vec("[^\0]{0,6}", 0..3).prop_map(Setting::List)
    ]
}

fn settings() -> impl Strategy<Value = BTreeMap<String, Setting>> {
    proptest::collection::btree_map("search_path|work_mem|app\\.[a-z]{1,3}", value(), 0..3)
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    proptest::option::of(any::<bool>())
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let until = prop_oneof![Just(Until::Infinity), (0..4_000_000_000_i64).prop_map(Until::At)];
    let flags = (flag(), flag(), flag(), flag(), flag(), flag(), flag());
    let rest = (proptest::option::of(-1..100), proptest::option::of(until));
    (flags, rest).prop_map(
        |((login, superuser, createdb, createrole, replication, bypassrls, inherit), rest)| {
            let (connection_limit, valid_until) = rest;
            Attributes {
                login,
                superuser,
                createdb,
                createrole,
                replication,
                bypassrls,
                inherit,
                connection_limit,
                valid_until,
            }
        },
    )
}

/// Roles. Each role is a member only of roles that come before it, so that there is no cycle.
fn roles() -> impl Strategy<Value = BTreeMap<String, Role>> {
    let parameter =
        subsequence(ParameterPrivilege::ALL.to_vec(), 1..3).prop_map(|some| some.into_iter().collect());
    let parameters = proptest::collection::btree_map("work_mem|app\\.[a-z]{1,3}", parameter, 0..2);
    let of = subsequence(&ROLES[..], 0..4);
    let one = (attributes(), any::<bool>(), settings(), of, flag(), flag(), parameters);
    proptest::collection::vec(one, ROLES.len()).prop_map(|all| {
        let each = all.into_iter().zip(ROLES).enumerate();
        let role = each.map(
            |(position, ((attributes, password, settings, of, admin, set, parameter_privileges), name))| {
                let before = ROLES.iter().take(position);
                let of = of.into_iter().filter(|of| before.clone().any(|name| name == of));
                let options = Membership { admin, inherit: None, set };
                let member_of = of
                    .map(|of| (of.to_owned(), options.clone()))
                    .chain([("pg_monitor".to_owned(), Membership::default())]);
                let password = password.then(|| RolePassword::Secret(secret_name(name, "password")));
                (
                    name.to_owned(),
                    Role {
                        name: None,
                        attributes,
                        password,
                        member_of: member_of.collect(),
                        settings,
                        parameter_privileges,
                    },
                )
            },
        );
        role.collect()
    })
}

fn some(known: &'static [Privilege]) -> impl Strategy<Value = Privileges> {
    let privileges = prop_oneof![subsequence(known, 1..=known.len()), Just(vec![Privilege::All])];
    privileges.prop_map(|set| Privileges { at: SpecPath::root(), set: set.into_iter().collect() })
}

/// A target: all objects of a kind, one by its name, or some columns of a table.
fn target() -> impl Strategy<Value = Target> {
    let kinds = [
        Object::Database,
        Object::Schema,
        Object::Tables,
        Object::Sequences,
        Object::Functions,
        Object::Types,
    ];
    let arguments = select(&["", "integer", "text, public.hstore", "timestamp with time zone[]"][..]);
    let columns = proptest::collection::btree_set(place(), 0..3);
    let one = (select(kinds.to_vec()), place(), proptest::option::of(place()), arguments, columns);
    (one, role_name(), any::<bool>()).prop_map(
        |((object, place, name, arguments, columns), role, grant_option)| {
            let schema = (object != Object::Database).then_some(place);
            let name = match object {
                Object::Database | Object::Schema => None,
                Object::Functions => name.map(|name| format!("{name}({arguments})")),
                Object::Types => Some(name.unwrap_or_else(|| "money".to_owned())),
                Object::Tables | Object::Sequences => name,
            };
            let columns = if object == Object::Tables && name.is_some() { columns } else { BTreeSet::new() };
            Target { object, schema, name, columns, role, grant_option }
        },
    )
}

fn targets() -> impl Strategy<Value = BTreeMap<Target, Privileges>> {
    let one = target().prop_flat_map(|target| {
        let known = privileges_of(&target);
        (Just(target), some(known))
    });
    proptest::collection::vec(one, 0..12).prop_map(|all| all.into_iter().collect())
}

/// Removes the revokes that contradict a grant.
fn without_opposites(
    revokes: BTreeMap<Target, Privileges>,
    grants: &BTreeMap<Target, Privileges>,
) -> BTreeMap<Target, Privileges> {
    let plain = revokes.into_iter().map(|(target, privileges)| {
        (Target { grant_option: false, columns: BTreeSet::new(), ..target }, privileges)
    });
    plain.filter(|(target, _)| !grants.keys().any(|granted| granted.overlaps(target))).collect()
}

fn defaults() -> impl Strategy<Value = BTreeMap<DefaultTarget, Privileges>> {
    let kinds = [
        FutureObject::Tables,
        FutureObject::Sequences,
        FutureObject::Functions,
        FutureObject::Types,
        FutureObject::Schemas,
    ];
    let one =
        (select(kinds.to_vec()), proptest::option::of(place()), role_name(), role_name(), any::<bool>());
    let one = one.prop_flat_map(|(object, place, creator, role, grant_option)| {
        let schema = place.filter(|_| object != FutureObject::Schemas);
        (Just(DefaultTarget { creator, schema, object, role, grant_option }), some(privileges_on_new(object)))
    });
    proptest::collection::vec(one, 0..6).prop_map(|all| all.into_iter().collect())
}

/// Options that differ from their defaults.
fn options() -> impl Strategy<Value = DatabaseOptions> {
    let one = |value| proptest::option::of(Just(value));
    (proptest::option::of(0..9), one(false), one(true)).prop_map(
        |(connection_limit, allow_connections, is_template)| DatabaseOptions {
            connection_limit,
            allow_connections,
            is_template,
        },
    )
}

fn locale() -> impl Strategy<Value = Locale> {
    let text = || proptest::option::of("[a-zA-Z_.8-]{1,6}");
    let provider = select(&[LocaleProvider::Libc, LocaleProvider::Icu, LocaleProvider::Builtin][..]);
    (proptest::option::of(provider), "[a-z-]{1,5}", text(), text(), text()).prop_map(
        |(provider, own, all, collate, ctype)| Locale {
            icu: (provider == Some(LocaleProvider::Icu)).then(|| own.clone()),
            all: if provider == Some(LocaleProvider::Builtin) { Some(own) } else { all },
            provider,
            collate,
            ctype,
        },
    )
}

fn schema() -> impl Strategy<Value = Schema> {
    (proptest::option::of(role_name()), proptest::option::of(role_name()))
        .prop_map(|(owner, object_owner)| Schema { owner, object_owner })
}

/// Parameters of roles in a database. No role has an empty entry.
fn role_settings() -> impl Strategy<Value = BTreeMap<String, Settings>> {
    let all = proptest::collection::btree_map(role_name(), settings(), 0..3);
    all.prop_map(|all| all.into_iter().filter(|(_, settings)| !settings.is_empty()).collect())
}

fn database() -> impl Strategy<Value = Database> {
    let extension = (proptest::option::of(place()), proptest::option::of("[0-9.]{1,4}"));
    let extension = extension.prop_map(|(schema, version)| Extension { schema, version });
    let contents = (
        proptest::collection::btree_map("[a-z-]{1,8}", extension, 0..3),
        proptest::collection::btree_map(place(), schema(), 0..3),
        proptest::collection::btree_map("[^\0]{1,8}", publication(), 0..3),
        proptest::collection::btree_map("[a-z_]{1,8}", subscription(), 0..2),
    );
    let outer = (proptest::option::of(role_name()), options(), settings(), role_settings());
    let outer = (outer, proptest::option::of(place()));
    let privileges = (targets(), targets(), defaults(), defaults());
    (outer, locale(), contents, privileges, foreign_servers()).prop_map(
        |(outer, locale, (extensions, schemas, publications, subscriptions), privileges, foreign)| {
            let ((owner, options, settings, role_settings), tablespace) = outer;
            let (grants, revokes, defaults, default_revokes) = privileges;
            let revokes = without_opposites(revokes, &grants);
            let granted = |target: &DefaultTarget| {
                let option = |grant_option| DefaultTarget { grant_option, ..target.clone() };
                [false, true].into_iter().any(|with| defaults.contains_key(&option(with)))
            };
            let plain = default_revokes.into_iter();
            let plain =
                plain.map(|(target, p)| (DefaultTarget { schema: None, grant_option: false, ..target }, p));
            let default_revokes = plain.filter(|(target, _)| !granted(target)).collect();
            let base = Database { owner, locale, options, settings, ..Database::default() };
            let base = Database { tablespace, encoding: Some("UTF8".to_owned()), role_settings, ..base };
            let base = Database { extensions, schemas, publications, subscriptions, ..base };
            let base = Database { foreign_servers: foreign.0, user_mappings: foreign.1, ..base };
            let mut database = Database { grants, revokes, defaults, default_revokes, ..base };
            if database.has_contents() {
                database.options.allow_connections = None;
            }
            database
        },
    )
}

pub(super) fn found() -> impl Strategy<Value = Found> {
    let databases = proptest::collection::btree_map("[^\0]{1,10}", database(), 0..3);
    let slots = proptest::collection::btree_map("[a-z_0-9]{1,8}", slot(), 0..3);
    (roles(), databases, slots).prop_map(|(roles, databases, slots)| {
        let of_one = |(name, Slot { logical }): (String, Slot)| {
            // A logical slot belongs to a database that exists.
            let logical = logical.zip(databases.keys().next());
            let logical =
                logical.map(|(logical, database)| LogicalSlot { database: database.clone(), ..logical });
            (name, Slot { logical })
        };
        let slots = slots.into_iter().map(of_one).collect();
        Found { roles, databases, slots, ..Found::default() }
    })
}
