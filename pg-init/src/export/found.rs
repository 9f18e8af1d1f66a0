//! The state of a server as the export reads it, with notes about what a spec cannot express.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Export;
use init_core::{SecretRef, Text};

use crate::desired::{
    Database, DatabaseOptions, DefaultTarget, Desired, Extension, ForeignServer, PUBLIC, Privileges,
    Publication, Role, Schema, Slot, Subscription, Target, UserMapping,
};
use crate::error::Error;
use crate::observe::password;
use crate::wire::Server;

/// The maintenance database, which every server has. It is exported only where somebody changed it.
pub(super) const MAINTENANCE: &str = "postgres";

/// The role of the first superuser, which `initdb` creates on every server.
const FIRST_SUPERUSER: &str = "SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.oid = 10";

/// A property that a spec cannot express: the section, the entry, and a text.
pub(super) type Note = (&'static str, String, String);

/// The roles that an export treats specially, and what the provisioning role can read.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// The provisioning role, which owns what is created without a declared owner.
    pub(super) me: String,
    /// The label of the provisioning role where its name is a secret.
    pub(super) label: Option<String>,
    /// The first superuser, which belongs to the server.
    pub(super) first_superuser: String,
    pub(super) user: Option<Text>,
    pub(super) password: Option<SecretRef>,
    /// True when stored verifiers can be read.
    pub(super) sees_passwords: bool,
    pub(super) version: u32,
}

/// The state of a server, by name.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) context: Context,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) databases: BTreeMap<String, Database>,
    pub(super) slots: BTreeMap<String, Slot>,
    /// The databases in which a session can be opened.
    pub(super) accessible: BTreeSet<String>,
    pub(super) notes: Vec<Note>,
}

/// The contents of one database.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) extensions: BTreeMap<String, Extension>,
    pub(super) schemas: BTreeMap<String, Schema>,
    pub(super) foreign_servers: BTreeMap<String, ForeignServer>,
    pub(super) user_mappings: BTreeMap<(String, String), UserMapping>,
    pub(super) grants: BTreeMap<Target, Privileges>,
    pub(super) revokes: BTreeMap<Target, Privileges>,
    pub(super) defaults: BTreeMap<DefaultTarget, Privileges>,
    pub(super) default_revokes: BTreeMap<DefaultTarget, Privileges>,
    pub(super) publications: BTreeMap<String, Publication>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) notes: Vec<String>,
}

impl Context {
    /// The key in a spec of the role with this name.
    pub(super) fn key(&self, name: &str) -> String {
        match &self.label {
            Some(label) if name == self.me => label.clone(),
            _ => name.to_owned(),
        }
    }

    /// The grantee as a spec names it. The first superuser is left out: it has all privileges, and has another name
    /// on another server.
    pub(super) fn grantee(&self, name: &str) -> Option<String> {
        match name {
            PUBLIC => Some(PUBLIC.to_owned()),
            first if first == self.first_superuser && self.first_superuser != self.me => None,
            name => Some(self.key(name)),
        }
    }

    /// The owner, unless it is the default.
    pub(super) fn owner(&self, name: &str) -> Option<String> {
        (name != self.me).then(|| self.key(name))
    }
}

impl Found {
    pub(super) async fn new(server: &Server, desired: &Desired) -> Result<Self, Error> {
        let main = &server.main;
        let first = main
            .query_value(FIRST_SUPERUSER, "reading the name of the first superuser")
            .await?
            .unwrap_or_default();
        let label = desired.user.secret().map(|secret| secret.name().to_owned());
        let context = Context {
            me: main.facts.user.clone(),
            label,
            first_superuser: first,
            user: Some(desired.user.clone()),
            password: desired.password.clone(),
            sees_passwords: password::may_read_verifiers(server).await?,
            version: main.facts.version,
        };
        Ok(Self { context, ..Self::default() })
    }

    pub(super) fn note(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.notes.push((section, name.to_owned(), text.into()));
    }

    /// Adds the contents that were read in a session in the database.
    pub(super) fn add_contents(&mut self, name: &str, contents: Contents) {
        if let Some(database) = self.databases.get_mut(name) {
            database.extensions = contents.extensions;
            database.schemas = contents.schemas;
            database.foreign_servers = contents.foreign_servers;
            database.user_mappings = contents.user_mappings;
            database.grants.extend(contents.grants);
            database.revokes.extend(contents.revokes);
            database.defaults = contents.defaults;
            database.default_revokes = contents.default_revokes;
            database.publications = contents.publications;
            database.subscriptions = contents.subscriptions;
        }
        for text in contents.notes {
            self.note("databases", name, text);
        }
    }

    /// Leaves the maintenance database out when nobody changed it.
    pub(super) fn drop_unchanged_maintenance_database(&mut self) {
        let untouched = |database: &Database| {
            database.owner.is_none()
                && database.options == DatabaseOptions::default()
                && database.tablespace.is_none()
                && database.settings.is_empty()
                && database.role_settings.is_empty()
                && database.grants.is_empty()
                && database.revokes.is_empty()
                && !database.has_contents()
        };
        if self.databases.get(MAINTENANCE).is_some_and(untouched) {
            self.databases.remove(MAINTENANCE);
        }
    }

    /// The roles that the exported objects refer to.
    fn referenced_roles(&self) -> BTreeSet<&str> {
        let mut names: BTreeSet<&str> =
            self.roles.values().flat_map(|role| role.member_of.keys()).map(String::as_str).collect();
        for database in self.databases.values() {
            names.extend(database.referenced_roles());
        }
        names
    }

    /// Declares the role that other entries refer to by its label.
    pub(super) fn declare_labelled_role(&mut self) {
        let Some(label) = self.context.label.clone() else { return };
        if self.referenced_roles().contains(label.as_str()) && !self.roles.contains_key(&label) {
            self.roles.insert(label, Role { name: self.context.user.clone(), ..Role::default() });
        }
    }

    /// Writes the notes.
    pub(super) fn write_notes(&mut self, export: &mut Export) {
        for (section, name, text) in std::mem::take(&mut self.notes) {
            export.note(section, name, text);
        }
    }
}
