//! The spec as meant: validated, defaults filled in, keyed by name.

mod acl;
mod config;
pub(crate) mod min_insync;
mod quota;
pub(crate) mod readiness;
mod resource;
mod sasl;
mod user;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, SpecPath};

use init_net::Tls;

pub use acl::{Binding, Operation, Pattern, Permission, Resource};
pub use config::{ConfigType, Value};
pub use quota::{Entity, Limits, Quotas, Rate};
pub use resource::ConfigResource;
pub use sasl::{Mechanism, Sasl, Scram};
pub use user::{Password, Probe, User};

/// What a cluster must have.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Where to start from; never empty.
    pub bootstrap: Vec<Endpoint>,
    /// How many brokers must be ready, if the spec says so.
    pub brokers: Option<usize>,
    /// The only cluster that is meant, if the spec says so.
    pub cluster_id: Option<String>,
    /// How connections are encrypted, if they are.
    pub tls: Option<Tls>,
    /// The SASL login, if the spec has one.
    pub sasl: Option<Sasl>,
    /// Every topic by name.
    pub topics: BTreeMap<String, Topic>,
    /// Where logins are tried, if not at `bootstrap`.
    pub probe: Option<Probe>,
    /// Every SCRAM user by name.
    pub users: BTreeMap<String, User>,
    /// Of users, the mechanisms whose credentials are taken away.
    pub absent_users: BTreeMap<String, BTreeSet<Scram>>,
    /// Whether passwords are read, and compared by logins.
    pub compare_passwords: bool,
    /// Every ACL.
    pub acls: BTreeSet<Binding>,
    /// Every ACL that is taken away.
    pub absent_acls: BTreeSet<Binding>,
    /// The limits of every quota, by entity.
    pub quotas: BTreeMap<Entity, Limits>,
    /// The dynamic configs of all brokers, as Kafka spells values; `None` takes one away.
    pub broker_defaults: BTreeMap<String, Option<String>>,
    /// The dynamic configs of single brokers, client metrics subscriptions and groups, likewise.
    pub resources: BTreeMap<ConfigResource, BTreeMap<String, Option<String>>>,
}

impl Desired {
    /// Everywhere that is talked to, each once.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        let mut endpoints = self.bootstrap.clone();
        for server in self.probe.iter().flat_map(|probe| &probe.bootstrap) {
            if !endpoints.contains(server) {
                endpoints.push(server.clone());
            }
        }
        endpoints
    }

    /// Everything that is read before the first packet.
    pub(crate) fn secrets(&self) -> BTreeSet<SecretRef> {
        let tls = self.tls.iter().chain(self.probe.iter().filter_map(|probe| probe.tls.as_ref()));
        let keys = tls.flat_map(Tls::secrets);
        let login =
            self.sasl.iter().flat_map(|sasl| sasl.username.secret().into_iter().chain([&sasl.password]));
        let compared = self.users.values().filter(|_| self.compare_passwords);
        let passwords = compared.flat_map(BTreeMap::values).map(|password| &password.secret);
        keys.chain(login).chain(passwords).cloned().collect()
    }
}

/// One topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    /// `None` leaves it to the broker, or to what is there.
    pub partitions: Option<Declared<i32>>,
    /// `None` leaves it to the broker, or to what is there.
    pub replication_factor: Option<Declared<i16>>,
    /// The declared configs, as Kafka spells values; `None` takes the topic's own value away.
    pub config: BTreeMap<String, Declared<Option<String>>>,
    /// The brokers of each partition when it is created; `None` leaves them to the controller.
    pub assignment: Option<Vec<Vec<i32>>>,
    /// Whether its partitions may be moved for another replication factor.
    pub reassign: bool,
    /// Where it is declared.
    pub origin: Origin,
    /// Kafka's own, which makes it itself.
    pub is_internal: bool,
}

/// A declared value, and the part of the spec that declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared<T> {
    /// The value.
    pub value: T,
    /// Where it is declared.
    pub origin: Origin,
}

/// The part of the spec that a topic's property comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The topic itself.
    #[default]
    Topic,
    /// The group of topics at this position.
    Group(usize),
    /// `defaults`.
    Defaults,
}

impl Origin {
    /// Its place in the spec.
    pub fn at(self, topic: &str, property: &str) -> SpecPath {
        match self {
            Self::Topic => SpecPath::root().key("topics").key(topic).key(property),
            Self::Group(position) => SpecPath::root().key("topics").index(position).key(property),
            Self::Defaults => SpecPath::root().key("defaults").key(property),
        }
    }
}
