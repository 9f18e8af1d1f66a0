//! Provisions Kafka from one declarative spec: topics with their partitions, replication factor and configs.
//!
//! ```text
//! spec -> Desired         spec.rs     what the cluster must have
//! cluster -> Observed     observe.rs  what it has of that
//! both -> Plan<Change>    plan.rs     what differs (pure)
//! Change -> request       apply.rs    rehearsed first, then done, batched and pipelined
//! ```
//!
//! `wire` is the transport below `observe` and `apply`: Kafka's own protocol, no client library. Ready is a
//! cluster with enough unfenced brokers that send their clients to DNS names (`wire::cluster`).

mod apply;
mod config;
mod error;
mod observe;
mod plan;
mod readiness;
mod spec;
mod wire;

use init_core::{Backend, Files, Plan, Progress, Requires, Secrets, Violations};

pub use config::ConfigType;
pub use error::{Error, Refusal};
pub use observe::{Observed, ObservedTopic, Setting};
pub use plan::{AlterTopicConfig, BROKER_DEFAULT, Change, CreatePartitions, CreateTopic};
use readiness::Readiness;
pub use spec::{ConfigValue, Desired, Number, Origin, Said, Spec, Topic, TopicSpec};
use wire::Cluster;
pub use wire::Peer;

/// A Kafka cluster that is ready.
pub struct Kafka {
    cluster: Cluster,
}

impl Backend for Kafka {
    const NAME: &'static str = "kafka-init";
    type Spec = Spec;
    type Desired = Desired;
    type Observed = Observed;
    type Change = Change;
    type Error = Error;

    fn validate(spec: Spec, _files: &Files) -> Result<Desired, Violations> {
        spec::validate(spec)
    }

    fn requires(desired: &Desired) -> Requires {
        Requires { endpoints: desired.bootstrap.clone(), ..Requires::default() }
    }

    async fn connect(desired: &Desired, _secrets: &Secrets) -> Result<Self, Error> {
        let cluster = Cluster::connect(&desired.bootstrap, &Readiness::of(desired)).await?;
        Ok(Self { cluster })
    }

    async fn observe(&mut self, desired: &Desired, _secrets: &Secrets) -> Result<Observed, Error> {
        observe::observe(&mut self.cluster, desired).await
    }

    fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
        plan::plan(desired, observed)
    }

    async fn check(&mut self, changes: &[Change], _secrets: &Secrets) -> Vec<(usize, Error)> {
        apply::check(&mut self.cluster, changes).await
    }

    async fn apply(
        &mut self,
        stage: &[Change],
        _secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        apply::apply(&mut self.cluster, stage, progress).await
    }

    async fn confirm(&mut self, changes: &[Change], _secrets: &Secrets) -> Result<(), Error> {
        apply::confirm(&mut self.cluster, changes).await
    }
}
