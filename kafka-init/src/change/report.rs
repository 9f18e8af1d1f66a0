//! The report form of each change: operation, effect, subject and properties.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Effect, Properties, SecretRef, Subject};
use serde_json::Value as Json;

use super::{
    AlterConfig, AlterThrottle, AlterUser, BROKER_DEFAULT, Change, ConfigDrifts, CreateUser, DeleteAcl,
    RestrictiveAcl,
};
use crate::desired::{Binding, ConfigResource, Scram, Value};

/// The name of the cluster-wide broker configs in the report, as the spec calls them.
const ALL_BROKERS: &str = "brokerDefaults";

impl init_core::Change for Change {
    fn op(&self) -> &'static str {
        match self {
            Self::CreateUser(_) => "create_user",
            Self::AlterUser(_) => "alter_user",
            Self::CreateAcl(_) | Self::CreateRestrictiveAcl(_) => "create_acl",
            Self::AlterQuota(_) => "alter_quota",
            Self::AlterTopicConfig(_) => "alter_topic_config",
            Self::AlterBrokerConfig(_) => "alter_broker_config",
            Self::AlterConfig(AlterConfig { resource, .. }) => match resource {
                ConfigResource::Broker(_) => "alter_broker_config",
                ConfigResource::ClientMetrics(_) => "alter_client_metrics",
                ConfigResource::Group(_) => "alter_group_config",
            },
            Self::ResetTopicConfig(_) => "reset_topic_config",
            Self::CreateTopic(_) => "create_topic",
            Self::CreatePartitions(_) => "create_partitions",
            Self::IncreaseReplicas(_) | Self::DecreaseReplicas(_) => "reassign_partitions",
            Self::SetThrottle(_) => "throttle_replication",
            Self::RemoveUnusedThrottle(_) | Self::RemoveThrottle(_) => "remove_replication_throttle",
            Self::RemoveQuota(_) => "remove_quota",
            Self::DeleteAcl(_) => "delete_acl",
            Self::DeleteCredentials(_) => "delete_credentials",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::CreateUser(_)
            | Self::CreateAcl(_)
            | Self::CreateTopic(_)
            | Self::CreateRestrictiveAcl(_) => Effect::Add,
            Self::AlterUser(_)
            | Self::AlterQuota(_)
            | Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::AlterConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::SetThrottle(_)
            | Self::RemoveUnusedThrottle(_)
            | Self::IncreaseReplicas(_)
            | Self::DecreaseReplicas(_)
            | Self::RemoveThrottle(_)
            | Self::CreatePartitions(_) => Effect::Alter,
            Self::RemoveQuota(_) | Self::DeleteAcl(_) | Self::DeleteCredentials(_) => Effect::Remove,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::CreateUser(user) => Subject::new("user", &user.name),
            Self::AlterUser(user) => Subject::new("user", &user.name),
            Self::CreateAcl(binding) | Self::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => {
                Subject::new("acl", binding)
            }
            Self::AlterQuota(quota) => Subject::new("quota", &quota.entity),
            Self::RemoveQuota(quota) => Subject::new("quota", &quota.entity),
            Self::DeleteAcl(DeleteAcl(binding)) => Subject::new("acl", binding),
            Self::DeleteCredentials(user) => Subject::new("user", &user.name),
            Self::AlterTopicConfig(topic) | Self::ResetTopicConfig(topic) => {
                Subject::new("topic", &topic.name)
            }
            Self::AlterBrokerConfig(_) => Subject::new("broker", ALL_BROKERS),
            Self::AlterConfig(alteration) => of_resource(alteration),
            Self::SetThrottle(throttle)
            | Self::RemoveUnusedThrottle(throttle)
            | Self::RemoveThrottle(throttle) => match throttle {
                AlterThrottle::Topic(topic) => Subject::new("topic", &topic.name),
                AlterThrottle::Broker(broker) => of_resource(broker),
            },
            Self::CreateTopic(topic) => Subject::new("topic", &topic.name),
            Self::CreatePartitions(topic) => Subject::new("topic", &topic.name),
            Self::IncreaseReplicas(topic) | Self::DecreaseReplicas(topic) => {
                Subject::new("topic", &topic.name)
            }
        }
    }

    fn properties(&self) -> Properties {
        match self {
            Self::CreateUser(user) => new_credentials(user),
            Self::AlterUser(user) => altered_credentials(user),
            Self::CreateAcl(binding) | Self::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => {
                acl(binding)
            }
            Self::AlterQuota(quota) => {
                let (from, to) = sides(&quota.limits, |limit| Some(Json::from(limit.0)));
                Properties::none().differing("limits", from, to)
            }
            Self::RemoveQuota(quota) => {
                let limits = quota.limits.iter().map(|(key, limit)| (key, limit.0));
                Properties::none().without("limits", limits.collect::<BTreeMap<_, _>>())
            }
            Self::DeleteAcl(DeleteAcl(binding)) => deleted_acl(binding),
            Self::DeleteCredentials(user) => {
                let mechanisms = user.mechanisms.iter().map(|mechanism| mechanism.name());
                Properties::none().without("mechanisms", mechanisms.collect::<Vec<_>>())
            }
            Self::AlterTopicConfig(topic) | Self::ResetTopicConfig(topic) => config(&topic.config),
            Self::AlterBrokerConfig(brokers) => config(&brokers.config),
            Self::AlterConfig(resource) => config(&resource.config),
            Self::SetThrottle(throttle)
            | Self::RemoveUnusedThrottle(throttle)
            | Self::RemoveThrottle(throttle) => match throttle {
                AlterThrottle::Topic(topic) => config(&topic.config),
                AlterThrottle::Broker(broker) => config(&broker.config),
            },
            Self::CreateTopic(topic) => Properties::none()
                .to_some("partitions", declared(topic.partitions))
                .to_some("replication_factor", declared(i32::from(topic.replication_factor)))
                .to_some("assignment", topic.assignment.as_ref())
                .to("config", &topic.config),
            Self::IncreaseReplicas(topic) | Self::DecreaseReplicas(topic) => Properties::none()
                .drift("replication_factor", &Drift { from: Some(topic.from.0), to: topic.to })
                .to("assignment", &topic.moves),
            Self::CreatePartitions(topic) => {
                Properties::none().drift("partitions", &Drift { from: Some(topic.from), to: topic.to })
            }
        }
    }
}

fn of_resource(alteration: &AlterConfig) -> Subject {
    let kind = match alteration.resource {
        ConfigResource::Broker(_) => "broker",
        ConfigResource::ClientMetrics(_) => "client_metrics",
        ConfigResource::Group(_) => "group",
    };
    Subject::new(kind, alteration.resource.name())
}

/// The count; `None` where it is left to the broker's default.
fn declared(count: i32) -> Option<i32> {
    (count != i32::from(BROKER_DEFAULT)).then_some(count)
}

/// The fields of an ACL as properties, by the names of Kafka's `AclBinding`, because an ACL has no name of its own.
fn acl(binding: &Binding) -> Properties {
    fields(binding).into_iter().fold(Properties::none(), |all, (name, value)| all.to(name, value))
}

fn deleted_acl(binding: &Binding) -> Properties {
    fields(binding).into_iter().fold(Properties::none(), |all, (name, value)| all.without(name, value))
}

fn fields(binding: &Binding) -> [(&'static str, &str); 7] {
    [
        ("principal", &binding.principal),
        ("permission", binding.permission.name()),
        ("operation", binding.operation.name()),
        ("resource_type", binding.resource.name()),
        ("resource_name", &binding.name),
        ("pattern_type", binding.pattern.name()),
        ("host", &binding.host),
    ]
}

fn config(drifts: &ConfigDrifts) -> Properties {
    let (from, to) = sides(drifts, |value| match value {
        Value::Unset => None,
        Value::Text(text) => Some(Json::from(text.clone())),
        Value::Secret(secret) => Some(Json::from(secret.to_string())),
    });
    Properties::none().differing("config", from, to)
}

fn new_credentials(user: &CreateUser) -> Properties {
    let credentials = || user.credentials.iter();
    let iterations = credentials().map(|(scram, credential)| (scram.name(), credential.iterations));
    let passwords = credentials().map(|(scram, credential)| password(*scram, &credential.secret));
    Properties::none()
        .to("iterations", iterations.collect::<BTreeMap<_, _>>())
        .to("password", passwords.collect::<BTreeMap<_, _>>())
}

/// The properties of changed credentials. A password cannot be read back from a broker, so `password` has only its
/// desired side.
fn altered_credentials(user: &AlterUser) -> Properties {
    let drifts = user
        .credentials
        .iter()
        .filter_map(|(scram, credential)| Some((scram.name().to_owned(), credential.iterations.clone()?)));
    let drifts = drifts.collect();
    let (from, to) = sides(&drifts, |iterations| Some(Json::from(*iterations)));
    let is_set = |iterations: &Option<Drift<u32>>| iterations.as_ref().is_some_and(|it| it.from.is_none());
    let passwords = user
        .credentials
        .iter()
        .filter(|(_, credential)| credential.password || is_set(&credential.iterations))
        .map(|(scram, credential)| password(*scram, &credential.secret));
    Properties::none().differing("iterations", from, to).to("password", passwords.collect::<BTreeMap<_, _>>())
}

/// The mechanism, and the name of the secret that holds its password.
fn password(scram: Scram, secret: &SecretRef) -> (&'static str, String) {
    (scram.name(), secret.to_string())
}

/// The observed values and the desired values, each without the keys that have no value.
fn sides<T>(
    drifts: &BTreeMap<String, Drift<T>>,
    value: impl Fn(&T) -> Option<Json>,
) -> (BTreeMap<&str, Json>, BTreeMap<&str, Json>) {
    let from = drifts.iter().filter_map(|(key, drift)| Some((key.as_str(), value(drift.from.as_ref()?)?)));
    let to = drifts.iter().filter_map(|(key, drift)| Some((key.as_str(), value(&drift.to)?)));
    (from.collect(), to.collect())
}
