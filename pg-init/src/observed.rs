//! What the server has, under the spec's own names.

mod foreign;

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::Until;
use crate::desired::{
    self, Attributes, DatabaseOptions, DefaultTarget, LATEST, ParameterPrivileges, Published, Target,
};
use crate::spec::{LocaleProvider, Operation, Privilege};

pub(crate) use foreign::{ForeignServer, UserMapping};

/// What one server has of what a spec is about.
#[derive(Debug, Default)]
pub struct Observed {
    /// The major version; zero before the first reading.
    pub(crate) version: u32,
    /// The provisioning role; absent before the first reading.
    pub(crate) provisioner: Option<Provisioner>,
    /// Declared and referenced roles, by key.
    pub(crate) roles: BTreeMap<String, Role>,
    /// Declared databases and their templates.
    pub(crate) databases: BTreeMap<String, Database>,
    /// Declared replication slots that are there.
    pub(crate) slots: BTreeMap<String, Slot>,
    /// The extensions that the server has files of, the same for all its databases. Only read where some are declared.
    pub(crate) offers: BTreeMap<String, Offer>,
    /// Those of the spec's tablespaces that are there.
    pub(crate) tablespaces: BTreeSet<String>,
    /// The server's own spelling of each encoding that the spec names.
    pub(crate) encodings: BTreeMap<String, String>,
    /// ICU locales of the spec, and how the server writes those that it writes otherwise.
    pub(crate) icu_locales: BTreeMap<String, String>,
    /// The roles that each role is a member of, from those of the spec on upwards.
    pub(crate) memberships: BTreeMap<String, BTreeSet<String>>,
    /// Who owns the schema `public` of a new database, where that is not the database's owner: before PostgreSQL 15.
    pub(crate) public_owner: Option<String>,
}

/// A replication slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    /// With each of its options.
    pub(crate) slot: desired::Slot,
    /// It ends with the session that made it.
    pub(crate) temporary: bool,
}

/// The role that provisions.
#[derive(Debug, Default)]
pub(crate) struct Provisioner {
    /// By its key.
    pub(crate) role: String,
    pub(crate) superuser: bool,
    /// Itself, and the roles whose privileges it has as their member.
    pub(crate) usable: BTreeSet<String>,
    /// Itself, and the roles that it can act as: it is a member, or can make itself one.
    pub(crate) joinable: BTreeSet<String>,
    /// Those of both that are superusers.
    pub(crate) superusers: BTreeSet<String>,
    /// The maintenance database.
    pub(crate) database: String,
    /// The server's clock.
    pub(crate) now: Option<Until>,
}

/// A role.
#[derive(Debug, Default)]
pub(crate) struct Role {
    pub(crate) attributes: Attributes,
    /// Its password has run out.
    pub(crate) expired: bool,
    pub(crate) password: Password,
    /// By the role that it is a member of: one row for each grantor.
    pub(crate) member_of: BTreeMap<String, Vec<MemberRow>>,
    pub(crate) settings: Settings,
    /// Those that are granted to the role itself.
    pub(crate) parameter_privileges: ParameterPrivileges,
}

/// What is known about a role's password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Password {
    /// It has none.
    Absent,
    /// It is the declared one.
    Right,
    /// It is another one.
    Wrong,
    /// It is stored as MD5.
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

/// A parameter's stored text, and whether the server takes it for the declared value.
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
    /// Each of them.
    pub(crate) options: DatabaseOptions,
    /// The roles with CONNECT, by key; `public` is every role.
    pub(crate) connect: BTreeSet<String>,
    pub(crate) settings: Settings,
    /// Of the sessions of one role in it, by key.
    pub(crate) role_settings: BTreeMap<String, Settings>,
    pub(crate) acl: Acl<Target>,
    pub(crate) inside: Inside,
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
    /// The locale of another provider than the C library.
    pub(crate) own: Option<String>,
}

/// What only a session in the database sees.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    /// Owners by schema.
    pub(crate) schemas: BTreeMap<String, String>,
    /// The objects that another role owns than the spec wants.
    pub(crate) of_others: BTreeSet<Object>,
    pub(crate) extensions: BTreeMap<String, Extension>,
    pub(crate) acl: Acl<Target>,
    pub(crate) defaults: Defaults,
    pub(crate) publications: BTreeMap<String, Publication>,
    /// The foreign-data wrappers. Read, as what follows, only where foreign servers are declared.
    pub(crate) wrappers: BTreeSet<String>,
    pub(crate) foreign_servers: BTreeMap<String, ForeignServer>,
    /// By the foreign server and the role's key, or `public`.
    pub(crate) user_mappings: BTreeMap<(String, String), UserMapping>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// The listed tables that are there, each with its columns.
    pub(crate) tables: BTreeMap<(String, String), BTreeSet<String>>,
}

/// How declared privileges stand.
#[derive(Debug)]
pub(crate) struct Acl<T> {
    /// Held on every object of the target.
    pub(crate) held: BTreeSet<(T, Privilege)>,
    /// Held on at least one.
    pub(crate) present: BTreeSet<(T, Privilege)>,
    /// The named objects that are there, with the columns that are named.
    pub(crate) there: BTreeSet<T>,
    /// The names that several functions have.
    pub(crate) ambiguous: BTreeSet<T>,
    /// Who has granted what is to be revoked, apart from the owners of the objects.
    pub(crate) grantors: BTreeMap<(T, Privilege), BTreeSet<String>>,
}

impl<T> Default for Acl<T> {
    fn default() -> Self {
        Self {
            held: BTreeSet::new(),
            present: BTreeSet::new(),
            there: BTreeSet::new(),
            ambiguous: BTreeSet::new(),
            grantors: BTreeMap::new(),
        }
    }
}

/// An object in a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Object {
    pub(crate) schema: String,
    /// In the words of `ALTER … OWNER`.
    pub(crate) kind: String,
    /// As the server writes it: quoted where it has to be, a function with the types of its arguments.
    pub(crate) name: String,
    pub(crate) owner: String,
}

/// How declared default privileges stand.
#[derive(Debug, Default)]
pub(crate) struct Defaults {
    /// Those of the target.
    pub(crate) held: BTreeSet<(DefaultTarget, Privilege)>,
    /// Of those for a schema: given in the whole database, to which those for a schema only add.
    pub(crate) in_all: BTreeSet<(DefaultTarget, Privilege)>,
}

/// An installed extension.
#[derive(Debug, Default)]
pub(crate) struct Extension {
    pub(crate) schema: String,
    pub(crate) version: String,
    pub(crate) relocatable: bool,
    /// The versions that an update reaches.
    pub(crate) reachable: BTreeSet<String>,
}

/// An extension that could be installed.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    /// The version that is installed when none is declared.
    pub(crate) default: Option<String>,
    pub(crate) versions: BTreeMap<String, Available>,
}

impl Offer {
    /// What would be installed.
    pub(crate) fn of(&self, version: Option<&str>) -> Option<&Available> {
        let version = version.filter(|version| *version != LATEST);
        self.versions.get(version.or(self.default.as_deref())?)
    }
}

/// One version of it.
#[derive(Debug, Default)]
pub(crate) struct Available {
    /// The only schema that it goes to.
    pub(crate) schema: Option<String>,
    pub(crate) requires: BTreeSet<String>,
}

/// A subscription.
#[derive(Debug, Default)]
pub(crate) struct Subscription {
    pub(crate) enabled: bool,
    /// The slot at the publisher.
    pub(crate) slot: Option<String>,
    pub(crate) publications: BTreeSet<String>,
    /// How the server reaches the publisher, where that can be read.
    pub(crate) publisher: Option<StoredPublisher>,
}

/// The connection of a subscription without what is secret of it.
#[derive(Debug, Default)]
pub(crate) struct StoredPublisher {
    pub(crate) parts: BTreeMap<String, String>,
    /// It is with the declared password, or without any where none is declared.
    pub(crate) password: bool,
}

/// A publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    pub(crate) all_tables: bool,
    pub(crate) tables: BTreeMap<(String, String), Published>,
    /// Those whose condition of rows means the same as the declared one.
    pub(crate) same_rows: BTreeSet<(String, String)>,
    pub(crate) schemas: BTreeSet<String>,
    pub(crate) publish: BTreeSet<Operation>,
    pub(crate) via_root: bool,
}
