//! The Sentinels that watch the nodes, as meant.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, Text};

use super::{Desired, User};

/// Sentinels, what they monitor, and how.
#[derive(Clone, Debug)]
pub struct Sentinels {
    /// The Sentinels as nodes with accounts of their own: where they are, who logs in, and their users.
    pub accounts: Box<Desired>,
    /// The name under which they monitor the primary.
    pub monitor: String,
    /// The quorum that a new monitor gets when `options` has none.
    pub majority: u32,
    /// The user that they log in to the nodes as, with its password.
    pub auth: Option<(Text, SecretRef)>,
    /// Options of the monitor, by the names of `SENTINEL SET`.
    pub options: BTreeMap<String, String>,
    /// What each Sentinel has for all its monitors, by the names of `SENTINEL CONFIG SET`.
    pub settings: BTreeMap<String, Text>,
}

impl Sentinels {
    /// Where they are.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.accounts.nodes.iter().map(|node| &node.endpoint)
    }

    /// Secrets that they are told, beside those of their users and of the login.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        let auth = self.auth.iter().flat_map(|(user, password)| user.secret().into_iter().chain([password]));
        auth.chain(self.settings.values().filter_map(Text::secret))
    }

    /// Without the passwords that they and their users have.
    pub(crate) fn forget_passwords(&mut self) {
        self.accounts.users.values_mut().for_each(|user| user.passwords = None);
        self.auth = None;
        self.settings.retain(|name, _| !name.starts_with("sentinel-"));
    }

    /// Values that a Sentinel writes into its configuration file without quotes.
    pub(crate) fn unquoted(&self) -> BTreeSet<&SecretRef> {
        self.secrets().collect()
    }
}

impl Desired {
    /// What is declared of the accounts of this node, which may be a Sentinel.
    pub(crate) fn accounts_of(&self, node: &Endpoint) -> &Self {
        match &self.sentinels {
            Some(sentinels) if sentinels.endpoints().any(|sentinel| sentinel == node) => &sentinels.accounts,
            Some(_) | None => self,
        }
    }

    /// Whether it is a Sentinel.
    pub(crate) fn is_sentinel(&self, node: &Endpoint) -> bool {
        !std::ptr::eq(self.accounts_of(node), self)
    }

    /// The user that the Sentinels log in to the nodes as, if the spec declares it, by its key.
    pub(crate) fn watching_user(&self) -> Option<(&String, &User)> {
        let name = self.sentinels_log_in_as.as_ref()?;
        self.users.iter().find(|(_, user)| user.name == *name)
    }
}
