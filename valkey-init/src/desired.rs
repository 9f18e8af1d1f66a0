//! The spec as meant: validated, defaults filled in, files read.

pub(crate) mod acl;
mod digest;
mod layout;
mod member;
pub(crate) mod slots;
pub(crate) mod streams;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, Requires, SecretRef, Text};
use init_net::Tls;
use schemars::JsonSchema;
use serde::Deserialize;

pub use acl::{Access, Catalog};
pub(crate) use digest::digest;
pub use layout::Layout;
pub use member::Member;
pub use slots::Slots;

/// How the nodes belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
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
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it is.
    pub endpoint: Endpoint,
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
    /// Whether it may log in.
    pub enabled: bool,
    /// Its passwords.
    pub passwords: Option<Vec<SecretRef>>,
    /// Its rules, as written.
    pub rules: Option<String>,
}

/// A function library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its source text.
    pub code: String,
    /// The first half of the text's SHA-256, in hex: what a plan shows.
    pub digest: String,
}

impl Desired {
    /// The same without some of its nodes. Those that are left have the roles, the slots and the numbers of replicas that they
    /// have.
    pub(crate) fn without(&self, missing: &BTreeSet<Endpoint>) -> Self {
        let mut left = self.clone();
        left.nodes.retain(|node| !missing.contains(&node.endpoint));
        left.replicas_per_primary = None;
        (left.rebalance, left.forget) = (false, Vec::new());
        if self.mode == Mode::Cluster {
            let zones: Vec<Option<&str>> = left.nodes.iter().map(|node| node.zone.as_deref()).collect();
            left.layout = Layout::new(&zones, zones.len().saturating_sub(1));
        }
        left
    }

    /// Whether any node has parameters set.
    pub(crate) fn sets_parameters(&self) -> bool {
        let own = |node: &Node| !(node.config.is_empty() && node.ports.is_empty());
        self.announce || self.replication.is_some() || !self.config.is_empty() || self.nodes.iter().any(own)
    }
}

/// Every node is talked to, and every secret is read before the first packet.
pub(crate) fn requires(desired: &Desired) -> Requires {
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
