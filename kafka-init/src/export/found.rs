//! The state of a cluster as the export reads it.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Note;
use init_core::{SecretRef, Text};

use crate::desired::{Binding, ConfigResource, Entity, Quotas};
use crate::observed::{Credentials, ObservedTopic};

/// Config values that are set on a resource, by Kafka's names; `None` for a sensitive one, which Kafka never shows.
pub(super) type Values = BTreeMap<String, Option<String>>;

/// The state of a cluster, with notes about what a spec cannot express.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Every topic that is not internal, with the configs that are set on it.
    pub(super) topics: BTreeMap<String, ObservedTopic>,
    /// The configs that somebody has set on internal topics.
    pub(super) internal: BTreeMap<String, Values>,
    pub(super) users: BTreeMap<Text, Credentials>,
    pub(super) acls: BTreeSet<Binding>,
    pub(super) quotas: BTreeMap<Entity, Quotas>,
    pub(super) broker_defaults: Values,
    pub(super) resources: BTreeMap<ConfigResource, Values>,
    /// The name of the provisioning account and the secret of its password, where it logs in with one.
    pub(super) own: Option<(Text, SecretRef)>,
    /// True when a spec with this connection can compare passwords by logins.
    pub(super) can_log_in: bool,
    /// Notes about what a spec cannot express, as found while reading.
    pub(super) notes: Vec<Note>,
}

impl Found {
    /// True when a user, an ACL or a quota has this name.
    pub(super) fn has_user(&self, name: &str) -> bool {
        let (user, principal) = (Text::Plain(name.to_owned()), Text::Plain(format!("User:{name}")));
        self.users.contains_key(&user)
            || self.acls.iter().any(|acl| acl.principal == principal || acl.name == principal)
            || self.quotas.keys().any(|entity| entity.0.get("user") == Some(&Some(user.clone())))
    }

    pub(super) fn note(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.notes.push(Note { section, name: name.to_owned(), text: text.into() });
    }
}
