//! Provisions Valkey (and Redis 7) from one declarative spec: a cluster, a primary with replicas, or one node.
//!
//! ```text
//! spec --validate--> Desired      nodes, layout (who is whose replica), users, config, functions
//! connect                         one connection per node, logged in, loaded; all of them or none
//! observe                         every node's own view of the cluster, its users, its settings
//! plan                            slots, epochs, users, config, meet, replicate, functions, slots that move, lock-down
//! apply                           by stages, all nodes at once; waits for gossip where the next stage needs it
//! observe + plan = nothing left, and settled: a write to every slot succeeds now
//! ```
//!
//! A node is identified by its name in the spec, and by the node id that the server under that name reports. An address
//! is looked up just before it is sent. No slot that has an owner is moved and no member is forgotten unless the spec
//! says so, and no data is ever deleted.

mod apply;
mod change;
mod desired;
mod error;
mod export;
#[doc(hidden)]
pub mod fuzzing;
mod observe;
mod observed;
mod plan;
mod spec;
mod validate;
mod wire;

use init_core::export::{Export, Scope};
use init_core::{Backend, CheckMode, Files, Plan, Progress, Requires, Secrets, Violations, same_variant};

pub use change::{Change, Passwords, SentinelChange};
pub use desired::{
    Access, Catalog, Desired, Instances, Layout, Library, Login, Member, Mode, Node, Require, Sentinels,
    Slots, User,
};
pub use error::Error;
pub use observed::{
    ConfiguredLogin, LinkState, MonitoredPrimary, NodeEntry, NodeState, Observed, Persistence, Replication,
    ReplicationLogin, SentinelState, StreamState, UserState,
};
pub use spec::Spec;

use wire::Connections;

/// All nodes of one deployment, connected.
#[derive(Debug)]
pub struct Valkey {
    connections: Connections,
    /// The commands of each ACL category. They are read once, because they do not change while the servers run.
    catalogs: observe::Catalogs,
}

impl Backend for Valkey {
    const NAME: &'static str = "valkey-init";
    const EXAMPLES: &'static str = include_str!("spec/examples.json");
    const CREDENTIAL_VARIABLES: &'static [&'static str] = &["REDISCLI_AUTH", "VALKEYCLI_AUTH"];
    const SECTIONS: &'static [&'static str] = export::SECTIONS;
    type Spec = Spec;
    type Desired = Desired;
    type Observed = Observed;
    type Change = Change;
    type Error = Error;

    fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
        validate::validate(&spec, files)
    }

    fn requires(desired: &Desired) -> Requires {
        desired::requires(desired)
    }

    /// The passwords of users are left as they are: a user that is enabled without its declared password would not be
    /// the user that the spec means.
    fn without_passwords(desired: &mut Desired) {
        desired.users.values_mut().for_each(|user| user.passwords = None);
        desired.replication_user = None;
        if let Some(sentinels) = &mut desired.sentinels {
            sentinels.remove_passwords();
        }
    }

    async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        Ok(Self {
            connections: Connections::open(desired, secrets).await?,
            catalogs: observe::Catalogs::default(),
        })
    }

    async fn observe(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        let desired = desired.with_instances(self.connections.instances());
        observe::observe(&self.connections, &mut self.catalogs, &desired, secrets).await
    }

    fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
        plan::plan(desired, observed)
    }

    /// Changes of one variant form a stage, except for migrations: slots move from one primary at a time, and no
    /// migration begins after one that failed.
    fn same_stage(one: &Change, other: &Change) -> bool {
        same_variant(one, other) && !matches!(one, Change::MigrateSlots { .. })
    }

    async fn check(
        &mut self,
        desired: &Desired,
        changes: &[Change],
        secrets: &Secrets,
        mode: CheckMode,
        _: &Progress,
    ) -> Vec<(usize, Error)> {
        let desired = desired.with_instances(self.connections.instances());
        apply::check(&self.connections, (&desired, secrets), changes, mode).await
    }

    async fn apply(
        &mut self,
        desired: &Desired,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        let desired = desired.with_instances(self.connections.instances());
        apply::apply(&mut self.connections, (&desired, secrets), stage, progress).await
    }

    async fn export(&mut self, desired: &Desired, secrets: &Secrets, scope: &Scope) -> Result<Export, Error> {
        let desired = desired.with_instances(self.connections.instances());
        export::export(&self.connections, &desired, secrets, scope).await
    }
}
