//! The state of the nodes: each node's own view, with nothing concluded from another's.

mod monitored;
mod view;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use init_core::Endpoint;

use crate::desired::{Catalog, Instances, Member};

pub use monitored::Monitored;
pub use view::{Entry, Link};

/// What servers show as modules and have built in: Valkey 9 its engine of scripts, Redis 8 its vector sets.
pub(crate) const BUILT_IN_MODULES: [&str; 2] = ["lua", "vectorset"];

/// Everything that the spec is about, by node.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The nodes by their names.
    pub nodes: BTreeMap<Endpoint, NodeState>,
    /// The nodes behind each name that leads to several.
    pub instances: Instances,
    /// Nodes that are not there, where the spec does without some when nothing is to be changed.
    pub missing: BTreeSet<Endpoint>,
    /// What the categories and commands of ACL rules mean; read when the spec names users.
    pub catalog: Option<Catalog>,
    /// The addresses, now, of the names that are to be forgotten; none for a name that leads nowhere any more.
    pub members: BTreeMap<Endpoint, BTreeSet<IpAddr>>,
    /// The Sentinels by their names.
    pub sentinels: BTreeMap<Endpoint, SentinelState>,
    /// The same catalog of the Sentinels, which have other commands.
    pub sentinel_catalog: Option<Catalog>,
}

/// One Sentinel.
#[derive(Clone, Debug, Default)]
pub struct SentinelState {
    /// Its id, which its connections to the nodes are named after.
    pub id: String,
    /// Its users and its addresses.
    pub accounts: NodeState,
    /// Settings for all its monitors that may be shown, by the names of `SENTINEL CONFIG GET`.
    pub settings: BTreeMap<String, String>,
    /// The names of the spec's settings that it has as the spec says.
    pub same_settings: BTreeSet<String>,
    /// The monitor of the spec's name.
    pub monitored: Option<Monitored>,
}

/// One node.
#[derive(Clone, Debug, Default)]
pub struct NodeState {
    /// The node's id; empty outside a cluster.
    pub id: String,
    /// The addresses of its name, now.
    pub addresses: BTreeSet<IpAddr>,
    /// How many servers its name leads to, when it has several addresses.
    pub servers: usize,
    /// Whether it announces an address of its own, which then need not be ours.
    pub announces_address: bool,
    /// How many keys it holds, in all its databases.
    pub keys: u64,
    /// Its primary, by its own word.
    pub replication: Replication,
    /// cluster: every node that it knows, itself included, by id.
    pub view: BTreeMap<String, Entry>,
    /// cluster: whether it says `cluster_state:ok`.
    pub cluster_ok: bool,
    /// cluster: for each replica that it knows, whether it is listed in its primary's shard.
    pub shards: Vec<BTreeSet<String>>,
    /// cluster, with `rebalance`: the slots of each migration that it carries out by itself now (`CLUSTER MIGRATESLOTS`).
    pub migrations: Vec<String>,
    /// cluster: how many keys it holds of each slot that any node has open.
    pub open_keys: BTreeMap<u16, u64>,
    /// Parameters that the spec names; absent where the server knows no such parameter.
    pub config: BTreeMap<String, String>,
    /// Parameters that differ and that the server will not change while it runs.
    pub immutable: BTreeSet<String>,
    /// Users by the spec's key.
    pub users: BTreeMap<String, UserState>,
    /// Users that are to be taken away and are there, by the spec's key.
    pub unwanted: BTreeSet<String>,
    /// Whether the node logs in to its primary as the spec says.
    pub replication_login: ReplicationLogin,
    /// What it logs in to its primary with, by the users of the spec.
    pub own_login: OwnLogin,
    /// Digests of the function libraries that the spec names.
    pub libraries: BTreeMap<String, String>,
    /// Streams that the spec names and whose place this node is, by their keys; absent where there is no such key.
    pub streams: BTreeMap<String, StreamState>,
    /// replication, cluster: all function libraries of a node that follows no other.
    pub own_libraries: BTreeSet<String>,
    /// replication: how many Sentinels watch it.
    pub sentinels: u64,
    /// sentinel: by the beginnings of the Sentinels' ids, whether they are logged in as the user of the spec. Nothing is known
    /// of a Sentinel that is not there, because its link is down or the account may not ask for clients.
    pub watchers: BTreeMap<String, bool>,
    /// Where users and parameters are kept over a restart.
    pub persistence: Persistence,
}

/// What `INFO replication` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replication {
    /// Host and port of the primary; none when it is one itself.
    pub primary: Option<(String, u16)>,
    /// Whether the link to it is up and the data is there.
    pub link_up: bool,
    /// How many replicas are linked to it.
    pub replicas: u64,
}

/// The credentials of a node's own login to its primary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicationLogin {
    /// `masteruser`, if it is the one of the spec or another.
    pub user: Option<String>,
    /// Whether user and password are the spec's.
    pub user_matches: bool,
    /// The same for the password.
    pub password_matches: bool,
}

/// The login that a node uses at its primary now, whether or not the spec declares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnLogin {
    /// The key of the spec's user of that name.
    pub user: Option<String>,
    /// Whether its password is one that the spec declares for that user.
    pub password_declared: bool,
    /// Whether it copies over a second connection, which takes `SYNC` too.
    pub dual_channel: bool,
}

/// Where a node keeps what was changed while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Persistence {
    /// It was started with an ACL file.
    pub acl_file: bool,
    /// It was started with a configuration file.
    pub config_file: bool,
}

/// A user as `ACL GETUSER` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserState {
    /// Whether it may log in.
    pub enabled: bool,
    /// How many of the spec's passwords it has, by position in the spec.
    pub passwords: BTreeSet<usize>,
    /// How many others it has.
    pub others: usize,
    /// Whether its rules mean what the spec's do.
    pub rules_match: bool,
    /// Its rules, as the server writes them.
    pub rules: String,
}

/// What a key of the spec's streams holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamState {
    /// A stream with these consumer groups.
    Groups(BTreeSet<String>),
    /// Something else.
    OtherType,
    /// Unknown, because the cluster does not serve yet.
    NotServed,
}

impl NodeState {
    /// The slots that it has open, by its own word.
    pub(crate) fn open(&self) -> impl Iterator<Item = (&u16, &String)> {
        self.view.get(&self.id).into_iter().flat_map(|own| &own.moving)
    }
}

impl Observed {
    /// The state of a node. Offline, every node is one that was just started.
    pub(crate) fn state(&self, node: &Endpoint) -> Cow<'_, NodeState> {
        self.nodes.get(node).map_or_else(|| Cow::Owned(NodeState::default()), Cow::Borrowed)
    }

    /// Whether a member is the one that the spec names: by its id, by the name that it announces, or where that name leads.
    pub(crate) fn is_meant(&self, member: &Member, entry: &Entry) -> bool {
        match member {
            Member::Id(id) => *id == entry.id,
            Member::Name(name) => {
                let leads = |address| self.members.get(name).is_some_and(|found| found.contains(&address));
                name.port() == entry.port
                    && (entry.hostname == name.host() || entry.address.is_some_and(leads))
            }
        }
    }

    /// The state of a Sentinel. Offline, every Sentinel is one that was just started.
    pub(crate) fn sentinel(&self, node: &Endpoint) -> Cow<'_, SentinelState> {
        self.sentinels.get(node).map_or_else(|| Cow::Owned(SentinelState::default()), Cow::Borrowed)
    }

    /// All open slots, with the number of keys that each node holds of them: it changes while a slot is being migrated.
    pub(crate) fn open_slots(&self) -> BTreeMap<u16, Vec<(String, u64)>> {
        let mut moving: BTreeMap<u16, Vec<(String, u64)>> = BTreeMap::new();
        for state in self.nodes.values() {
            for (slot, other) in state.open() {
                moving.entry(*slot).or_default().push((other.clone(), 0));
            }
        }
        for (slot, seen) in &mut moving {
            let counts = self.nodes.values().filter_map(|state| state.open_keys.get(slot));
            seen.extend(counts.map(|keys| (String::new(), *keys)));
        }
        moving
    }

    /// Marks links over which nothing was received since the first reading. A server calls a link connected while it still
    /// tries to reach the node. For a node that the spec does not name, a live link is the difference between a foreign
    /// cluster and a dead member, so a packet of it has to have arrived.
    pub(crate) fn distrust_silent_links(&mut self, first: &Self) {
        let named: BTreeSet<String> = self.nodes.values().map(|state| state.id.clone()).collect();
        for (node, state) in &mut self.nodes {
            let before = first.nodes.get(node);
            for entry in
                state.view.values_mut().filter(|entry| entry.link == Link::Up && !named.contains(&entry.id))
            {
                let heard = before.and_then(|state| state.view.get(&entry.id)).map(|entry| entry.heard);
                if heard.is_none_or(|heard| entry.heard <= heard) {
                    entry.link = Link::Unheard;
                }
            }
        }
    }
}
