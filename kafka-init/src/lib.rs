//! Provisions a Kafka cluster from one declarative spec: topics, SCRAM users, ACLs, client quotas and dynamic
//! configs.
//!
//! ```text
//! Spec -> Desired         validate    the declared resources
//! cluster -> Observed     observe     the existing ones of them
//! both -> Plan<Change>    plan        the differences (pure)
//! Change -> request       apply       validated by the brokers first, then written, batched and pipelined
//! ```
//!
//! `wire` is the transport below `observe` and `apply`. It speaks Kafka's protocol itself, without a client library.
//! A cluster is ready when enough of its brokers are unfenced and their advertised listeners are DNS names
//! (`wire::cluster`).

mod apply;
mod change;
mod desired;
mod error;
mod export;
mod observe;
mod observed;
mod plan;
mod spec;
mod validate;
mod wire;

use init_core::export::{Export, Scope};
use init_core::{Backend, CheckMode, Files, Plan, Progress, Requires, Secrets, Violations, same_variant};

pub use change::{
    AlterBrokerConfig, AlterConfig, AlterCredential, AlterQuota, AlterThrottle, AlterTopicConfig, AlterUser,
    BROKER_DEFAULT, Change, ConfigDrifts, CreatePartitions, CreateTopic, CreateUser, DeleteAcl,
    DeleteCredentials, NewCredential, ReassignPartitions, RemoveQuota, RestrictiveAcl,
};
use desired::readiness::Readiness;
pub use desired::{
    Binding, ConfigResource, ConfigType, Declared, Desired, Entity, Limits, Mechanism, MskIam, OAuth,
    Operation, Origin, Password, PasswordLogin, Pattern, Permission, Probe as ProbeListener, Quotas, Rate,
    Resource, Sasl, Scram, Topic, User, Value,
};
pub use error::{Error, Peer, Refusal, TokenRefusal};
use observe::Clients;
pub use observed::{
    Account, Assignment, Credential, Credentials, Observed, ObservedTopic, Operations, Principal, Setting,
};
pub use spec::{
    AclSpec, ConfigValue, CredentialSpec, Mechanisms, Number, OneOrMany, ProbeSpec, QuotaSpec, Reassign,
    SaslSpec, Spec, State, Throttle, TopicGroup, TopicSpec, Topics, UserSpec,
};
use wire::{Access, Cluster, Probe};

/// A connected Kafka cluster that has been found ready.
pub struct Kafka {
    cluster: Cluster,
    probe: Probe,
    /// The users, ACLs and quotas as they were read back after their last change; the next observation takes them
    /// from here.
    clients: Option<Clients>,
}

impl Backend for Kafka {
    const NAME: &'static str = "kafka-init";
    const EXAMPLES: &'static str = include_str!("spec/examples.json");
    const SECTIONS: &'static [&'static str] = export::SECTIONS;
    const DEPENDENT_KEYS: &'static [(&'static str, &'static str)] = &[("probe", "users")];
    type Spec = Spec;
    type Desired = Desired;
    type Observed = Observed;
    type Change = Change;
    type Error = Error;

    fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
        validate::validate(spec, files)
    }

    fn requires(desired: &Desired) -> Requires {
        Requires { endpoints: desired.endpoints(), secrets: desired.secrets() }
    }

    fn without_passwords(desired: &mut Desired) {
        desired.compare_passwords = false;
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
        let readiness = Readiness::of(desired);
        let cluster = Cluster::connect(&desired.bootstrap, access, &readiness).await?;
        let mut kafka = Self { cluster, probe, clients: None };
        match kafka.cluster.ready(&readiness) {
            Err(few) if !kafka.needs_no_more_brokers(desired, secrets).await => Err(few),
            _ => Ok(kafka),
        }
    }

    async fn observe(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        let observed = observe::observe(&mut self.cluster, desired).await?;
        let Clients { users, acls, quotas, principal, account } = match self.clients.take() {
            Some(clients) => clients,
            None => observe::clients(&mut self.cluster, &mut self.probe, desired, secrets).await?,
        };
        Ok(Observed { users, acls, quotas, principal, account, ..observed })
    }

    fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
        plan::plan(desired, observed)
    }

    async fn check(
        &mut self,
        _desired: &Desired,
        changes: &[Change],
        secrets: &Secrets,
        mode: CheckMode,
        progress: &Progress,
    ) -> Vec<(usize, Error)> {
        apply::check(&mut self.cluster, changes, secrets, mode, progress).await
    }

    /// Users, ACLs and quotas do not depend on each other and Kafka accepts them in any order, so they share a stage.
    fn same_stage(one: &Change, other: &Change) -> bool {
        same_variant(one, other) || [one, other].into_iter().all(Change::is_about_clients)
    }

    async fn apply(
        &mut self,
        desired: &Desired,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        let of_clients = stage.first().is_some_and(Change::is_about_clients);
        if stage.first().is_some_and(|change| of_clients || !change.is_served_by_every_broker()) {
            self.clients = None;
            apply::forget_logins(&mut self.probe, stage);
        }
        let results = apply::apply(&mut self.cluster, desired, stage, secrets, progress).await;
        if of_clients && results.iter().all(Result::is_ok) {
            progress.waiting_for("the new users, ACLs and quotas to be shown");
            self.clients = self.read_back(desired, stage, secrets).await.ok();
        }
        results
    }

    async fn confirm(
        &mut self,
        _desired: &Desired,
        changes: &[Change],
        _secrets: &Secrets,
    ) -> Result<(), Error> {
        apply::confirm(&mut self.cluster, changes).await
    }

    async fn export(&mut self, desired: &Desired, _: &Secrets, scope: &Scope) -> Result<Export, Error> {
        export::export(&mut self.cluster, desired, scope).await
    }
}

impl Kafka {
    /// True when the plan creates no replicas. A cluster that already holds every declared topic serves them without
    /// some of its brokers, so the run does not have to wait for those.
    async fn needs_no_more_brokers(&mut self, desired: &Desired, secrets: &Secrets) -> bool {
        let observed = self.observe(desired, secrets).await;
        observed.is_ok_and(|observed| {
            !plan::plan(desired, &observed).changes().iter().any(Change::creates_replicas)
        })
    }

    /// Reads users, ACLs and quotas back as soon as the broker shows the changes to them. A later read would be slow,
    /// because the brokers are then busy with the logs of new topics. An error here is dropped: the verification
    /// reads again and reports it.
    async fn read_back(
        &mut self,
        desired: &Desired,
        stage: &[Change],
        secrets: &Secrets,
    ) -> Result<Clients, Error> {
        apply::await_acls(&mut self.cluster, stage).await;
        observe::clients(&mut self.cluster, &mut self.probe, desired, secrets).await
    }
}
