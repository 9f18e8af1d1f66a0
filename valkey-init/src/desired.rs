//! The spec as meant: validated, defaults filled in, files read.

pub(crate) mod acl;
mod digest;
mod layout;
mod member;
pub(crate) mod slots;
pub(crate) mod streams;

use std::borrow::Cow;
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

/// How the nodes belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One node.
    Standalone,
    /// A primary and its replicas.
    Replication,
    /// Primaries that share the slots, and their replicas.
    Cluster,
}

/// How many nodes have to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Require {
    /// All of them.
    #[default]
    All,
    /// More than half of them, as long as nothing is to be changed.
    Majority,
}

/// What has to be there.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the spec")]
pub struct Desired {
    /// How the nodes belong together.
    pub mode: Mode,
    /// The nodes, in the order of the spec.
    pub nodes: Vec<Node>,
    /// How many nodes have to be there when nothing is to be changed.
    pub require: Require,
    /// cluster: the primaries, and the primary of each other node.
    pub layout: Layout,
    /// cluster: how many replicas each primary has, where the spec says it.
    pub replicas_per_primary: Option<u16>,
    /// cluster, replication: whether clients are told names.
    pub announce: bool,
    /// TLS to every node, with the certificates read.
    pub tls: Option<Tls>,
    /// Who logs in.
    pub login: Login,
    /// ACL users by the spec's key.
    pub users: BTreeMap<String, User>,
    /// The names of users that are taken away, by the spec's key.
    pub absent: BTreeMap<String, Text>,
    /// The key of the user that replicas log in as, with its first password.
    pub replication: Option<(String, SecretRef)>,
    /// Parameters.
    pub config: BTreeMap<String, String>,
    /// Modules that every node has.
    pub modules: Vec<String>,
    /// Function libraries by name.
    pub functions: BTreeMap<String, Library>,
    /// Where each consumer group of a stream starts, by the stream's key and the group's name.
    pub streams: BTreeMap<String, BTreeMap<String, String>>,
    /// cluster: whether slots are moved until every primary owns as many.
    pub rebalance: bool,
    /// cluster: members that all nodes are to forget.
    pub forget: Vec<Member>,
    /// Whether users, parameters and links outlive a restart.
    pub persist: bool,
    /// Whether modules and users stand in the configuration file itself.
    pub starts_from_config_file: bool,
    /// The Sentinels that watch the nodes.
    pub sentinels: Option<Sentinels>,
    /// The user that Sentinels log in as here: they have one password of it, so an old one works until each of them has been
    /// told the new one.
    pub sentinels_log_in_as: Option<Text>,
}

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

/// The nodes behind each name that leads to several, in the order of their ids.
pub type Instances = BTreeMap<Endpoint, Vec<Endpoint>>;

/// One node, or several behind one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Its place in the list of the spec.
    pub position: usize,
    /// How many nodes its name leads to.
    pub replicas: usize,
    /// Where it stands.
    pub zone: Option<String>,
    /// What clients are told.
    pub hostname: String,
    /// The ports that it announces, by parameter.
    pub ports: BTreeMap<&'static str, u16>,
    /// Its own parameters, which count before those of all nodes.
    pub config: BTreeMap<String, String>,
    /// Whether all its slots are moved to the others.
    pub drain: bool,
}

/// Who logs in, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: Text,
    /// Its password.
    pub password: Option<SecretRef>,
    /// The password of `default`, tried when the user is refused.
    pub bootstrap: Option<SecretRef>,
}

/// An ACL user; what is `None` is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: Text,
    /// True when it may log in, false when it may not. When absent, a new user may, and an existing one stays as it is.
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
    /// The first half of the text's SHA-256, in hex: what a plan shows.
    pub digest: String,
}

impl Sentinels {
    /// Where they are.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.accounts.nodes.iter().map(|node| &node.endpoint)
    }

    /// Secrets that they are told, beside those of their users and of the login.
    fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
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
    /// The same without some of its nodes. Those that are left have the roles, the slots and the numbers of replicas that they
    /// have.
    pub(crate) fn without(&self, missing: &BTreeSet<Endpoint>) -> Self {
        let mut left = self.clone();
        left.nodes.retain(|node| !missing.contains(&node.endpoint));
        left.replicas_per_primary = None;
        (left.rebalance, left.forget) = (false, Vec::new());
        if let Some(sentinels) = &mut left.sentinels {
            sentinels.accounts.nodes.retain(|node| !missing.contains(&node.endpoint));
        }
        if self.mode == Mode::Cluster {
            let zones: Vec<Option<&str>> = left.nodes.iter().map(|node| node.zone.as_deref()).collect();
            left.layout = Layout::new(&zones, zones.len().saturating_sub(1));
        }
        left
    }

    /// The same with the nodes that a name leads to in place of that name.
    pub(crate) fn with_instances(&self, instances: &Instances) -> Cow<'_, Self> {
        if instances.is_empty() {
            return Cow::Borrowed(self);
        }
        let nodes = self.nodes.iter().flat_map(|node| match instances.get(&node.endpoint) {
            Some(instances) => {
                instances.iter().map(|at| Node { endpoint: at.clone(), ..node.clone() }).collect()
            }
            None => vec![node.clone()],
        });
        let nodes: Vec<Node> = nodes.collect();
        let layout = Layout::of(self.mode, &nodes, self.replicas_per_primary);
        Cow::Owned(Self { nodes, layout, ..self.clone() })
    }

    /// Where the spec names the node at this position.
    pub(crate) fn place(&self, position: usize) -> SpecPath {
        let written = self.nodes.get(position).map_or(position, |node| node.position);
        SpecPath::root().key("nodes").index(written)
    }

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

    /// Whether any node has parameters set.
    pub(crate) fn sets_parameters(&self) -> bool {
        let own = |node: &Node| !(node.config.is_empty() && node.ports.is_empty());
        self.announce || self.replication.is_some() || !self.config.is_empty() || self.nodes.iter().any(own)
    }
}

/// Every node is talked to, and every secret is read before the first packet.
pub(crate) fn requires(desired: &Desired) -> Requires {
    let mut all = of_nodes(desired);
    if let Some(sentinels) = &desired.sentinels {
        let theirs = of_nodes(&sentinels.accounts);
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
    let names = desired.users.values().map(|user| &user.name).chain(desired.absent.values());
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
