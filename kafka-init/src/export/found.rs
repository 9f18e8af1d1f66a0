//! What was found on a cluster.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;
use init_core::export::Note;

use crate::desired::{Binding, ConfigResource, Entity, Quotas};
use crate::observed::{Credentials, ObservedTopic};

/// Values that are set on something, by Kafka's names.
pub(super) type Values = BTreeMap<String, String>;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Every topic, with the configs that are set on it.
    pub(super) topics: BTreeMap<String, ObservedTopic>,
    /// Of Kafka's own topics, the configs that somebody has set.
    pub(super) internal: BTreeMap<String, Values>,
    pub(super) users: BTreeMap<String, Credentials>,
    pub(super) acls: BTreeSet<Binding>,
    pub(super) quotas: BTreeMap<Entity, Quotas>,
    pub(super) broker_defaults: Values,
    pub(super) resources: BTreeMap<ConfigResource, Values>,
    /// The account that connects and its password, where it is a user that can log in.
    pub(super) own: Option<(String, SecretRef)>,
    /// Whether a spec of this connection can compare passwords.
    pub(super) can_log_in: bool,
    /// What a spec cannot say, as it was met while reading.
    pub(super) notes: Vec<Note>,
}

impl Found {
    pub(super) fn note(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.notes.push(Note { section, name: name.to_owned(), text: text.into() });
    }
}
