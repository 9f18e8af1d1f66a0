//! What was found on a server, in the form that a spec means, and what could not be said in it.

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

/// A database that every server has. Its own state is part of an export only where somebody changed it.
pub(super) const MAINTENANCE: &str = "postgres";

/// The role of the first superuser, which `initdb` makes: every server has one.
const FIRST: &str = "SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.oid = 10";

/// What the spec cannot say: the section, the entry, and a sentence.
pub(super) type Unsaid = (&'static str, String, String);

/// Who is who among the roles.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// The provisioning role, which owns what is created without an owner.
    pub(super) me: String,
    /// What stands for it where its name is a secret.
    pub(super) label: Option<String>,
    /// The first superuser: the server's own.
    pub(super) first: String,
    pub(super) user: Option<Text>,
    pub(super) password: Option<SecretRef>,
    /// Whether stored verifiers can be seen.
    pub(super) sees_passwords: bool,
    pub(super) version: u32,
}

/// Everything, by name.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) own: Own,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) databases: BTreeMap<String, Database>,
    pub(super) slots: BTreeMap<String, Slot>,
    /// The databases that a session can be in.
    pub(super) open: BTreeSet<String>,
    pub(super) unsaid: Vec<Unsaid>,
}

/// What was read inside of one database.
#[derive(Debug, Default)]
pub(super) struct Inside {
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
    pub(super) unsaid: Vec<String>,
}

impl Own {
    /// What a spec calls the role of this name.
    pub(super) fn key(&self, name: &str) -> String {
        match &self.label {
            Some(label) if name == self.me => label.clone(),
            _ => name.to_owned(),
        }
    }

    /// Who holds a privilege, in the words of a spec. The first superuser may do everything anyway, and another server's has
    /// another name.
    pub(super) fn grantee(&self, name: &str) -> Option<String> {
        match name {
            PUBLIC => Some(PUBLIC.to_owned()),
            first if first == self.first && self.first != self.me => None,
            name => Some(self.key(name)),
        }
    }

    /// An owner that is not the default.
    pub(super) fn owner(&self, name: &str) -> Option<String> {
        (name != self.me).then(|| self.key(name))
    }
}

impl Found {
    pub(super) async fn new(server: &Server, desired: &Desired) -> Result<Self, Error> {
        let main = &server.main;
        let first = main.one(FIRST, "reading who the first superuser is").await?.unwrap_or_default();
        let label = desired.user.secret().map(|secret| secret.name().to_owned());
        let own = Own {
            me: main.facts.me.clone(),
            label,
            first,
            user: Some(desired.user.clone()),
            password: desired.password.clone(),
            sees_passwords: password::may_read(server).await?,
            version: main.facts.version,
        };
        Ok(Self { own, ..Self::default() })
    }

    pub(super) fn unsaid(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.unsaid.push((section, name.to_owned(), text.into()));
    }

    /// What a session in the database has read.
    pub(super) fn take_inside(&mut self, name: &str, inside: Inside) {
        if let Some(database) = self.databases.get_mut(name) {
            database.extensions = inside.extensions;
            database.schemas = inside.schemas;
            database.foreign_servers = inside.foreign_servers;
            database.user_mappings = inside.user_mappings;
            database.grants.extend(inside.grants);
            database.revokes.extend(inside.revokes);
            database.defaults = inside.defaults;
            database.default_revokes = inside.default_revokes;
            database.publications = inside.publications;
            database.subscriptions = inside.subscriptions;
        }
        for text in inside.unsaid {
            self.unsaid("databases", name, text);
        }
    }

    /// The maintenance database is left out as long as nobody changed it.
    pub(super) fn drop_untouched(&mut self) {
        let untouched = |database: &Database| {
            database.owner.is_none()
                && database.options == DatabaseOptions::default()
                && database.tablespace.is_none()
                && database.settings.is_empty()
                && database.role_settings.is_empty()
                && database.grants.is_empty()
                && database.revokes.is_empty()
                && !database.has_inside()
        };
        if self.databases.get(MAINTENANCE).is_some_and(untouched) {
            self.databases.remove(MAINTENANCE);
        }
    }

    /// Every role that something found refers to.
    fn referenced(&self) -> BTreeSet<&str> {
        let mut names: BTreeSet<&str> =
            self.roles.values().flat_map(|role| role.member_of.keys()).map(String::as_str).collect();
        for database in self.databases.values() {
            names.extend(database.referenced_roles());
        }
        names
    }

    /// A role that something refers to by a label is declared under it.
    pub(super) fn declare_label(&mut self) {
        let Some(label) = self.own.label.clone() else { return };
        if self.referenced().contains(label.as_str()) && !self.roles.contains_key(&label) {
            self.roles.insert(label, Role { name: self.own.user.clone(), ..Role::default() });
        }
    }

    /// Moves what could not be said over.
    pub(super) fn tell(&mut self, export: &mut Export) {
        for (section, name, text) in std::mem::take(&mut self.unsaid) {
            export.note(section, name, text);
        }
    }
}
