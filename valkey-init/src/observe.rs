//! What the nodes have now: each node's own view, nothing concluded from another's.

mod accounts;
mod info;
mod link;
mod node;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use init_core::{Endpoint, Gather as _, Secrets};
use tokio::time::{Instant, sleep};
use tracing::info;

use crate::acl::Catalog;
use crate::error::Error;
use crate::spec::{Desired, Mode};
use crate::{Valkey, plan, settle};

pub use view::{Entry, Link};

/// How long one reading waits for the nodes to settle before it says what it is waiting for.
/// A primary that was down takes writes again at most five seconds after it has its slots back.
const PATIENCE: Duration = Duration::from_secs(8);
/// A slot that has been open for so long, with the same keys on each side, is not being moved by anybody.
const LEFT: Duration = Duration::from_secs(3);
/// Between two looks at nodes that are settling, for each of them: what a look costs grows with their number.
const LOOK: Duration = Duration::from_millis(2);
/// So often at most a cluster is asked whether it serves before everything is looked at again.
const ASKED: usize = 40;

/// Everything that the spec is about, by node.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The nodes by their names.
    pub nodes: BTreeMap<Endpoint, NodeState>,
    /// What the categories and commands of ACL rules mean; read when the spec names users.
    pub catalog: Option<Catalog>,
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
    /// Whom it follows, by its own word.
    pub replication: Replication,
    /// cluster: every node that it knows, itself included, by id.
    pub view: BTreeMap<String, Entry>,
    /// cluster: whether it says `cluster_state:ok`.
    pub cluster_ok: bool,
    /// cluster: for each replica that it knows, whether it is listed in its primary's shard.
    pub shards: Vec<BTreeSet<String>>,
    /// cluster: how many keys it holds of each slot that somebody has open.
    pub open_keys: BTreeMap<u16, u64>,
    /// Parameters that the spec names; absent where the server knows no such parameter.
    pub config: BTreeMap<String, String>,
    /// Parameters that differ and that the server will not change while it runs.
    pub immutable: BTreeSet<String>,
    /// Users by the spec's key.
    pub users: BTreeMap<String, UserState>,
    /// Whether the node logs in to its primary as the spec says.
    pub replication_login: ReplicationLogin,
    /// What it logs in to its primary with, by the users of the spec.
    pub own_login: OwnLogin,
    /// Digests of the function libraries that the spec names.
    pub libraries: BTreeMap<String, String>,
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

/// A node's own login to its primary, whoever declared it.
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

/// Every reading of an answer, for a fuzzer.
pub(crate) fn any_answer(value: &redis::Value) {
    for line in crate::wire::text(value).unwrap_or_default().lines() {
        let _ = Entry::parse(line);
    }
    let _ = info::Info::parse(&crate::wire::text(value).unwrap_or_default()).keys();
    let _ = node::shards(value);
    accounts::any_answer(value);
}

impl NodeState {
    /// The slots that it has open, by its own word.
    fn open(&self) -> impl Iterator<Item = (&u16, &String)> {
        self.view.get(&self.id).into_iter().flat_map(|own| &own.moving)
    }
}

impl Observed {
    /// All open slots, with the keys that everybody holds of them: what changes while a slot is being moved.
    fn moving(&self) -> BTreeMap<u16, Vec<(String, u64)>> {
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

    /// A server calls a node connected while it still tries to reach it. Of a node that the spec does not name that
    /// would be the difference between a foreign cluster and a dead member, so it has to be heard of.
    fn doubt(&mut self, first: &Self) {
        let named: BTreeSet<String> = self.nodes.values().map(|state| state.id.clone()).gather();
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

impl Valkey {
    /// Reads, and reads again while nothing is left to do but to wait.
    pub(crate) async fn settled(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        let (began, mut told) = (Instant::now(), String::new());
        self.read_catalog(desired).await?;
        let mut observed = self.read(&Observed::default(), desired, Some(secrets)).await?;
        self.count_servers(&mut observed, desired, secrets).await?;
        let first = observed.clone();
        let mut moving = (observed.moving(), began);
        loop {
            observed.doubt(&first);
            if observed.moving() != moving.0 {
                moving = (observed.moving(), Instant::now());
            }
            let moves = moving.0.keys().next().filter(|_| moving.1.elapsed() < LEFT);
            let moves = moves.map(|slot| format!("slot {slot} is on its way to another node"));
            let waiting = moves.or_else(|| settle::blocked(desired, &observed)).or_else(|| {
                let plan = plan::plan(desired, &observed);
                if plan.is_empty() { settle::unsettled(desired, &observed) } else { None }
            });
            let Some(why) = waiting else {
                if plan::plan(desired, &observed).is_empty() {
                    self.explain(desired, &observed, true).await?;
                }
                return Ok(observed);
            };
            if told.is_empty() {
                info!(cause = why, "waiting for the nodes to settle");
                told.clone_from(&why);
            }
            if began.elapsed() > PATIENCE {
                self.explain(desired, &observed, false).await?;
                return Err(Error::Unsettled(why));
            }
            self.until_served(&observed, desired, began).await?;
            self.look(&mut observed, desired).await?;
        }
    }

    /// Which servers a name with several addresses leads to: a node on two networks is one, a service that runs
    /// several times is many.
    async fn count_servers(
        &self,
        observed: &mut Observed,
        desired: &Desired,
        secrets: &Secrets,
    ) -> Result<(), Error> {
        let user = secrets.text(&desired.login.user)?;
        let credential = match &desired.login.password {
            Some(password) => Some((&user, secrets.get(password)?)),
            None => None,
        };
        for (node, state) in observed.nodes.iter_mut().filter(|(_, state)| state.addresses.len() > 1) {
            let addresses = state.addresses.iter().copied();
            state.servers = self.connections.servers(node, addresses, credential).await.len();
        }
        Ok(())
    }

    /// A reading of all nodes at once: in full, or what has changed since the one before.
    async fn read(
        &self,
        before: &Observed,
        desired: &Desired,
        in_full: Option<&Secrets>,
    ) -> Result<Observed, Error> {
        let catalog = self.catalog.as_ref();
        let read = async |connection: &crate::wire::Connection| {
            let mut state = before.nodes.get(connection.node()).cloned().unwrap_or_default();
            node::read(connection, desired, &mut state).await?;
            if let Some(secrets) = in_full {
                accounts::read(connection, (desired, secrets), catalog, &mut state).await?;
            }
            Ok(state)
        };
        let nodes = self.connections.each(read).await?;
        let mut observed = Observed { nodes, catalog: self.catalog.clone() };
        self.count_open(&mut observed).await?;
        Ok(observed)
    }

    /// How many keys everybody holds of the slots that somebody has open.
    async fn count_open(&self, observed: &mut Observed) -> Result<(), Error> {
        let slots: BTreeSet<u16> =
            observed.nodes.values().flat_map(NodeState::open).map(|(slot, _)| *slot).gather();
        if slots.is_empty() {
            return Ok(());
        }
        let count = async |connection: &crate::wire::Connection| {
            let ask = |slot: &u16| {
                let mut command = redis::cmd("CLUSTER");
                command.arg("COUNTKEYSINSLOT").arg(*slot);
                command
            };
            let answers = connection.ask_each(slots.iter().map(ask).collect()).await?;
            let number = |value: &redis::Value| crate::wire::text(value)?.parse::<u64>().ok();
            Ok(slots.iter().copied().zip(answers.iter().map(|answer| number(answer).unwrap_or(0))).gather())
        };
        for (node, counts) in self.connections.each(count).await? {
            if let Some(state) = observed.nodes.get_mut(&node) {
                state.open_keys = counts;
            }
        }
        Ok(())
    }

    /// A new look at what settles by itself: views, roles, links.
    pub(crate) async fn look(&self, observed: &mut Observed, desired: &Desired) -> Result<(), Error> {
        *observed = self.read(observed, desired, None).await?;
        Ok(())
    }

    /// Until the next look. A cluster whose nodes are not ready to serve is asked for that alone meanwhile: it is what
    /// takes the longest, and a look is many times the work, for the nodes too.
    async fn until_served(
        &self,
        observed: &Observed,
        desired: &Desired,
        began: Instant,
    ) -> Result<(), Error> {
        if desired.mode != Mode::Cluster || observed.nodes.values().all(|state| state.cluster_ok) {
            self.pause().await;
            return Ok(());
        }
        for _ in 0..ASKED {
            sleep(LOOK).await;
            let (nodes, serving) = self.connections.serving().await?;
            if serving == nodes || began.elapsed() > PATIENCE {
                break;
            }
        }
        Ok(())
    }

    /// Between two looks.
    pub(crate) async fn pause(&self) {
        sleep(LOOK.saturating_mul(u32::try_from(self.desired.nodes.len()).unwrap_or(1))).await;
    }

    /// A link that stays down may be a login that the primary refuses, which no waiting mends; and one that is up may be
    /// as old as a login that is refused now, which the next interruption would show.
    async fn explain(&self, desired: &Desired, observed: &Observed, up: bool) -> Result<(), Error> {
        for node in &desired.nodes {
            let Some(state) = observed.nodes.get(&node.endpoint) else { continue };
            let Some(primary) =
                state.replication.primary.as_ref().filter(|_| state.replication.link_up == up)
            else {
                continue;
            };
            if let (Some(connection), Some(primary)) =
                (self.connections.get(&node.endpoint), plan::primary_named(desired, observed, primary))
            {
                link::explain(connection, &primary, &self.connections).await?;
            }
        }
        Ok(())
    }

    async fn read_catalog(&mut self, desired: &Desired) -> Result<(), Error> {
        let wanted = !desired.users.is_empty();
        let first = desired.nodes.first().and_then(|node| self.connections.get(&node.endpoint));
        if let (None, true, Some(connection)) = (&self.catalog, wanted, first) {
            self.catalog = Some(accounts::catalog(connection).await?);
        }
        Ok(())
    }
}
