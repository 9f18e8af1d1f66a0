//! Configs of single brokers, of client metrics subscriptions and of groups, by Kafka's own tools.

use std::time::Duration;

use integration::eventually;
use integration::kafka::{is_at_least, tool};

const SPEC: &str = "brokerConfigs: {1: {log.cleaner.threads: 2}, 3: {log.cleaner.threads: 2}}
clientMetrics: {resources-metrics: {metrics: [org.apache.kafka.consumer., org.apache.kafka.producer.], interval.ms: 60000}}
";

fn described(kind: &str, name: &str) -> String {
    tool("kafka-configs", &["--describe", "--entity-type", kind, "--entity-name", name])
}

#[test]
fn each_resource_is_configured_left_alone_and_set_back() {
    let first = crate::init(SPEC).run().expect(0, "changed");
    assert_eq!(
        first.changes(),
        [
            "alter_broker_config 1: applied",
            "alter_broker_config 3: applied",
            "alter_client_metrics resources-metrics: applied",
        ]
    );
    for (id, is_set) in [("1", true), ("2", false), ("3", true)] {
        assert_eq!(described("brokers", id).contains("log.cleaner.threads=2"), is_set, "broker {id}");
    }
    let metrics = described("client-metrics", "resources-metrics");
    assert!(metrics.contains("interval.ms=60000"), "{metrics}");
    crate::init(SPEC).run().expect(0, "unchanged");

    let alter = ["--alter", "--add-config", "log.cleaner.threads=3"];
    let broker = ["--entity-type", "brokers", "--entity-name", "3"];
    tool("kafka-configs", &[alter.as_slice(), &broker].concat());
    // The tool is done when the controller is, and the broker that is asked for its own configs follows. The default, 1, is
    // described too, so another value is waited for.
    eventually("broker 3 has it", Duration::from_secs(30), || {
        described("brokers", "3").contains("log.cleaner.threads=3")
    });
    let healed = crate::init(SPEC).run().expect(0, "changed");
    assert_eq!(healed.changes(), ["alter_broker_config 3: applied"]);
    let none = SPEC.replace("threads: 2", "threads: null");
    crate::init(&none).run().expect(0, "changed");
    crate::init(&none).run().expect(0, "unchanged");
}

/// A broker describes these only where they are set.
#[test]
fn a_config_without_a_default_is_set_left_alone_and_taken_away() {
    let spec = "brokerConfigs: {2: {leader.replication.throttled.rate: 50000000, \
                replica.alter.log.dirs.io.max.bytes.per.second: 60000000}}\n\
                brokerDefaults: {replica.alter.log.dirs.io.max.bytes.per.second: 70000000}\n";
    crate::init(spec).run().expect(0, "changed");
    assert!(described("brokers", "2").contains("leader.replication.throttled.rate=50000000"));
    crate::init(spec).run().expect(0, "unchanged");
    let none = ["50000000", "60000000", "70000000"]
        .iter()
        .fold(spec.to_owned(), |spec, rate| spec.replace(rate, "null"));
    crate::init(&none).run().expect(0, "changed");
    assert!(!described("brokers", "2").contains("throttled.rate"));
    crate::init(&none).run().expect(0, "unchanged");
}

/// The controller accepts any name for a broker.
#[test]
fn a_name_that_no_broker_knows_and_a_broker_that_is_none_are_told_before_anything_is_written() {
    let ended = crate::init("brokerConfigs: {2: {log.cleaner.thread: 2}}\n").refused(76);
    assert!(ended.error().contains("the nearest is `log.cleaner.threads`"), "{}", ended.error());
    assert!(!described("brokers", "2").contains("log.cleaner.thread="), "{}", described("brokers", "2"));
    let ended = crate::init("brokerConfigs: {7: {log.cleaner.threads: 2}}\n").run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "brokerConfigs.7");
}

#[test]
fn groups_of_every_kind_have_their_configs_where_the_release_knows_them() {
    let spec = "groups:
  resources-group: {consumer.session.timeout.ms: 50000}
  resources-share: {share.auto.offset.reset: earliest, share.session.timeout.ms: 50000}
  resources-streams: {streams.session.timeout.ms: 50000}
";
    // Kafka 3 has no configs of groups.
    if !is_at_least(4, 1) {
        let [_, groups @ ..] = spec.lines().collect::<Vec<_>>()[..] else { panic!("{spec}") };
        for (group, kind) in groups.iter().zip(["groups", "share groups", "streams groups"]) {
            let beside = "topics: {resources-beside: {}}\n";
            let ended = crate::init(&format!("groups:\n{group}\n{beside}")).refused(76);
            let sentence = format!("those of {kind} came with Kafka 4.");
            assert!(ended.error().contains(&sentence), "{group}: {}", ended.error());
            assert!(!tool("kafka-topics", &["--list"]).contains("resources-beside"));
        }
        return;
    }
    crate::init(spec).run().expect(0, "changed");
    for (group, config) in [
        ("resources-group", "consumer.session.timeout.ms=50000"),
        ("resources-share", "share.auto.offset.reset=earliest"),
        ("resources-streams", "streams.session.timeout.ms=50000"),
    ] {
        let said = described("groups", group);
        assert!(said.contains(config), "no {config}: {said}");
    }
    crate::init(spec).run().expect(0, "unchanged");
    let none = spec.replace("50000", "null").replace("earliest", "null");
    crate::init(&none).run().expect(0, "changed");
    crate::init(&none).run().expect(0, "unchanged");
}
