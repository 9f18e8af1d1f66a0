//! The observed state of the nodes: each node's own view of itself and of the cluster.

mod monitored_primary;
mod view;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use init_core::Endpoint;

use crate::desired::{Catalog, Instances, Member};

pub use monitored_primary::MonitoredPrimary;
pub use view::{LinkState, NodeEntry};

/// The built-in modules that servers list among the loaded ones: the script engine of Valkey 9 and the vector sets of
/// Redis 8.
pub(crate) const BUILT_IN_MODULES: [&str; 2] = ["lua", "vectorset"];

/// The observed state of everything that the spec declares.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The nodes by their names.
    pub nodes: BTreeMap<Endpoint, NodeState>,
    /// The nodes behind each name that leads to several.
    pub instances: Instances,
    /// The nodes that cannot be reached, with `require: majority`.
    pub missing: BTreeSet<Endpoint>,
    /// The commands and ACL categories of the nodes; read when the spec declares users.
    pub catalog: Option<Catalog>,
    /// The current addresses of the names under `forget`; none for a name that does not resolve any more.
    pub forget_addresses: BTreeMap<Endpoint, BTreeSet<IpAddr>>,
    /// The Sentinels by their names.
    pub sentinels: BTreeMap<Endpoint, SentinelState>,
    /// The commands and ACL categories of the Sentinels.
    pub sentinel_catalog: Option<Catalog>,
}

/// The state of one Sentinel.
#[derive(Clone, Debug, Default)]
pub struct SentinelState {
    /// Its id, whose beginning is part of the client names of its connections to the nodes.
    pub id: String,
    /// Its users and its addresses.
    pub node: NodeState,
    /// The settings for all its monitors that may be shown, by the names of `SENTINEL CONFIG GET`.
    pub settings: BTreeMap<String, String>,
    /// The names of the settings that are as the spec declares them.
    pub matching_settings: BTreeSet<String>,
    /// The monitor of the declared name.
    pub monitored: Option<MonitoredPrimary>,
}

/// The state of one node.
#[derive(Clone, Debug, Default)]
pub struct NodeState {
    /// The node's id; empty outside a cluster.
    pub id: String,
    /// The current addresses of its name.
    pub addresses: BTreeSet<IpAddr>,
    /// The number of servers behind its name, where the name has several addresses.
    pub server_count: usize,
    /// True when it announces an address, which may differ from those of its name here.
    pub announces_address: bool,
    /// The number of its keys, in all databases.
    pub keys: u64,
    /// Its role and its primary, as it reports them itself.
    pub replication: Replication,
    /// cluster: the entries of `CLUSTER NODES`, its own included, by id.
    pub view: BTreeMap<String, NodeEntry>,
    /// cluster: true when it reports `cluster_state:ok`.
    pub cluster_ok: bool,
    /// cluster: the node ids of each shard in `CLUSTER SHARDS`.
    pub shards: Vec<BTreeSet<String>>,
    /// cluster, with `rebalance`: the slots of each running atomic slot migration (`CLUSTER MIGRATESLOTS`).
    pub migrations: Vec<String>,
    /// cluster: the number of its keys in each slot that any node has open.
    pub keys_of_open_slots: BTreeMap<u16, u64>,
    /// The declared parameters; absent where the server does not have the parameter.
    pub config: BTreeMap<String, String>,
    /// The parameters that differ and that the server cannot change while it runs.
    pub immutable: BTreeSet<String>,
    /// The declared users that exist, by the spec's key.
    pub users: BTreeMap<String, UserState>,
    /// The users that exist and are to be deleted, by the spec's key.
    pub users_to_delete: BTreeSet<String>,
    /// The comparison of its login at its primary with `replicationUser`.
    pub replication_login: ReplicationLogin,
    /// Its configured login at its primary, by the users of the spec.
    pub configured_login: ConfiguredLogin,
    /// The digests of the declared function libraries.
    pub libraries: BTreeMap<String, String>,
    /// The declared streams whose hash slots this node owns, by their keys; absent where the key does not exist.
    pub streams: BTreeMap<String, StreamState>,
    /// replication, cluster: all function libraries of a node that is not a replica.
    pub own_libraries: BTreeSet<String>,
    /// replication: the number of Sentinels that monitor it.
    pub sentinel_count: u64,
    /// sentinel: by the beginning of each Sentinel's id, true when it is logged in as the declared user. A Sentinel is
    /// absent when its link is down or when the account may not list clients.
    pub sentinel_logins: BTreeMap<String, bool>,
    /// The files in which it persists users and parameters.
    pub persistence: Persistence,
}

/// The role of a node, from `INFO replication`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replication {
    /// The host and the port of its primary; `None` for a primary.
    pub primary: Option<(String, u16)>,
    /// True when the link to the primary is up and the initial synchronization has ended.
    pub link_up: bool,
    /// The number of connected replicas.
    pub replicas: u64,
}

/// The comparison of `masteruser` and `masterauth` with `replicationUser`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicationLogin {
    /// The value of `masteruser`, where it may be shown.
    pub user: Option<String>,
    /// True when `masteruser` is as declared.
    pub user_matches: bool,
    /// True when `masterauth` is as declared.
    pub password_matches: bool,
}

/// The login that a node uses at its primary (`masteruser` and `masterauth`), whether or not the spec declares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfiguredLogin {
    /// The key of the declared user of that name.
    pub user: Option<String>,
    /// True when the password is one that the spec declares for that user.
    pub password_declared: bool,
    /// True with dual-channel replication, which needs `SYNC` too.
    pub dual_channel: bool,
}

/// The files in which a node persists what was changed while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Persistence {
    /// True when it was started with an ACL file.
    pub acl_file: bool,
    /// True when it was started with a configuration file.
    pub config_file: bool,
}

/// A user as `ACL GETUSER` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserState {
    /// True when it may log in.
    pub enabled: bool,
    /// The declared passwords that it has, by their position in the spec.
    pub passwords: BTreeSet<usize>,
    /// The number of its other passwords.
    pub undeclared: usize,
    /// True when its rules allow the same as the declared ones.
    pub rules_match: bool,
    /// Its rules, as the server writes them.
    pub rules: String,
}

/// The state of the key of a declared stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// A stream with these consumer groups.
    Groups(BTreeSet<String>),
    /// Another type than a stream.
    OtherType,
    /// Unknown, because the cluster does not serve the key yet.
    NotServed,
}

impl NodeState {
    /// The slots that it reports as open (migrating or importing), each with the id of the other node. None of a replica:
    /// since Valkey 8 it repeats those of its primary, and only the primary can close them.
    pub(crate) fn open_slots(&self) -> impl Iterator<Item = (&u16, &String)> {
        let own = self.view.get(&self.id).filter(|own| own.primary.is_none());
        own.into_iter().flat_map(|own| &own.open_slots)
    }
}

impl Observed {
    /// The state of a node. Without servers (`describe`), every node counts as just started.
    pub(crate) fn state(&self, node: &Endpoint) -> Cow<'_, NodeState> {
        self.nodes.get(node).map_or_else(|| Cow::Owned(NodeState::default()), Cow::Borrowed)
    }

    /// True when the member of this entry is the one that the spec names: by its id, by its announced name, or by an
    /// address of that name.
    pub(crate) fn is_declared_member(&self, member: &Member, entry: &NodeEntry) -> bool {
        match member {
            Member::Id(id) => *id == entry.id,
            Member::Name(name) => {
                let leads =
                    |address| self.forget_addresses.get(name).is_some_and(|found| found.contains(&address));
                name.port() == entry.port
                    && (entry.hostname == name.host() || entry.address.is_some_and(leads))
            }
        }
    }

    /// The state of a Sentinel. Without servers (`describe`), every Sentinel counts as just started.
    pub(crate) fn sentinel(&self, node: &Endpoint) -> Cow<'_, SentinelState> {
        self.sentinels.get(node).map_or_else(|| Cow::Owned(SentinelState::default()), Cow::Borrowed)
    }

    /// All open slots, with the number of keys in them at each node, which changes while a slot is being migrated.
    pub(crate) fn open_slots(&self) -> BTreeMap<u16, Vec<(String, u64)>> {
        let mut open: BTreeMap<u16, Vec<(String, u64)>> = BTreeMap::new();
        for state in self.nodes.values() {
            for (slot, other) in state.open_slots() {
                open.entry(*slot).or_default().push((other.clone(), 0));
            }
        }
        for (slot, seen) in &mut open {
            let counts = self.nodes.values().filter_map(|state| state.keys_of_open_slots.get(slot));
            seen.extend(counts.map(|keys| (String::new(), *keys)));
        }
        open
    }

    /// Marks links on which nothing was received since the first observation. A server calls a link connected while it
    /// still tries to reach the node. For a node that the spec does not name, a live link is the difference between a
    /// foreign cluster and a dead member, so a packet of it has to have arrived.
    pub(crate) fn mark_unconfirmed_links(&mut self, first: &Self) {
        let named: BTreeSet<String> = self.nodes.values().map(|state| state.id.clone()).collect();
        for (node, state) in &mut self.nodes {
            let before = first.nodes.get(node);
            for entry in state
                .view
                .values_mut()
                .filter(|entry| entry.link == LinkState::Up && !named.contains(&entry.id))
            {
                let before = before.and_then(|state| state.view.get(&entry.id)).map(|entry| entry.last_pong);
                if before.is_none_or(|before| entry.last_pong <= before) {
                    entry.link = LinkState::Unconfirmed;
                }
            }
        }
    }
}
