//! What the server has, under the spec's own names.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Attributes, DefaultTarget, Target, Until};
use crate::spec::{Operation, Privilege};

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
    /// The extensions that the server has files of, the same for all its databases. Only read where some are declared.
    pub(crate) offers: BTreeMap<String, Offer>,
    /// The server's own spelling of each encoding that the spec names.
    pub(crate) encodings: BTreeMap<String, String>,
}

/// The role that provisions.
#[derive(Debug, Default)]
pub(crate) struct Provisioner {
    /// By its key.
    pub(crate) role: String,
    pub(crate) superuser: bool,
    /// Itself, and the roles whose privileges it has as their member.
    pub(crate) usable: BTreeSet<String>,
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
    /// The locale: of the provider, or `LC_COLLATE` and `LC_CTYPE`.
    pub(crate) locales: BTreeSet<String>,
    pub(crate) connection_limit: i32,
    pub(crate) allows_connections: bool,
    /// The roles with CONNECT, by key; `public` is every role.
    pub(crate) connect: BTreeSet<String>,
    pub(crate) settings: Settings,
    pub(crate) acl: Acl<Target>,
    pub(crate) inside: Inside,
}

/// What only a session in the database sees.
#[derive(Debug, Default)]
pub(crate) struct Inside {
    /// Owners by schema.
    pub(crate) schemas: BTreeMap<String, String>,
    pub(crate) extensions: BTreeMap<String, Extension>,
    pub(crate) acl: Acl<Target>,
    pub(crate) defaults: Acl<DefaultTarget>,
    pub(crate) publications: BTreeMap<String, Publication>,
    /// The listed tables that are there.
    pub(crate) tables: BTreeSet<(String, String)>,
}

/// How declared privileges stand.
#[derive(Debug)]
pub(crate) struct Acl<T> {
    /// Held on every object of the target.
    pub(crate) held: BTreeSet<(T, Privilege)>,
    /// Held on at least one.
    pub(crate) present: BTreeSet<(T, Privilege)>,
}

impl<T> Default for Acl<T> {
    fn default() -> Self {
        Self { held: BTreeSet::new(), present: BTreeSet::new() }
    }
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

/// A publication.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    pub(crate) all_tables: bool,
    pub(crate) tables: BTreeSet<(String, String)>,
    pub(crate) schemas: BTreeSet<String>,
    pub(crate) publish: BTreeSet<Operation>,
}
