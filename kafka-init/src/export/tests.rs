//! An exported spec is equal to the cluster that it was exported from, on generated clusters with hostile names.

mod generated;

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Node;
use init_core::{Text, fuzzing};
use proptest::prelude::*;

use super::fold::fold;
use super::found::{Found, Values};
use super::write;
use crate::Kafka;
use crate::desired::{
    Binding, ConfigResource, ConfigType, Desired, Operation, Pattern, Permission, Quotas, Resource, Scram,
    Value,
};
use crate::observed::{Credential, Credentials, Observed, ObservedTopic, Setting};
use crate::plan::plan;

use generated::{binding, found};

fn setting(value: &str) -> Setting {
    Setting { value: Some(value.to_owned()), kind: ConfigType::Text, sensitive: false, is_own: true }
}

/// A config that is set on a resource, or a sensitive one, whose value is not shown.
fn set_config(value: Option<&str>) -> Setting {
    Setting { sensitive: value.is_none(), value: value.map(str::to_owned), ..setting("") }
}

fn page(found: &Found) -> String {
    let sasl = Node::map()
        .with("mechanism", "PLAIN")
        .with("username", "admin")
        .with("password", Node::map().with("secret", "admin"));
    let connection = [("bootstrap".to_owned(), vec!["kafka:9092"].into()), ("sasl".to_owned(), sasl)];
    fuzzing::page("kafka-init", &connection, write::export(found))
}

fn modelled(found: &Found) -> Observed {
    let settings = |values: &Values| {
        values.iter().map(|(key, value)| (key.clone(), set_config(value.as_deref()))).collect()
    };
    let brokers = found.resources.keys().filter_map(|resource| match resource {
        ConfigResource::Broker(id) => Some((*id, None)),
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => None,
    });
    Observed {
        cluster_id: Some("id".to_owned()),
        topics: found.topics.clone(),
        users: found.users.clone(),
        acls: found.acls.clone(),
        quotas: found.quotas.clone(),
        brokers: brokers.collect(),
        broker_defaults: settings(&found.broker_defaults),
        resources: found
            .resources
            .iter()
            .map(|(resource, values)| (resource.clone(), settings(values)))
            .collect(),
        ..Observed::default()
    }
}

fn exported_again(desired: &Desired) -> Found {
    let topic = |topic: &crate::desired::Topic| ObservedTopic {
        partitions: topic.partitions.map_or(-1, |declared| declared.value),
        copies: topic.replication_factor.map_or((0, 0), |declared| (declared.value, declared.value)),
        config: topic
            .config
            .iter()
            .filter_map(|(key, declared)| Some((key.clone(), setting(declared.value.as_deref()?))))
            .collect(),
        ..ObservedTopic::default()
    };
    let user = |user: &crate::desired::User| {
        let iterations = |password: &crate::desired::Password| password.iterations.map_or(4096, u32::from);
        user.iter()
            .map(|(mechanism, password)| {
                (*mechanism, Credential { iterations: iterations(password), password_matches: true })
            })
            .collect()
    };
    let declared = |values: &BTreeMap<String, Value>| -> Values {
        values.iter().map(|(key, value)| (key.clone(), value.text().map(str::to_owned))).collect()
    };
    let limits = |limits: &crate::desired::Limits| -> Quotas {
        limits.iter().filter_map(|(key, rate)| Some((key.clone(), (*rate)?))).collect()
    };
    Found {
        topics: desired.topics.iter().map(|(name, entry)| (name.clone(), topic(entry))).collect(),
        users: desired.users.iter().map(|(name, entry)| (name.clone(), user(entry))).collect(),
        acls: desired.acls.clone(),
        quotas: desired.quotas.iter().map(|(entity, all)| (entity.clone(), limits(all))).collect(),
        broker_defaults: declared(&desired.broker_defaults),
        resources: desired
            .resources
            .iter()
            .map(|(resource, all)| (resource.clone(), declared(all)))
            .collect(),
        can_log_in: true,
        ..Found::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn an_exported_spec_plans_no_changes_and_is_exported_the_same_again(found in found()) {
        let page = page(&found);
        let desired = fuzzing::spec::<Kafka>(&page);
        let desired = desired.map_err(|violations| TestCaseError::fail(format!("{violations}\n{page}")))?;
        let plan = plan(&desired, &modelled(&found));
        prop_assert!(plan.changes().is_empty() && plan.conflicts().is_empty(), "{:?} {:?}\n{page}", plan.changes(), plan.conflicts());
        prop_assert_eq!(self::page(&exported_again(&desired)), page);
    }

    #[test]
    fn a_folded_list_stands_for_the_same_acls(bindings in proptest::collection::btree_set(binding(), 0..40)) {
        let entries = fold(&bindings);
        prop_assert!(entries.len() <= bindings.len());
        let mut unfolded = BTreeSet::new();
        for entry in &entries {
            for principal in &entry.principals {
                for name in &entry.names {
                    for host in &entry.hosts {
                        unfolded.extend(entry.operations.iter().map(|operation| Binding {
                            principal: principal.clone(),
                            permission: entry.permission,
                            operation: *operation,
                            resource: entry.resource,
                            pattern: entry.pattern,
                            name: name.clone(),
                            host: host.clone(),
                        }));
                    }
                }
            }
        }
        prop_assert_eq!(unfolded, bindings);
    }
}

#[test]
fn every_combination_of_an_entrys_lists_is_one_entry_again() {
    let mut bindings = BTreeSet::new();
    for principal in ["User:a", "User:b"] {
        for name in ["orders", "payments"] {
            for operation in [Operation::Read, Operation::Describe] {
                bindings.insert(Binding {
                    principal: Text::Plain(principal.to_owned()),
                    permission: Permission::Allow,
                    operation,
                    resource: Resource::Topic,
                    pattern: Pattern::Literal,
                    name: Text::Plain(name.to_owned()),
                    host: "*".to_owned(),
                });
            }
        }
    }
    let page = page(&Found { acls: bindings, can_log_in: true, ..Found::default() });
    let line = "\n  - {principal: [User:a, User:b], allow: [read, describe], topic: [orders, payments]}\n";
    assert!(page.ends_with(line), "{page}");
}

#[test]
fn what_a_spec_would_refuse_is_noted() {
    let acl = Binding {
        principal: Text::Plain("user:a".to_owned()),
        permission: Permission::Allow,
        operation: Operation::Read,
        resource: Resource::Topic,
        pattern: Pattern::Literal,
        name: Text::Plain("orders".to_owned()),
        host: "*".to_owned(),
    };
    let user = Credentials::from([(Scram::Sha256, Credential { iterations: 4096, password_matches: true })]);
    let topic = ObservedTopic { partitions: 1, copies: (1, 2), ..ObservedTopic::default() };
    let few = ObservedTopic {
        partitions: 1,
        copies: (1, 1),
        config: [("min.insync.replicas".to_owned(), setting("2"))].into(),
        ..ObservedTopic::default()
    };
    let found = Found {
        topics: [("moving".to_owned(), topic), ("few".to_owned(), few)].into(),
        internal: [(
            "__consumer_offsets".to_owned(),
            [("retention.ms".to_owned(), Some("9".to_owned()))].into(),
        )]
        .into(),
        users: [(Text::Plain("größe".to_owned()), user)].into(),
        acls: [acl].into(),
        broker_defaults: [("ssl.keystore.password".to_owned(), Some("x".to_owned()))].into(),
        can_log_in: true,
        ..Found::default()
    };
    insta::assert_snapshot!(page(&found));
}
