//! The spec as it is meant: validated and keyed by name, with each list expanded to single entries.

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
    Authentication, ChannelBinding, FutureObject, LocaleProvider, Object, Operation, PasswordCheck, Privilege,
};

pub(crate) use foreign::is_secret_option;
pub use foreign::{ForeignServer, UserMapping};
pub(crate) use role::{Attribute, ParameterPrivileges, Role};
pub use role::{Attributes, Membership};
pub(crate) use setting::Settings;
pub use slot::{LogicalSlot, Slot};
pub use subscription::{Publisher, Subscription};
pub(crate) use subscription::{SECRET_PARAMETERS, connection_string, parse_connection_string};
pub use until::Until;

/// The state that one server must have.
#[derive(Debug)]
pub struct Desired {
    pub(crate) endpoints: Vec<Endpoint>,
    /// The maintenance database, which every run connects to first.
    pub(crate) database: String,
    pub(crate) user: Text,
    pub(crate) password: Option<SecretRef>,
    /// The password of the provisioning role before `password` is set.
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
    /// The channel binding of the login to the TLS session.
    pub(crate) binding: ChannelBinding,
}

/// A database. A property that is `None` stays as it is.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) owner: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) encoding: Option<String>,
    pub(crate) locale: Locale,
    pub(crate) tablespace: Option<String>,
    pub(crate) options: DatabaseOptions,
    pub(crate) settings: Settings,
    /// The configuration parameters of the sessions of one role in the database, by the role's key.
    pub(crate) role_settings: BTreeMap<String, Settings>,
    pub(crate) extensions: BTreeMap<String, Extension>,
    pub(crate) schemas: BTreeMap<String, Schema>,
    pub(crate) foreign_servers: BTreeMap<String, ForeignServer>,
    /// The user mappings, by the foreign server and the role's key, or `public`.
    pub(crate) user_mappings: BTreeMap<(String, String), UserMapping>,
    pub(crate) grants: BTreeMap<Target, Privileges>,
    pub(crate) revokes: BTreeMap<Target, Privileges>,
    pub(crate) defaults: BTreeMap<DefaultTarget, Privileges>,
    /// The default privileges that must not be held.
    pub(crate) default_revokes: BTreeMap<DefaultTarget, Privileges>,
    pub(crate) publications: BTreeMap<String, Publication>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
}

/// The options of a database: the declared ones, the ones that differ, or the stored ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatabaseOptions<B = bool, N = i32> {
    /// The largest number of concurrent sessions.
    pub connection_limit: Option<N>,
    /// True when the database allows connections.
    pub allow_connections: Option<B>,
    /// True when every role with CREATEDB may copy the database.
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
    /// The locale provider, which compares texts.
    pub provider: Option<LocaleProvider>,
    /// The locale of the provider `icu`.
    pub icu: Option<String>,
    /// `LC_COLLATE`, where it differs from `all`.
    pub collate: Option<String>,
    /// `LC_CTYPE`, where it differs from `all`.
    pub ctype: Option<String>,
}

/// A schema.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) owner: Option<String>,
    /// The owner of the objects in the schema.
    pub(crate) object_owner: Option<String>,
}

/// The value of `version` for the default version of the server's files.
pub(crate) const LATEST: &str = "latest";

/// An extension.
#[derive(Debug, Default)]
pub(crate) struct Extension {
    pub(crate) schema: Option<String>,
    pub(crate) version: Option<String>,
}

/// Privileges, and the path of the entry that declares them.
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
    /// The schema; `None` for the database.
    pub schema: Option<String>,
    /// The name of the object; `None` for all objects of the kind.
    pub name: Option<String>,
    /// The columns of a table; empty for the whole table.
    pub columns: BTreeSet<String>,
    /// The grantee: a role's key, or `public`.
    pub role: String,
    /// True for `WITH GRANT OPTION`.
    pub grant_option: bool,
}

/// A grantee, and the creator of the new objects that privileges are granted on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefaultTarget {
    /// The role that creates the objects.
    pub creator: String,
    /// The schema of the objects; `None` for the whole database.
    pub schema: Option<String>,
    /// The kind of object.
    pub object: FutureObject,
    /// The grantee: a role's key, or `public`.
    pub role: String,
    /// True for `WITH GRANT OPTION`.
    pub grant_option: bool,
}

/// A publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    pub(crate) all_tables: bool,
    /// The published tables, by schema and name.
    pub(crate) tables: BTreeMap<(String, String), Published>,
    pub(crate) schemas: BTreeSet<String>,
    pub(crate) publish: Option<BTreeSet<Operation>>,
    pub(crate) via_root: Option<bool>,
}

/// The published columns and rows of a table. A property that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// The published columns.
    pub columns: Option<BTreeSet<String>>,
    /// The row filter, as an SQL condition.
    pub rows: Option<String>,
}

impl Target {
    /// A target for all objects of a kind, without grant option.
    pub(crate) fn all(object: Object, schema: Option<String>, role: String) -> Self {
        Self { object, schema, name: None, columns: BTreeSet::new(), role, grant_option: false }
    }

    /// The name of the object, and for a function the argument types in brackets, where they are given.
    pub(crate) fn name_and_arguments(&self) -> (Option<&str>, Option<&str>) {
        let Some(name) = self.name.as_deref() else { return (None, None) };
        match name.find('(').filter(|_| self.object == Object::Functions) {
            Some(bracket) => (name.get(..bracket), name.get(bracket..)),
            None => (Some(name), None),
        }
    }

    /// True when an object may belong to both targets.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let alike = |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
        let ((name, arguments), (other_name, other_arguments)) =
            (self.name_and_arguments(), other.name_and_arguments());
        (self.object, &self.schema, &self.role) == (other.object, &other.schema, &other.role)
            && alike(name, other_name)
            && alike(arguments, other_arguments)
    }
}

/// The keyword for every role.
pub(crate) const PUBLIC: &str = "public";

impl Desired {
    /// The roles that the spec refers to, declared or not. `public` is not a role.
    pub(crate) fn referenced_roles(&self) -> BTreeSet<&str> {
        let mut roles: BTreeSet<&str> = self.roles.keys().map(String::as_str).collect();
        roles.extend(self.roles.values().flat_map(|role| role.member_of.keys()).map(String::as_str));
        roles.extend(self.databases.values().flat_map(Database::referenced_roles));
        roles.remove(PUBLIC);
        roles
    }

    /// The databases that the spec refers to: declared databases, their templates, and the databases of replication
    /// slots.
    pub(crate) fn referenced_databases(&self) -> BTreeSet<&str> {
        let declared = self.databases.keys().map(String::as_str);
        let slots = self.slots.values().filter_map(|slot| slot.logical.as_ref());
        let of_slots = slots.map(|slot| slot.database.as_str());
        declared.chain(self.databases.values().map(Database::template)).chain(of_slots).collect()
    }
}

impl Database {
    /// The roles that the database and its contents refer to, including `public`.
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

    /// The template of the database. The default is `template0`: it has no sessions that would block the copy, and it
    /// allows any encoding and locale.
    pub(crate) fn template(&self) -> &str {
        self.template.as_deref().unwrap_or("template0")
    }

    /// True when the spec declares something that only a session in the database can read.
    pub(crate) fn has_contents(&self) -> bool {
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
