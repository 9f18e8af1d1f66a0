//! The spec as written, and as meant.
//!
//! `Spec` is what serde reads; `validate` turns it into `Desired` or lists everything that is wrong with it.
//! Numbers and config values are read leniently and judged in `validate`, so that a wrong one is reported
//! with its path and beside all others.

mod acls;
mod binding;
mod desired;
mod list;
mod matching;
mod mechanisms;
mod quotas;
mod security;
mod settings;
mod topics;
mod users;
mod value;

use std::collections::BTreeMap;

use init_core::{Endpoint, Files, SpecPath, Violations};
use init_net::{Tls, TlsSpec, Verification};
use schemars::JsonSchema;
use serde::Deserialize;

pub use acls::AclSpec;
pub use binding::{Binding, Operation, Pattern, Permission, Resource};
pub use desired::{Desired, Origin, Said, Topic};
pub use list::OneOrMany;
pub use mechanisms::{CredentialSpec, Mechanisms};
pub use quotas::{Entity, QuotaSpec, Quotas, Rate};
pub use security::{Mechanism, Sasl, Scram};
pub(crate) use users::Probe;
pub use users::{Password, ProbeSpec, User, UserSpec};
pub use value::{ConfigValue, Number};

/// What a Kafka cluster must have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Servers to start from, as NAME:PORT; the first one that answers tells about the others.
    bootstrap: Vec<String>,
    /// How many brokers must be registered and unfenced before anything is done. Default: the largest
    /// replication factor below.
    brokers: Option<Number>,
    /// The id of the only cluster that this spec is for. Another one is refused.
    cluster_id: Option<String>,
    /// Encryption. Default: none.
    tls: Option<TlsSpec>,
    /// Authentication. Default: none.
    sasl: Option<Sasl>,
    /// What holds for every topic that does not say otherwise.
    defaults: Option<TopicSpec>,
    /// The topics, by name. A name with nothing after it is a topic with the defaults.
    topics: Option<BTreeMap<String, Option<TopicSpec>>>,
    /// Where the logins of `users` are tried. Default: the servers of `bootstrap`, if they have SASL.
    probe: Option<ProbeSpec>,
    /// SCRAM users, by name.
    users: Option<BTreeMap<String, UserSpec>>,
    /// Who may do what. Each entry stands for every combination of its lists.
    acls: Option<Vec<AclSpec>>,
    /// Limits of users, clients and addresses.
    quotas: Option<Vec<QuotaSpec>>,
    /// Dynamic broker configs that hold for all brokers, by Kafka's names.
    broker_defaults: Option<BTreeMap<String, ConfigValue>>,
}

/// One topic.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopicSpec {
    /// How many partitions. -1: the broker's default for a new topic, and whatever an existing one has.
    partitions: Option<Number>,
    /// How many copies of each partition. -1: the broker's default for a new topic, and whatever an existing
    /// one has.
    replication_factor: Option<Number>,
    /// Topic configs, by Kafka's names; merged over those of `defaults` key by key.
    config: Option<BTreeMap<String, ConfigValue>>,
    /// Of a topic: whether `defaults` hold for it. Default: true, and false for Kafka's own topics.
    defaults: Option<bool>,
}

/// What the spec means, or all of its violations.
pub(crate) fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
    let root = SpecPath::root();
    let mut violations = Violations::default();
    let bootstrap = servers(&spec.bootstrap, &root.key("bootstrap"), &mut violations);
    let brokers = spec.brokers.and_then(|number| {
        let count = number.whole().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        let problem = || format!("`{}` is no number of brokers: write 1 or more", number.spelled());
        violations.check(&root.key("brokers"), count.ok_or_else(problem))
    });
    if spec.cluster_id.as_ref().is_some_and(String::is_empty) {
        violations.push(&root.key("clusterId"), "an id is not empty: leave it out to accept any cluster");
    }
    let tls =
        spec.tls.map(|tls| Tls::validate(&tls, Verification::Full, files, &root.key("tls"), &mut violations));
    let topics =
        spec.topics.unwrap_or_default().into_iter().map(|(name, topic)| (name, topic.unwrap_or_default()));
    let topics = topics::validate(topics.collect(), &spec.defaults.unwrap_or_default(), &mut violations);
    let can_log_in = spec.sasl.is_some() || spec.probe.is_some();
    let users = users::users(spec.users.unwrap_or_default(), can_log_in, &mut violations);
    let probe = spec.probe.map(|probe| users::probe(&probe, !users.is_empty(), files, &mut violations));
    let acls = acls::validate(spec.acls.unwrap_or_default(), &mut violations);
    let quotas = quotas::validate(&spec.quotas.unwrap_or_default(), &mut violations);
    let broker_defaults = settings::of_brokers(&spec.broker_defaults.unwrap_or_default(), &mut violations);
    violations.or(Desired {
        bootstrap,
        brokers,
        cluster_id: spec.cluster_id,
        tls,
        sasl: spec.sasl,
        topics,
        probe,
        users,
        acls,
        quotas,
        broker_defaults,
    })
}

fn servers(names: &[String], at: &SpecPath, violations: &mut Violations) -> Vec<Endpoint> {
    if names.is_empty() {
        violations.push(at, "name at least one server, as NAME:PORT");
    }
    let mut endpoints = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        if let Some(endpoint) = violations.check(&at.index(position), name.parse::<Endpoint>())
            && !endpoints.contains(&endpoint)
        {
            endpoints.push(endpoint);
        }
    }
    endpoints
}
