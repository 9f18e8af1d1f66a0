//! Provisions Kafka from one declarative spec: topics, SCRAM users, ACLs, client quotas and broker configs.
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
pub use error::{Error, Refusal, TlsFault};
pub use observe::{Credential, Credentials, Observed, ObservedTopic, Setting};
pub use plan::{
    AlterBrokerConfig, AlterCredential, AlterQuota, AlterTopicConfig, AlterUser, BROKER_DEFAULT, Change,
    CreatePartitions, CreateTopic, CreateUser,
};
use readiness::Readiness;
pub use spec::{
    AclSpec, Binding, ConfigValue, Desired, Entity, Mechanism, Number, OneOrMany, Operation, Origin, Pattern,
    Permission, ProbeSpec, QuotaSpec, Quotas, Rate, Resource, Said, Sasl, Scram, Spec, Tls, TlsSpec, Topic,
    TopicSpec, User, UserSpec,
};
pub use wire::Peer;
use wire::{Access, Cluster, Probe};

/// A Kafka cluster that is ready.
pub struct Kafka {
    cluster: Cluster,
    probe: Probe,
}

impl Backend for Kafka {
    const NAME: &'static str = "kafka-init";
    type Spec = Spec;
    type Desired = Desired;
    type Observed = Observed;
    type Change = Change;
    type Error = Error;

    fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
        spec::validate(spec, files)
    }

    fn requires(desired: &Desired) -> Requires {
        Requires { endpoints: desired.endpoints(), secrets: desired.secrets() }
    }

    async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let access = Access::new(desired.tls.as_ref(), desired.sasl.as_ref(), secrets)?;
        let probe = match &desired.probe {
            None => Probe::new(desired.bootstrap.clone(), &access),
            Some(probe) => {
                let tls = probe.tls.as_ref().map(|tls| Access::new(Some(tls), None, secrets)).transpose()?;
                Probe::new(probe.bootstrap.clone(), tls.as_ref().unwrap_or(&access))
            }
        };
        let cluster = Cluster::connect(&desired.bootstrap, access, &Readiness::of(desired)).await?;
        Ok(Self { cluster, probe })
    }

    async fn observe(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        observe::observe(&mut self.cluster, &self.probe, desired, secrets).await
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
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        apply::apply(&mut self.cluster, stage, secrets, progress).await
    }

    async fn confirm(&mut self, changes: &[Change], _secrets: &Secrets) -> Result<(), Error> {
        apply::confirm(&mut self.cluster, changes).await
    }
}
