//! The state of a server as the export reads it.

use std::collections::BTreeMap;

use init_core::Text;
use init_core::export::Note;

use crate::desired::{Level, Section, is_distinguished_name};
use crate::observed::Observed;

/// The keys of a section of the configuration with their values; `None` for a secret.
pub(super) type FoundSettings = BTreeMap<String, Option<String>>;

/// The state of a server, read as if a spec had declared everything, with notes.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) server: Observed,
    /// The keys of the server's configuration that differ from its defaults.
    pub(super) config: BTreeMap<Section, FoundSettings>,
    /// The labels of users that are not their access keys.
    pub(super) labels: BTreeMap<Text, String>,
    /// The levels of users that are kept in policies of their own.
    pub(super) levels: BTreeMap<Text, BTreeMap<String, Level>>,
    /// The provisioning account, which no spec declares.
    pub(super) own: Text,
    /// Notes about what a spec cannot express, as found while reading.
    pub(super) notes: Vec<Note>,
}

impl Found {
    pub(super) fn of(own: &Text) -> Self {
        Self {
            server: Observed::default(),
            config: BTreeMap::new(),
            labels: BTreeMap::new(),
            levels: BTreeMap::new(),
            own: own.clone(),
            notes: Vec::new(),
        }
    }

    /// True for the login name of a user of LDAP. Access keys are made for that, and not for a distinguished name.
    pub(super) fn has_login_name(&self, name: &str) -> bool {
        !is_distinguished_name(name) && self.server.ldap.users.contains_key(name)
    }

    pub(super) fn note(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.notes.push(Note { section, name: name.to_owned(), text: text.into() });
    }
}
