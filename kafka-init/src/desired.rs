//! The spec as it is meant: validated, with defaults filled in, and keyed by name.

mod acl;
mod config;
pub(crate) mod min_insync;
mod msk_iam;
mod oauth;
mod quota;
pub(crate) mod readiness;
mod resource;
mod sasl;
pub(crate) mod throttle;
mod user;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, SpecPath};

use init_net::Tls;

pub use acl::{Binding, Operation, Pattern, Permission, Resource};
pub use config::{ConfigType, Value};
pub(crate) use config::{LISTENER_PREFIX, WITHOUT_DEFAULT, is_sensitive, listener};
pub use msk_iam::MskIam;
pub use oauth::OAuth;
pub use quota::{Entity, Limits, Quotas, Rate};
pub use resource::ConfigResource;
pub use sasl::{Mechanism, PasswordLogin, Sasl, Scram};
pub use user::{Password, Probe, User};

/// The resources that a cluster must have.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The bootstrap servers; never empty.
    pub bootstrap: Vec<Endpoint>,
    /// The number of brokers that must be ready, if the spec declares it.
    pub brokers: Option<usize>,
    /// The id of the only cluster that the spec is for, if it declares one.
    pub cluster_id: Option<String>,
    /// The TLS settings, if the spec has any.
    pub tls: Option<Tls>,
    /// The SASL login, if the spec has one.
    pub sasl: Option<Sasl>,
    /// The declared topics, by name.
    pub topics: BTreeMap<String, Topic>,
    /// The listener on which logins are tried, if it is not that of `bootstrap`.
    pub probe: Option<Probe>,
    /// The declared SCRAM users, by name.
    pub users: BTreeMap<String, User>,
    /// The mechanisms whose credentials are deleted, by user.
    pub absent_users: BTreeMap<String, BTreeSet<Scram>>,
    /// True when passwords and the secrets of configs are read, and passwords are compared by logins.
    pub compare_passwords: bool,
    /// The declared ACLs.
    pub acls: BTreeSet<Binding>,
    /// The ACLs that are deleted.
    pub absent_acls: BTreeSet<Binding>,
    /// The client quotas, by entity.
    pub quotas: BTreeMap<Entity, Limits>,
    /// The cluster-wide dynamic broker configs.
    pub broker_defaults: BTreeMap<String, Value>,
    /// The dynamic configs of single brokers, client metrics subscriptions and groups.
    pub resources: BTreeMap<ConfigResource, BTreeMap<String, Value>>,
}

impl Desired {
    /// The bytes per second of throttled reassignments. `validate` has checked that there is only one rate.
    pub(crate) fn throttle(&self) -> Option<u64> {
        self.topics.values().find_map(|topic| topic.throttle)
    }

    /// The endpoints that are connected to, each once.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        let mut endpoints = self.bootstrap.clone();
        let token_endpoint = self.sasl.iter().filter_map(Sasl::token_endpoint);
        for server in self.probe.iter().flat_map(|probe| &probe.bootstrap).chain(token_endpoint) {
            if !endpoints.contains(server) {
                endpoints.push(server.clone());
            }
        }
        endpoints
    }

    /// The secrets that are read before the first connection.
    pub(crate) fn secrets(&self) -> BTreeSet<SecretRef> {
        let tls = self.tls.iter().chain(self.probe.iter().filter_map(|probe| probe.tls.as_ref()));
        let keys = tls.flat_map(Tls::secrets);
        let login = self.sasl.iter().flat_map(Sasl::secrets);
        let compared = self.users.values().filter(|_| self.compare_passwords);
        let passwords = compared.flat_map(BTreeMap::values).map(|password| &password.secret);
        let configs = std::iter::once(&self.broker_defaults).chain(self.resources.values());
        let configs =
            configs.flat_map(BTreeMap::values).filter_map(Value::secret).filter(|_| self.compare_passwords);
        keys.chain(login).chain(passwords).chain(configs).cloned().collect()
    }
}

/// One declared topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// The number of partitions; `None` leaves it to the broker's default, or accepts what exists.
    pub partitions: Option<Declared<i32>>,
    /// The replication factor; `None` leaves it to the broker's default, or accepts what exists.
    pub replication_factor: Option<Declared<i16>>,
    /// The declared configs, in Kafka's spelling; `None` removes the topic's own value.
    pub config: BTreeMap<String, Declared<Option<String>>>,
    /// The replica assignment for its creation; `None` leaves it to the controller.
    pub assignment: Option<Vec<Vec<i32>>>,
    /// True when its partitions may be reassigned for another replication factor.
    pub reassign: bool,
    /// The bytes per second that each broker may copy for its reassignment; `None` throttles nothing.
    pub throttle: Option<u64>,
    /// The part of the spec that declares the topic.
    pub origin: Origin,
    /// True for an internal topic, which Kafka creates by itself.
    pub is_internal: bool,
}

impl Topic {
    pub(crate) fn may_be_reassigned(&self) -> bool {
        self.reassign && self.replication_factor.is_some()
    }
}

/// A declared value, and the part of the spec that declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared<T> {
    /// The value.
    pub value: T,
    /// The part of the spec that declares it.
    pub origin: Origin,
}

/// The part of the spec that declares a property of a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The entry of the topic itself.
    #[default]
    Topic,
    /// The group of topics at this position of the list.
    Group(usize),
    /// The section `defaults`.
    Defaults,
}

impl Origin {
    /// The path of the property in the spec, for messages.
    pub fn at(self, topic: &str, property: &str) -> SpecPath {
        match self {
            Self::Topic => SpecPath::root().key("topics").key(topic).key(property),
            Self::Group(position) => SpecPath::root().key("topics").index(position).key(property),
            Self::Defaults => SpecPath::root().key("defaults").key(property),
        }
    }
}
