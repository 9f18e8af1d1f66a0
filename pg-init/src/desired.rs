//! The spec as meant: validated, keyed by name, lists expanded to one entry per thing.

pub(crate) mod condition;
mod foreign;
mod role;
pub(crate) mod setting;
mod slot;
pub(crate) mod sql;
mod subscription;
mod until;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, SpecPath, Text};

use crate::spec::{
    Authentication, ChannelBinding, Future, LocaleProvider, Object, Operation, PasswordCheck, Privilege,
};

pub(crate) use foreign::is_secret_option;
pub use foreign::{ForeignServer, UserMapping};
pub(crate) use role::{Attribute, ParameterPrivileges, Role};
pub use role::{Attributes, Membership};
pub(crate) use setting::Settings;
pub use slot::{LogicalSlot, Slot};
pub use subscription::{Publisher, Subscription};
pub(crate) use subscription::{SECRET_PARTS, connection_parts, connection_string};
pub use until::Until;

/// What must exist on one server.
#[derive(Debug)]
pub struct Desired {
    pub(crate) endpoints: Vec<Endpoint>,
    /// Where a run begins.
    pub(crate) database: String,
    pub(crate) user: Text,
    pub(crate) password: Option<SecretRef>,
    /// The provisioning role's password before `password` is set.
    pub(crate) bootstrap: Option<SecretRef>,
    pub(crate) authentication: Authentication,
    pub(crate) password_check: Option<PasswordCheck>,
    pub(crate) tls: Option<Tls>,
    pub(crate) roles: BTreeMap<String, Role>,
    pub(crate) databases: BTreeMap<String, Database>,
    pub(crate) slots: BTreeMap<String, Slot>,
}

/// The protection of the connection.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) protection: init_net::Tls,
    /// Whether the login is bound to the TLS session.
    pub(crate) binding: ChannelBinding,
}

/// A database. What is `None` is left as it is.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) owner: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) locale: Locale,
    pub(crate) tablespace: Option<String>,
    pub(crate) options: DatabaseOptions,
    pub(crate) settings: Settings,
    /// Of the sessions of one role in it.
    pub(crate) role_settings: BTreeMap<String, Settings>,
    pub(crate) extensions: BTreeMap<String, Extension>,
    pub(crate) schemas: BTreeMap<String, Schema>,
    pub(crate) foreign_servers: BTreeMap<String, ForeignServer>,
    /// By the foreign server and the role's key, or `public`.
    pub(crate) user_mappings: BTreeMap<(String, String), UserMapping>,
    pub(crate) grants: BTreeMap<Target, Privileges>,
    pub(crate) revokes: BTreeMap<Target, Privileges>,
    pub(crate) defaults: BTreeMap<DefaultTarget, Privileges>,
    /// Those that must not be held.
    pub(crate) default_revokes: BTreeMap<DefaultTarget, Privileges>,
    pub(crate) publications: BTreeMap<String, Publication>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
}

/// The options of a database that are wanted, or that differ, or that it has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatabaseOptions<B = bool, N = i32> {
    /// Sessions at a time.
    pub connection_limit: Option<N>,
    /// Takes connections.
    pub allow_connections: Option<B>,
    /// May be copied by whoever may create databases.
    pub is_template: Option<B>,
}

impl<B, N> Default for DatabaseOptions<B, N> {
    fn default() -> Self {
        Self { connection_limit: None, allow_connections: None, is_template: None }
    }
}

/// The locale of a database, fixed at its creation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locale {
    /// `LC_COLLATE` and `LC_CTYPE`, and the locale of the builtin provider.
    pub all: Option<String>,
    /// What compares texts.
    pub provider: Option<LocaleProvider>,
    /// The locale of the provider `icu`.
    pub icu: Option<String>,
    /// `LC_COLLATE`, where it is another.
    pub collate: Option<String>,
    /// `LC_CTYPE`, where it is another.
    pub ctype: Option<String>,
}

/// A schema.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) owner: Option<String>,
    /// The owner of what is in it.
    pub(crate) object_owner: Option<String>,
}

/// The version of an extension that the server's files would install.
pub(crate) const LATEST: &str = "latest";

/// An extension.
#[derive(Debug, Default)]
pub(crate) struct Extension {
    pub(crate) schema: Option<String>,
    pub(crate) version: Option<String>,
}

/// Privileges and the place of the spec that names them.
#[derive(Debug)]
pub(crate) struct Privileges {
    pub(crate) at: SpecPath,
    pub(crate) set: BTreeSet<Privilege>,
}

/// A grantee, and the objects that privileges are granted on or revoked from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The kind of object.
    pub object: Object,
    /// Its schema; none for the database.
    pub schema: Option<String>,
    /// Which object of the schema; all of the kind when absent.
    pub name: Option<String>,
    /// Which columns of a table; all of it when there is none.
    pub columns: BTreeSet<String>,
    /// A role's key, or `public`.
    pub role: String,
    /// With the right to pass them on.
    pub grant_option: bool,
}

/// A grantee, and the creator of the new objects that privileges are granted on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefaultTarget {
    /// The role that creates the objects.
    pub creator: String,
    /// In which schema; none for the whole database.
    pub schema: Option<String>,
    /// The kind of object.
    pub object: Future,
    /// A role's key, or `public`.
    pub role: String,
    /// With the right to pass them on.
    pub grant_option: bool,
}

/// A publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    pub(crate) all_tables: bool,
    /// By schema and table.
    pub(crate) tables: BTreeMap<(String, String), Published>,
    pub(crate) schemas: BTreeSet<String>,
    pub(crate) publish: Option<BTreeSet<Operation>>,
    pub(crate) via_root: Option<bool>,
}

/// What is published of a table. What is `None` is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// Its columns.
    pub columns: Option<BTreeSet<String>>,
    /// The condition of its rows, in SQL.
    pub rows: Option<String>,
}

impl Target {
    /// All objects of a kind.
    pub(crate) fn all(object: Object, schema: Option<String>, role: String) -> Self {
        Self { object, schema, name: None, columns: BTreeSet::new(), role, grant_option: false }
    }

    /// The name of a function, and the types of its arguments in brackets where they are named; the name of another object.
    pub(crate) fn parts(&self) -> (Option<&str>, Option<&str>) {
        let Some(name) = self.name.as_deref() else { return (None, None) };
        match name.find('(').filter(|_| self.object == Object::Functions) {
            Some(bracket) => (name.get(..bracket), name.get(bracket..)),
            None => (Some(name), None),
        }
    }

    /// Whether an object may be in both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let alike = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
        let ((name, arguments), (other_name, other_arguments)) = (self.parts(), other.parts());
        (self.object, &self.schema, &self.role) == (other.object, &other.schema, &other.role)
            && alike(name, other_name)
            && alike(arguments, other_arguments)
    }
}

/// The keyword for everyone.
pub(crate) const PUBLIC: &str = "public";

impl Desired {
    /// Every role that the spec refers to, declared or not; `public` is none.
    pub(crate) fn referenced_roles(&self) -> BTreeSet<&str> {
        let mut roles: BTreeSet<&str> = self.roles.keys().map(String::as_str).collect();
        roles.extend(self.roles.values().flat_map(|role| role.member_of.keys()).map(String::as_str));
        roles.extend(self.databases.values().flat_map(Database::referenced_roles));
        roles.remove(PUBLIC);
        roles
    }

    /// Every database that the spec refers to: the declared ones, their templates, and those of replication slots.
    pub(crate) fn referenced_databases(&self) -> BTreeSet<&str> {
        let declared = self.databases.keys().map(String::as_str);
        let slots = self.slots.values().filter_map(|slot| slot.logical.as_ref());
        let of_slots = slots.map(|slot| slot.database.as_str());
        declared.chain(self.databases.values().map(Database::template)).chain(of_slots).collect()
    }
}

impl Database {
    /// Every role that it and what is inside refer to, and perhaps `public`.
    pub(crate) fn referenced_roles(&self) -> BTreeSet<&str> {
        let mut roles: BTreeSet<&str> = self.owner.iter().map(String::as_str).collect();
        roles.extend(self.role_settings.keys().map(String::as_str));
        let schemas = self.schemas.values();
        roles.extend(
            schemas.flat_map(|schema| [&schema.owner, &schema.object_owner]).filter_map(Option::as_deref),
        );
        roles.extend(self.grants.keys().chain(self.revokes.keys()).map(|target| target.role.as_str()));
        let defaults = self.defaults.keys().chain(self.default_revokes.keys());
        roles.extend(defaults.flat_map(|target| [target.creator.as_str(), target.role.as_str()]));
        let servers = self.foreign_servers.values();
        roles.extend(servers.flat_map(|server| server.owner.iter().chain(&server.usage)).map(String::as_str));
        roles.extend(self.user_mappings.keys().map(|(_, role)| role.as_str()));
        roles
    }

    /// `template0` has no sessions that would be waited for, and allows any encoding and locale.
    pub(crate) fn template(&self) -> &str {
        self.template.as_deref().unwrap_or("template0")
    }

    /// Whether anything is declared that only a session in the database can see.
    pub(crate) fn has_inside(&self) -> bool {
        let inner = |targets: &BTreeMap<Target, Privileges>| {
            targets.keys().any(|target| target.object != Object::Database)
        };
        !(self.extensions.is_empty()
            && self.schemas.is_empty()
            && self.foreign_servers.is_empty()
            && self.defaults.is_empty()
            && self.default_revokes.is_empty()
            && self.publications.is_empty()
            && self.subscriptions.is_empty())
            || inner(&self.grants)
            || inner(&self.revokes)
    }
}
