//! The desired state: the spec after validation, with the defaults filled in and the files read.

pub(crate) mod acl;
mod digest;
pub(crate) mod instances;
pub(crate) mod key_slot;
mod layout;
mod member;
pub(crate) mod slots;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, Requires, SecretRef, SpecPath, Text};
use init_net::Tls;
use schemars::JsonSchema;
use serde::Deserialize;

pub use acl::{Access, Catalog};
pub(crate) use digest::digest;
pub use layout::Layout;
pub use member::Member;
pub use slots::Slots;

/// The mode of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One node.
    Standalone,
    /// A primary and its replicas.
    Replication,
    /// Primaries that share the slots, and their replicas.
    Cluster,
}

/// The number of nodes that a run needs to reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Require {
    /// All of them.
    #[default]
    All,
    /// More than half of them, as long as nothing is to be changed.
    Majority,
}

/// The desired state of a deployment.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the spec")]
pub struct Desired {
    /// The mode of the nodes.
    pub mode: Mode,
    /// The nodes, in the order of the spec.
    pub nodes: Vec<Node>,
    /// The number of nodes that have to be reached when nothing is to be changed.
    pub require: Require,
    /// cluster: the primaries, and the primary of each other node.
    pub layout: Layout,
    /// cluster: the number of replicas of each primary, where the spec says it.
    pub replicas_per_primary: Option<u16>,
    /// cluster, replication: true when nodes announce names instead of addresses.
    pub announce_hostnames: bool,
    /// TLS to every node, with the certificates read.
    pub tls: Option<Tls>,
    /// The login of this run.
    pub login: Login,
    /// ACL users by the spec's key.
    pub users: BTreeMap<String, User>,
    /// The names of the users that are to be deleted, by the spec's key.
    pub absent_users: BTreeMap<String, Text>,
    /// The key of the user that replicas log in as, with its first password.
    pub replication_user: Option<(String, SecretRef)>,
    /// Parameters.
    pub config: BTreeMap<String, String>,
    /// Modules that every node has.
    pub modules: Vec<String>,
    /// Function libraries by name.
    pub functions: BTreeMap<String, Library>,
    /// The start id of each consumer group, by the stream's key and the group's name.
    pub streams: BTreeMap<String, BTreeMap<String, String>>,
    /// cluster: true when slots are moved until all primaries own equally many.
    pub rebalance: bool,
    /// cluster: members that all nodes are to forget.
    pub forget: Vec<Member>,
    /// True when users, parameters and the primary of a replica are persisted.
    pub persist: bool,
    /// True when the servers take all modules and users from the configuration file itself.
    pub starts_from_config_file: bool,
    /// The Sentinels that watch the nodes.
    pub sentinels: Option<Sentinels>,
    /// The user that the Sentinels log in to the nodes as. A Sentinel has one password, so an old password works until
    /// each Sentinel has been given the new one.
    pub sentinel_login_user: Option<Text>,
}

/// The Sentinels, and the monitor that each of them has.
#[derive(Clone, Debug)]
pub struct Sentinels {
    /// The Sentinels as nodes: their endpoints, the login of this run, and their users.
    pub as_nodes: Box<Desired>,
    /// The name under which they monitor the primary.
    pub monitor: String,
    /// The quorum of a new monitor when `options` has none.
    pub majority: u32,
    /// The user that they log in to the nodes as, with its password.
    pub auth: Option<(Text, SecretRef)>,
    /// Options of the monitor, by the names of `SENTINEL SET`.
    pub options: BTreeMap<String, String>,
    /// The settings of a Sentinel for all its monitors, by the names of `SENTINEL CONFIG SET`.
    pub settings: BTreeMap<String, Text>,
}

/// The nodes behind each name that leads to several, in the order of their ids.
pub type Instances = BTreeMap<Endpoint, Vec<Endpoint>>;

/// One node, or several behind one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its place in the list of the spec.
    pub position: usize,
    /// The number of nodes behind its name.
    pub replicas: usize,
    /// The zone, within which no primary is to have its replica.
    pub zone: Option<String>,
    /// The name that it announces to clients.
    pub hostname: String,
    /// The ports that it announces, by parameter.
    pub ports: BTreeMap<&'static str, u16>,
    /// Its own parameters, which take precedence over those of all nodes.
    pub config: BTreeMap<String, String>,
    /// True when all its slots are moved to the other primaries.
    pub drain: bool,
}

/// A login: the user and its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: Text,
    /// Its password.
    pub password: Option<SecretRef>,
    /// The password of `default`, which is tried when the user is refused.
    pub bootstrap: Option<SecretRef>,
}

/// An ACL user. A property that is `None` is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: Text,
    /// True when it may log in, false when it may not. `None` enables a new user and leaves an existing one as it is.
    pub enabled: Option<bool>,
    /// Its passwords.
    pub passwords: Option<Vec<SecretRef>>,
    /// Its rules, as written.
    pub rules: Option<String>,
}

impl User {
    /// True unless the spec disables the user.
    pub(crate) fn may_log_in(&self) -> bool {
        self.enabled != Some(false)
    }
}

/// A function library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its source text.
    pub code: String,
    /// The first half of the SHA-256 of the source text, in hex, which a plan shows.
    pub digest: String,
}

impl Sentinels {
    /// The endpoints of the Sentinels.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.as_nodes.nodes.iter().map(|node| &node.endpoint)
    }

    /// The secrets in their options and settings, without those of their users and of the login.
    fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        let auth = self.auth.iter().flat_map(|(user, password)| user.secret().into_iter().chain([password]));
        auth.chain(self.settings.values().filter_map(Text::secret))
    }

    /// Removes the passwords of their users, of their login at the nodes, and of their login at each other.
    pub(crate) fn remove_passwords(&mut self) {
        self.as_nodes.users.values_mut().for_each(|user| user.passwords = None);
        self.auth = None;
        self.settings.retain(|name, _| !name.starts_with("sentinel-"));
    }

    /// The secrets that a Sentinel writes into its configuration file without quotes.
    pub(crate) fn secrets_written_unquoted(&self) -> BTreeSet<&SecretRef> {
        self.secrets().collect()
    }
}

impl Desired {
    /// The desired state without the missing nodes. Nothing is declared about the roles, the slots and the number of
    /// replicas of those that are left.
    pub(crate) fn without_nodes(&self, missing: &BTreeSet<Endpoint>) -> Self {
        let mut left = self.clone();
        left.nodes.retain(|node| !missing.contains(&node.endpoint));
        left.replicas_per_primary = None;
        (left.rebalance, left.forget) = (false, Vec::new());
        if let Some(sentinels) = &mut left.sentinels {
            sentinels.as_nodes.nodes.retain(|node| !missing.contains(&node.endpoint));
        }
        if self.mode == Mode::Cluster {
            let zones: Vec<Option<&str>> = left.nodes.iter().map(|node| node.zone.as_deref()).collect();
            left.layout = Layout::new(&zones, zones.len().saturating_sub(1));
        }
        left
    }

    /// The place in the spec of the node at this position.
    pub(crate) fn place(&self, position: usize) -> SpecPath {
        let written = self.nodes.get(position).map_or(position, |node| node.position);
        SpecPath::root().key("nodes").index(written)
    }

    /// The desired state of this server, which is a node or a Sentinel.
    pub(crate) fn declared_for(&self, node: &Endpoint) -> &Self {
        match &self.sentinels {
            Some(sentinels) if sentinels.endpoints().any(|sentinel| sentinel == node) => &sentinels.as_nodes,
            Some(_) | None => self,
        }
    }

    /// True for the endpoint of a Sentinel.
    pub(crate) fn is_sentinel(&self, node: &Endpoint) -> bool {
        !std::ptr::eq(self.declared_for(node), self)
    }

    /// The declared user that the Sentinels log in to the nodes as, with its key; `None` when the spec does not declare
    /// it.
    pub(crate) fn declared_sentinel_user(&self) -> Option<(&String, &User)> {
        let name = self.sentinel_login_user.as_ref()?;
        self.users.iter().find(|(_, user)| user.name == *name)
    }

    /// True when the spec sets parameters of any node.
    pub(crate) fn sets_parameters(&self) -> bool {
        let own = |node: &Node| !(node.config.is_empty() && node.ports.is_empty());
        self.announce_hostnames
            || self.replication_user.is_some()
            || !self.config.is_empty()
            || self.nodes.iter().any(own)
    }
}

/// The endpoints and secrets of the spec: every node is connected to, and every secret is read before the first packet.
pub(crate) fn requires(desired: &Desired) -> Requires {
    let mut all = of_nodes(desired);
    if let Some(sentinels) = &desired.sentinels {
        let theirs = of_nodes(&sentinels.as_nodes);
        all.endpoints.extend(theirs.endpoints);
        all.secrets.extend(theirs.secrets);
        all.secrets.extend(sentinels.secrets().cloned());
    }
    all
}

fn of_nodes(desired: &Desired) -> Requires {
    let login = &desired.login;
    let key = desired.tls.iter().flat_map(Tls::secrets);
    let passwords = desired.users.values().flat_map(|user| user.passwords.iter().flatten());
    let names = desired.users.values().map(|user| &user.name).chain(desired.absent_users.values());
    let names = names.filter_map(Text::secret);
    let secrets = key
        .chain(passwords)
        .chain(names)
        .chain(login.user.secret())
        .chain(&login.password)
        .chain(&login.bootstrap)
        .cloned()
        .collect();
    Requires { endpoints: desired.nodes.iter().map(|node| node.endpoint.clone()).collect(), secrets }
}
