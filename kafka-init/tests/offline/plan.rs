//! One drift per test, then all of them together.

use init_core::Backend as _;
use insta::assert_snapshot;
use kafka_init::{Assignment, Change, ConfigType, Kafka, Observed, ObservedTopic, Setting};
use serde_json::json;

use crate::support::{cluster, plan, shown, topic};

#[test]
fn a_converged_cluster_needs_nothing() {
    let spec =
        json!({"topics": {"a": {"partitions": 3, "replicationFactor": 3, "config": {"retention.ms": 1000}}}});
    let there = cluster([("a", topic(3, 3, &[("retention.ms", "1000")]))]);
    assert!(plan(spec, &there).is_empty());
}

#[test]
fn what_the_spec_leaves_open_is_accepted_as_it_is() {
    for spec in
        [json!({"topics": {"a": {}}}), json!({"topics": {"a": {"partitions": -1, "replicationFactor": -1}}})]
    {
        assert!(plan(spec, &cluster([("a", topic(7, 2, &[]))])).is_empty());
    }
}

#[test]
fn minus_one_overrides_the_defaults() {
    let spec = json!({"defaults": {"partitions": 3}, "topics": {"a": {"partitions": -1}}});
    assert!(plan(spec, &cluster([("a", topic(7, 2, &[]))])).is_empty());
}

#[test]
fn a_missing_topic_is_created_with_what_is_declared() {
    let spec = json!({
        "defaults": {"partitions": 3, "config": {"min.insync.replicas": 2, "retention.ms": 5}},
        "topics": {
            "a": {"replicationFactor": 3, "config": {"retention.ms": 604_800_000, "cleanup.policy": ["compact", "delete"]}},
            "b": {"partitions": 1, "config": {"min.cleanable.dirty.ratio": 0.5, "unclean.leader.election.enable": false}},
            "c": {"partitions": -1},
        },
    });
    assert_snapshot!(shown(&plan(spec, &Observed::default())));
}

#[test]
fn a_topic_with_fewer_partitions_grows() {
    let spec = json!({"topics": {"a": {"partitions": 6}}});
    assert_snapshot!(shown(&plan(spec, &cluster([("a", topic(3, 1, &[]))]))));
}

#[test]
fn a_config_that_differs_is_altered_and_no_other() {
    let spec = json!({"topics": {"a": {"config": {"retention.ms": 2, "segment.ms": 7, "cleanup.policy": "delete"}}}});
    let there = topic(1, 1, &[("retention.ms", "1"), ("segment.ms", "7")]);
    assert_snapshot!(shown(&plan(spec, &cluster([("a", there)]))));
}

/// The default may be another value on the next broker, or after the next change of `brokerDefaults`.
#[test]
fn a_declared_value_that_only_equals_the_default_is_set_on_the_topic() {
    let spec = json!({"topics": {"a": {"config": {"retention.ms": 604_800_000}}}, "brokerDefaults": {"log.retention.ms": 3_600_000}});
    let mut there = topic(1, 1, &[("retention.ms", "604800000")]);
    there.config.values_mut().for_each(|setting| setting.is_own = false);
    assert_snapshot!(shown(&plan(spec, &cluster([("a", there)]))));
}

#[test]
fn null_removes_the_own_value_of_a_topic_and_leaves_a_default_alone() {
    let spec = json!({
        "defaults": {"config": {"segment.ms": 7, "retention.ms": 5}},
        "topics": {"a": {"config": {"retention.ms": null}}, "b": {"config": {"segment.ms": null}}, "new": {"config": {"segment.ms": null}}},
        "brokerDefaults": {"log.retention.ms": 9, "log.segment.bytes": null},
    });
    let mut by_default = topic(1, 1, &[("segment.ms", "7"), ("retention.ms", "5")]);
    by_default.config.get_mut("segment.ms").unwrap().is_own = false;
    let own = topic(1, 1, &[("segment.ms", "7"), ("retention.ms", "5")]);
    assert_snapshot!(shown(&plan(spec, &cluster([("a", own), ("b", by_default)]))));
}

#[test]
fn defaults_alone_make_no_topic_grow_and_change_no_cleanup_policy() {
    let spec = json!({
        "defaults": {"partitions": 6, "config": {"cleanup.policy": "delete"}},
        "topics": {"connect-configs": {}, "said": {"partitions": 6, "config": {"cleanup.policy": "delete"}}, "accepted": {"partitions": -1, "config": {"cleanup.policy": "compact"}}},
    });
    let compacted = || topic(1, 1, &[("cleanup.policy", "compact")]);
    let observed =
        cluster([("connect-configs", compacted()), ("said", compacted()), ("accepted", compacted())]);
    assert_snapshot!(shown(&plan(spec, &observed)));
}

/// Kafka creates its internal topics with its own settings, and so do Kafka's services with theirs.
#[test]
fn defaults_reach_no_topic_of_kafkas_own_and_none_that_says_so() {
    let spec = || {
        json!({
            "defaults": {"partitions": 6, "replicationFactor": 3, "config": {"cleanup.policy": "delete"}},
            "topics": {"__consumer_offsets": {"config": {"segment.bytes": 5}}, "_schemas": {"defaults": false}, "plain": {"defaults": true}},
        })
    };
    let compacted = || topic(1, 1, &[("cleanup.policy", "compact")]);
    let there = cluster([("__consumer_offsets", compacted()), ("_schemas", compacted())]);
    assert_snapshot!(shown(&plan(spec(), &there)));
    assert_snapshot!(shown(&plan(spec(), &cluster([]))));
}

#[test]
fn another_spelling_of_the_same_value_is_no_drift() {
    let spec =
        json!({"topics": {"a": {"config": {"retention.ms": "+0100", "cleanup.policy": " delete, compact"}}}});
    let there = topic(1, 1, &[("retention.ms", "100"), ("cleanup.policy", "compact,delete")]);
    assert!(plan(spec, &cluster([("a", there)])).is_empty());
}

#[test]
fn fewer_partitions_are_a_conflict() {
    let spec = json!({"topics": {"a": {"partitions": 3}}});
    assert_snapshot!(shown(&plan(spec, &cluster([("a", topic(6, 1, &[]))]))), @"! topics.a.partitions: topic `a` has 6 partitions and Kafka cannot remove any: declare 6 or more, or -1 to accept what is there, or move its records to a new topic");
}

#[test]
fn another_replication_factor_is_a_conflict_where_the_spec_says_it() {
    let spec =
        json!({"defaults": {"replicationFactor": 2}, "topics": {"a": {}, "b": {"replicationFactor": 1}}});
    let moving = ObservedTopic { copies: (3, 4), ..topic(1, 3, &[]) };
    assert_snapshot!(shown(&plan(spec, &cluster([("a", topic(1, 3, &[])), ("b", moving)]))), @r#"
    ! defaults.replicationFactor: topic `a` has replication factor 3, not 2: write `reassign: true` to have its partitions moved, or declare 3, or -1 to accept what is there
    ! topics.b.replicationFactor: topic `b` has replication factor 3 to 4, not 1: write `reassign: true` to have its partitions moved, or declare 3, or -1 to accept what is there
    "#);
}

#[test]
fn another_cluster_than_the_one_meant_is_a_conflict() {
    assert_snapshot!(shown(&plan(json!({"clusterId": "other"}), &cluster([]))), @"! clusterId: the servers belong to cluster the-cluster, not other: correct `bootstrap`, or `clusterId` if it was made anew");
}

#[test]
fn a_sensitive_value_is_a_conflict() {
    let hidden = Setting { value: None, kind: ConfigType::Text, sensitive: true, is_own: true };
    let there = ObservedTopic { config: [("x.password".to_owned(), hidden)].into(), ..topic(1, 1, &[]) };
    let spec = json!({"topics": {"a": {"config": {"x.password": "?"}}}});
    assert_snapshot!(shown(&plan(spec, &cluster([("a", there)]))), @r#"! topics.a.config."x.password": `x.password` is a sensitive config, whose value the broker never shows, so that it cannot be compared: leave it out, or write null to remove it"#);
}

/// The derived order of the variants is the order of execution.
#[test]
fn topics_are_configured_then_those_that_are_new_are_created_and_the_others_grow() {
    let spec = json!({
        "defaults": {"config": {"retention.ms": 2}},
        "topics": {"a-grown-and-altered": {"partitions": 6}, "b-altered": {}, "c-new": {}, "d-grown": {"partitions": 2, "config": {"retention.ms": 1}}},
    });
    let there = || topic(1, 1, &[("retention.ms", "1")]);
    let observed = cluster([("a-grown-and-altered", there()), ("b-altered", there()), ("d-grown", there())]);
    let verbs: String = plan(spec, &observed).changes().iter().map(|change| format!("{change}\n")).collect();
    assert_snapshot!(verbs, @r#"
    alter topic a-grown-and-altered: retention.ms 1 -> 2
    alter topic b-altered: retention.ms 1 -> 2
    create topic c-new (the broker's default partitions, the broker's default replication factor, retention.ms=2)
    add partitions to topic a-grown-and-altered: 1 -> 6
    add partitions to topic d-grown: 1 -> 2
    "#);
}

/// Users, ACLs and quotas are sent to the controller together, before the topics (ADR 10).
#[test]
fn users_acls_and_quotas_are_one_stage_and_every_other_kind_is_its_own() {
    let spec = json!({
        "sasl": {"mechanism": "PLAIN", "username": "admin", "password": {"secret": "admin"}},
        "topics": {"grown": {"partitions": 2, "config": {"retention.ms": 2}}, "new": {}},
        "users": {"someone": {"mechanism": "SCRAM-SHA-256", "password": {"secret": "someone"}}},
        "acls": [{"principal": "User:someone", "allow": ["read"], "topic": "new"}],
        "quotas": [{"user": "someone", "requestPercentage": 50}],
        "brokerDefaults": {"log.retention.ms": 1000},
    });
    let plan = plan(spec, &cluster([("grown", topic(1, 1, &[("retention.ms", "1")]))]));
    let verb = |change: &Change| change.to_string().split(' ').take(2).collect::<Vec<_>>().join(" ");
    let stages =
        plan.stages(Kafka::same_stage).map(|stage| stage.iter().map(verb).collect::<Vec<_>>().join(", "));
    assert_snapshot!(stages.collect::<Vec<_>>().join("\n"), @r"
    create user, create acl, alter quota
    alter topic
    alter all
    create topic
    add partitions
    ");
}

#[test]
fn more_copies_in_sync_than_a_topic_has_are_a_conflict() {
    let spec = json!({
        "topics": {"said": {"config": {"min.insync.replicas": 2}}, "reset": {"config": {"min.insync.replicas": null}}, "silent": {}},
        "brokerDefaults": {"min.insync.replicas": 2},
    });
    let mut there = cluster([
        ("said", topic(1, 1, &[("min.insync.replicas", "1")])),
        ("reset", topic(1, 1, &[("min.insync.replicas", "1")])),
        ("silent", topic(1, 1, &[])),
    ]);
    let inheriting_topics = ["__consumer_offsets", "b", "c", "d", "e", "reset", "said", "silent"];
    there.inheriting_topics = inheriting_topics.map(|name| (name.to_owned(), 1)).into();
    let conflicts =
        plan(spec, &there).conflicts().iter().map(|conflict| format!("{conflict}\n")).collect::<String>();
    assert_snapshot!(conflicts);
    let enough = json!({"topics": {"said": {"config": {"min.insync.replicas": 1}}}, "brokerDefaults": {"min.insync.replicas": 1}});
    assert!(plan(enough, &there).conflicts().is_empty());
}

/// Kafka refuses a config that it does not describe; a server that accepts one would never show it.
#[test]
fn a_config_that_the_broker_does_not_list_is_known_as_such() {
    let spec = json!({"topics": {"a": {"config": {"retention.ms": 2, "retention.msec": 2}}}});
    let plan = plan(spec, &cluster([("a", topic(1, 1, &[("retention.ms", "1")]))]));
    let Some(Change::AlterTopicConfig(change)) = plan.changes().first() else { panic!("{plan:?}") };
    assert_eq!(change.unlisted, ["retention.msec".to_owned()].into());
}

/// An ongoing reassignment is waited for and never replaced, whoever started it.
#[test]
fn a_partition_that_is_being_moved_is_waited_for() {
    let spec = json!({"reassign": true, "topics": {"a": {"replicationFactor": 2}}});
    let held = |replicas: &[i32], target: Option<&[i32]>| Assignment {
        replicas: replicas.to_vec(),
        in_sync: replicas.iter().copied().collect(),
        target: target.map(<[i32]>::to_vec),
        ..Assignment::default()
    };
    let assignment = [held(&[1, 2], Some(&[1, 2])), held(&[1, 2, 3], Some(&[1, 2, 3])), held(&[1], None)];
    let there = ObservedTopic { assignment: (0..).zip(assignment).collect(), ..topic(3, 2, &[]) };
    let observed = Observed { brokers: (1..=3).map(|id| (id, None)).collect(), ..cluster([("a", there)]) };
    let plan = plan(spec, &observed);
    let Some(Change::IncreaseReplicas(moved)) = plan.changes().first() else { panic!("{plan:?}") };
    assert_eq!((moved.ongoing.clone(), moved.of_other_clients.clone()), ([0].into(), [1].into()));
    assert_eq!(moved.moves.keys().copied().collect::<Vec<_>>(), [2]);
    assert_snapshot!(moved.to_string(), @"reassign partitions of topic a: replication factor 2 -> 2 (2 under way)");
}

#[test]
fn more_copies_than_brokers_are_a_conflict_where_they_would_be_made() {
    let spec = json!({"topics": {"a": {"replicationFactor": 3, "reassign": true}}});
    let observed = Observed { brokers: [(1, None), (2, None)].into(), ..cluster([("a", topic(1, 1, &[]))]) };
    assert_snapshot!(shown(&plan(spec, &observed)), @"! topics.a.replicationFactor: topic `a` is to have replication factor 3, and 2 brokers take part: start more, or declare 2 or fewer");
}

/// A hundred topics with the same settings are one group, and their violations have the path of the group.
#[test]
fn a_group_of_topics_is_as_many_topics() {
    let spec = json!({
        "defaults": {"config": {"retention.ms": 5}},
        "topics": [
            {"names": ["a", "b"], "partitions": 3, "config": {"cleanup.policy": "compact"}},
            {"names": ["c"], "replicationFactor": 2},
        ],
    });
    assert_snapshot!(shown(&plan(
        spec,
        &cluster([
            ("b", topic(6, 1, &[("retention.ms", "5"), ("cleanup.policy", "compact")])),
            ("c", topic(1, 1, &[("retention.ms", "5")]))
        ])
    )));
}

#[test]
fn a_range_in_the_names_of_a_group_is_a_topic_for_each_number() {
    let ranged = json!({"topics": [{"names": ["a-{08..11}", "b"], "partitions": 2}]});
    let listed = json!({"topics": [{"names": ["a-08", "a-09", "a-10", "a-11", "b"], "partitions": 2}]});
    assert_eq!(plan(ranged, &cluster([])).changes(), plan(listed, &cluster([])).changes());
}

#[test]
fn a_new_topic_may_have_a_replica_assignment() {
    let spec =
        json!({"topics": {"a": {"assignment": [[1, 2], [2, 3]]}, "b": {"assignment": [[1, 2], [2, 3]]}}});
    let there = || cluster([("b", topic(2, 2, &[]))]);
    assert_snapshot!(shown(&plan(spec, &there())));
}
