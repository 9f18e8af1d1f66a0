//! The state of the objects that the spec declares, as it was read from the server, under the names of the spec.

mod foreign;

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::Until;
use crate::desired::{
    self, Attributes, DatabaseOptions, DefaultTarget, LATEST, ParameterPrivileges, Published, Target,
};
use crate::spec::{LocaleProvider, Operation, Privilege};

pub(crate) use foreign::{ForeignServer, UserMapping};

/// The observed state of a server. The default is an empty server.
#[derive(Debug, Default)]
pub struct Observed {
    /// The major version; zero when no server was read.
    pub(crate) version: u32,
    /// The provisioning role; `None` when no server was read.
    pub(crate) provisioner: Option<Provisioner>,
    /// The declared and referenced roles that exist, by key.
    pub(crate) roles: BTreeMap<String, Role>,
    /// The declared databases and their templates, as far as they exist.
    pub(crate) databases: BTreeMap<String, Database>,
    /// The declared replication slots that exist.
    pub(crate) slots: BTreeMap<String, Slot>,
    /// The available extensions, which are the same for all databases. They are read only where the spec declares
    /// extensions.
    pub(crate) available_extensions: BTreeMap<String, AvailableExtension>,
    /// The tablespaces of the spec that exist.
    pub(crate) tablespaces: BTreeSet<String>,
    /// The server's own spelling of each encoding that the spec names.
    pub(crate) encodings: BTreeMap<String, String>,
    /// The server's spelling of ICU locales that the spec spells differently.
    pub(crate) icu_locales: BTreeMap<String, String>,
    /// The roles that each role is a member of, from those of the spec on upwards.
    pub(crate) memberships: BTreeMap<String, BTreeSet<String>>,
    /// The owner of the schema `public` in a new database, where that is not the database's owner: before PostgreSQL
    /// 15.
    pub(crate) public_owner: Option<String>,
}

/// A replication slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The slot, with a value for each option.
    pub(crate) slot: desired::Slot,
    /// True for a temporary slot, which is dropped at the end of its session.
    pub(crate) temporary: bool,
}

/// The provisioning role.
#[derive(Debug, Default)]
pub(crate) struct Provisioner {
    /// The role's key.
    pub(crate) role: String,
    pub(crate) superuser: bool,
    /// The role itself, and the roles whose privileges it has as a member.
    pub(crate) usable: BTreeSet<String>,
    /// The role itself, and the roles that it can act as, because it is a member or can make itself one.
    pub(crate) joinable: BTreeSet<String>,
    /// The superusers among the usable and joinable roles.
    pub(crate) superusers: BTreeSet<String>,
    /// The maintenance database.
    pub(crate) database: String,
    /// The time on the server.
    pub(crate) now: Option<Until>,
}

/// A role.
#[derive(Debug, Default)]
pub(crate) struct Role {
    pub(crate) attributes: Attributes,
    /// True when the role's password has expired.
    pub(crate) expired: bool,
    pub(crate) password: Password,
    /// The memberships, by the role that this role is a member of: one row for each grantor.
    pub(crate) member_of: BTreeMap<String, Vec<MemberRow>>,
    pub(crate) settings: Settings,
    /// The privileges on parameters that are granted to the role itself.
    pub(crate) parameter_privileges: ParameterPrivileges,
}

/// The result of comparing a role's password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Password {
    /// The role has no password.
    Absent,
    /// The password is the declared one.
    Right,
    /// The password is not the declared one.
    Wrong,
    /// The password is stored as an MD5 hash.
    Md5,
    /// No password is declared, or the stored one could be neither read nor tried.
    #[default]
    Unknown,
}

/// One row of `pg_auth_members`. Before PostgreSQL 16 every membership can be used with SET ROLE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MemberRow {
    pub(crate) grantor: String,
    pub(crate) admin: bool,
    pub(crate) inherit: bool,
    pub(crate) set: bool,
}

/// Parameters by name.
pub(crate) type Settings = BTreeMap<String, Stored>;

/// A parameter's stored text; `equal` is true when the server reads it as the declared value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) text: String,
    pub(crate) equal: bool,
}

/// A database.
#[derive(Debug, Default)]
pub(crate) struct Database {
    pub(crate) owner: String,
    pub(crate) encoding: String,
    pub(crate) locale: Locale,
    pub(crate) tablespace: String,
    /// The options, each with a value.
    pub(crate) options: DatabaseOptions,
    /// The roles with CONNECT, by key; `public` is every role.
    pub(crate) connect: BTreeSet<String>,
    pub(crate) settings: Settings,
    /// The configuration parameters of the sessions of one role in the database, by the role's key.
    pub(crate) role_settings: BTreeMap<String, Settings>,
    pub(crate) acl: Acl<Target>,
    pub(crate) contents: Contents,
}

impl Database {
    pub(crate) fn allows_connections(&self) -> bool {
        self.options.allow_connections == Some(true)
    }
}

/// The locale of a database, which is fixed at its creation.
#[derive(Debug, Default)]
pub(crate) struct Locale {
    pub(crate) provider: Option<LocaleProvider>,
    /// `LC_COLLATE`
    pub(crate) collate: String,
    /// `LC_CTYPE`
    pub(crate) ctype: String,
    /// The locale of a provider other than the C library.
    pub(crate) of_provider: Option<String>,
}

/// The contents of a database, which only a session in it can read.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The owner of each schema.
    pub(crate) schemas: BTreeMap<String, String>,
    /// The objects whose owner is not the declared one.
    pub(crate) objects_of_other_owners: BTreeSet<OwnedObject>,
    pub(crate) extensions: BTreeMap<String, Extension>,
    pub(crate) acl: Acl<Target>,
    pub(crate) defaults: Defaults,
    pub(crate) publications: BTreeMap<String, Publication>,
    /// The foreign-data wrappers. They are read only where the spec declares foreign servers.
    pub(crate) wrappers: BTreeSet<String>,
    pub(crate) foreign_servers: BTreeMap<String, ForeignServer>,
    /// The user mappings, by the foreign server and the role's key, or `public`.
    pub(crate) user_mappings: BTreeMap<(String, String), UserMapping>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// The listed tables that exist, each with its columns.
    pub(crate) tables: BTreeMap<(String, String), BTreeSet<String>>,
}

/// The state of declared privileges.
#[derive(Debug)]
pub(crate) struct Acl<T> {
    /// The privileges that are held on every object of the target.
    pub(crate) held: BTreeSet<(T, Privilege)>,
    /// The privileges that are held on at least one object of the target.
    pub(crate) present: BTreeSet<(T, Privilege)>,
    /// The targets whose named objects and columns exist.
    pub(crate) existing: BTreeSet<T>,
    /// The targets whose name several functions have.
    pub(crate) ambiguous: BTreeSet<T>,
    /// The grantors of the privileges that are to be revoked, except the owners of the objects.
    pub(crate) grantors: BTreeMap<(T, Privilege), BTreeSet<String>>,
}

impl<T> Default for Acl<T> {
    fn default() -> Self {
        Self {
            held: BTreeSet::new(),
            present: BTreeSet::new(),
            existing: BTreeSet::new(),
            ambiguous: BTreeSet::new(),
            grantors: BTreeMap::new(),
        }
    }
}

/// An object in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnedObject {
    pub(crate) schema: String,
    /// The kind of object, as `ALTER … OWNER` names it.
    pub(crate) kind: String,
    /// The name as the server writes it: quoted where necessary, and a function with its argument types.
    pub(crate) name: String,
    pub(crate) owner: String,
}

/// The state of declared default privileges.
#[derive(Debug, Default)]
pub(crate) struct Defaults {
    /// The default privileges that the target has.
    pub(crate) held: BTreeSet<(DefaultTarget, Privilege)>,
    /// The default privileges of a schema that are also granted in the whole database.
    pub(crate) in_whole_database: BTreeSet<(DefaultTarget, Privilege)>,
}

/// An installed extension.
#[derive(Debug, Default)]
pub(crate) struct Extension {
    pub(crate) schema: String,
    pub(crate) version: String,
    pub(crate) relocatable: bool,
    /// The versions that `ALTER EXTENSION … UPDATE` can reach.
    pub(crate) reachable: BTreeSet<String>,
}

/// An available extension.
#[derive(Debug, Default)]
pub(crate) struct AvailableExtension {
    /// The version that is installed when the spec declares none.
    pub(crate) default: Option<String>,
    pub(crate) versions: BTreeMap<String, AvailableVersion>,
}

impl AvailableExtension {
    /// The version that would be installed.
    pub(crate) fn version(&self, version: Option<&str>) -> Option<&AvailableVersion> {
        let version = version.filter(|version| *version != LATEST);
        self.versions.get(version.or(self.default.as_deref())?)
    }
}

/// One available version of an extension.
#[derive(Debug, Default)]
pub(crate) struct AvailableVersion {
    /// The schema that the control file fixes, if any.
    pub(crate) schema: Option<String>,
    pub(crate) requires: BTreeSet<String>,
}

/// A subscription.
#[derive(Debug, Default)]
pub(crate) struct Subscription {
    pub(crate) enabled: bool,
    /// The replication slot on the publisher.
    pub(crate) slot: Option<String>,
    pub(crate) publications: BTreeSet<String>,
    /// The connection to the publisher, where it can be read.
    pub(crate) publisher: Option<StoredPublisher>,
}

/// The connection parameters of a subscription, without the values of secrets.
#[derive(Debug, Default)]
pub(crate) struct StoredPublisher {
    pub(crate) parameters: BTreeMap<String, String>,
    /// True when the stored password is the declared one, or when neither exists.
    pub(crate) password: bool,
}

/// A publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    pub(crate) all_tables: bool,
    pub(crate) tables: BTreeMap<(String, String), Published>,
    /// The tables whose row filter is equivalent to the declared one.
    pub(crate) same_rows: BTreeSet<(String, String)>,
    pub(crate) schemas: BTreeSet<String>,
    pub(crate) publish: BTreeSet<Operation>,
    pub(crate) via_root: bool,
}
