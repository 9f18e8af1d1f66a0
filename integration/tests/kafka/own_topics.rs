//! Topics that Kafka and its services make themselves.

use integration::Init;
use integration::kafka::{STACK, Single};

const SERVER: &str = "own-kafka";

fn run(rest: &str) -> Init {
    Init::new("kafka-init", &format!("bootstrap: [{SERVER}:19092]\n{rest}")).args(&["--timeout", "60s"])
}

/// Two brokers, of which the first has made its own topic for a group.
fn brokers() -> [Single; 2] {
    STACK.up();
    let first = Single::start(SERVER, &["KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS=3"]);
    let second = Single::joining(&first, 2, "own-kafka-2");
    first.ready();
    second.ready();
    first.tool("kafka-topics", "--create --topic read");
    first.shell(&format!("echo 1 | kafka-console-producer --bootstrap-server {SERVER}:19092 --topic read"));
    first.tool(
        "kafka-console-consumer",
        "--topic read --group g --from-beginning --max-messages 1 --timeout-ms 20000",
    );
    [first, second]
}

const OFFSETS: &str = "defaults: {partitions: 6, config: {cleanup.policy: delete, retention.ms: 1000}}
topics: {__consumer_offsets: {config: {segment.bytes: 52428800}}}
";

#[test]
fn a_topic_of_kafkas_own_has_the_configs_and_copies_of_the_spec_and_no_defaults() {
    let [first, _second] = brokers();
    assert_eq!(
        run(OFFSETS).run().expect(0, "changed").changes(),
        ["alter_topic_config __consumer_offsets: applied"]
    );
    run(OFFSETS).run().expect(0, "unchanged");
    let offsets = || first.tool("kafka-topics", "--describe --topic __consumer_offsets");
    for kept in ["segment.bytes=52428800", "cleanup.policy=compact", "PartitionCount: 3"] {
        assert!(offsets().contains(kept), "no {kept}: {}", offsets());
    }
    assert!(!offsets().contains("retention.ms"), "{}", offsets());

    let wider = "topics: {__consumer_offsets: {replicationFactor: 2, reassign: true}}\n";
    assert_eq!(
        run(wider).run().expect(0, "changed").changes(),
        ["reassign_partitions __consumer_offsets: applied"]
    );
    run(wider).run().expect(0, "unchanged");
    assert!(offsets().contains("ReplicationFactor: 2"), "{}", offsets());

    // One that nothing has needed yet is not made by the init.
    let none = "topics: {__transaction_state: {config: {segment.bytes: 52428800}}}\n";
    run(none).run().expect(4, "conflict");
    assert!(!first.tool("kafka-topics", "--list").contains("__transaction_state"));
}

#[test]
fn defaults_delete_nothing_from_the_compacted_topics_of_services() {
    let [first, _second] = brokers();
    for topic in ["_schemas", "connect-offsets"] {
        first.tool("kafka-topics", &format!("--create --topic {topic} --config cleanup.policy=compact"));
        let spec = |own: &str| {
            format!("defaults: {{config: {{cleanup.policy: delete}}}}\ntopics: {{{topic}: {{{own}}}}}\n")
        };
        let ended = run(&spec("")).run().expect(4, "conflict");
        assert_eq!(
            ended.report["conflicts"][0]["at"], "defaults.config.\"cleanup.policy\"",
            "{}",
            ended.stdout
        );
        run(&spec("defaults: false")).run().expect(0, "unchanged");
        run(&spec("config: {cleanup.policy: compact}")).run().expect(0, "unchanged");
        assert!(
            first
                .tool("kafka-topics", &format!("--describe --topic {topic}"))
                .contains("cleanup.policy=compact")
        );
    }
}
