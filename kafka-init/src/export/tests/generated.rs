//! Generates clusters as `export` reads them.

use std::collections::BTreeMap;

use init_core::Text;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::setting;
use crate::desired::{Binding, ConfigResource, Entity, Pattern, Permission, Quotas, Rate, Resource, Scram};
use crate::export::found::{Found, Values};
use crate::observed::{Credential, Credentials, ObservedTopic, Setting};

fn config() -> impl Strategy<Value = BTreeMap<String, Setting>> {
    let value = prop_oneof![
        "[a-z0-9,: #'\"${}\n]{0,10}",
        Just("604800000".to_owned()),
        Just("true".to_owned()),
        Just("1e5".to_owned()),
        Just("007".to_owned())
    ];
    proptest::collection::btree_map("[a-z.]{1,12}", value.prop_map(|value| setting(&value)), 0..4)
}

fn topics() -> impl Strategy<Value = BTreeMap<String, ObservedTopic>> {
    let topic = (1..50, 1_i16..4, config());
    let topic = topic.prop_map(|(partitions, copies, config)| ObservedTopic {
        partitions,
        copies: (copies, copies),
        config,
        ..ObservedTopic::default()
    });
    let name = prop_oneof![
        "[a-zA-Z0-9-]{1,8}",
        Just("yes".to_owned()),
        Just("007".to_owned()),
        Just("1e5".to_owned())
    ];
    proptest::collection::btree_map(name, topic, 0..5)
}

fn users() -> impl Strategy<Value = BTreeMap<Text, Credentials>> {
    let credential =
        (4096_u32..16_384).prop_map(|iterations| Credential { iterations, password_matches: true });
    let mechanisms = select(vec![Scram::Sha256, Scram::Sha512]);
    let credentials = proptest::collection::btree_map(mechanisms, credential, 1..3);
    proptest::collection::btree_map("[ -~\n]{1,8}".prop_map(Text::Plain), credentials, 0..4)
}

pub(super) fn binding() -> impl Strategy<Value = Binding> {
    let resources = [
        Resource::Topic,
        Resource::Group,
        Resource::Cluster,
        Resource::TransactionalId,
        Resource::DelegationToken,
        Resource::User,
    ];
    let principals = select(vec!["User:a", "User:b", "User:*", "User:CN=x, O=\"y\" #", "Group:${g}"]);
    let hosts = select(vec!["*", "192.0.2.7", "0:0:0:0:0:0:0:1"]);
    let rest = (principals, hosts, any::<bool>(), any::<bool>(), select(vec!["one", "two", "*", "yes"]));
    (select(resources.to_vec()), rest).prop_flat_map(
        |(resource, (principal, host, allow, prefixed, name))| {
            let prefixed = prefixed && resource != Resource::Cluster && name != "*";
            let name = match resource {
                Resource::Cluster => "kafka-cluster".to_owned(),
                Resource::User if name != "*" => format!("User:{name}"),
                _ => name.to_owned(),
            };
            select(resource.operations().to_vec()).prop_map(move |operation| Binding {
                principal: Text::Plain(principal.to_owned()),
                permission: if allow { Permission::Allow } else { Permission::Deny },
                operation,
                resource,
                pattern: if prefixed { Pattern::Prefixed } else { Pattern::Literal },
                name: Text::Plain(name.clone()),
                host: host.to_owned(),
            })
        },
    )
}

fn quotas() -> impl Strategy<Value = BTreeMap<Entity, Quotas>> {
    let name = || proptest::option::of("[^\0*]{1,6}".prop_map(Text::Plain));
    let kinds = subsequence(vec!["user", "client-id"], 1..=2);
    let clients = (kinds, name(), name(), 1_u32..9_999_999, proptest::option::of(1_u32..400)).prop_map(
        |(kinds, user, client, bytes, percent)| {
            let names = [user, client];
            let entity = kinds.into_iter().zip(names).map(|(kind, name)| (kind.to_owned(), name)).collect();
            let mut limits = Quotas::from([("producer_byte_rate".to_owned(), Rate(f64::from(bytes)))]);
            limits.extend(
                percent.map(|percent| ("request_percentage".to_owned(), Rate(f64::from(percent) / 4.0))),
            );
            (Entity(entity), limits)
        },
    );
    let address = (1_u32..99).prop_map(|rate| {
        let limits = Quotas::from([("connection_creation_rate".to_owned(), Rate(f64::from(rate)))]);
        (Entity([("ip".to_owned(), Some(Text::Plain("192.0.2.7".to_owned())))].into()), limits)
    });
    proptest::collection::vec(prop_oneof![clients, address], 0..5).prop_map(|all| all.into_iter().collect())
}

fn values() -> impl Strategy<Value = Values> {
    let hidden = select(vec!["ssl.key.password", "listener.name.a.plain.sasl.jaas.config"]);
    let shown = ("[a-z.]{1,6}", "[a-z0-9: ]{0,6}".prop_map(Some));
    let value = prop_oneof![shown, (hidden.prop_map(str::to_owned), Just(None))];
    proptest::collection::vec(value, 1..3).prop_map(|values| values.into_iter().collect())
}

fn resources() -> impl Strategy<Value = BTreeMap<ConfigResource, Values>> {
    let resource = prop_oneof![
        (0..9_999).prop_map(ConfigResource::Broker),
        "[a-z: #]{1,6}".prop_map(ConfigResource::ClientMetrics),
        prop_oneof![Just("yes".to_owned()), "[^$\0]{1,6}"].prop_map(ConfigResource::Group)
    ];
    proptest::collection::btree_map(resource, values(), 0..5)
}

/// A cluster with names that are special in YAML, in a shell or on a terminal.
pub(super) fn found() -> impl Strategy<Value = Found> {
    let broker_defaults = prop_oneof![Just(Values::new()), values()];
    let acls = proptest::collection::btree_set(binding(), 0..12);
    (topics(), users(), acls, quotas(), broker_defaults, resources()).prop_map(
        |(topics, users, acls, quotas, broker_defaults, resources)| Found {
            topics,
            users,
            acls,
            quotas,
            broker_defaults,
            resources,
            can_log_in: true,
            ..Found::default()
        },
    )
}
