//! A change by hand is set back; a property that the spec does not name is left alone.

use integration::kafka::{self, describe};

#[test]
fn a_deleted_topic_comes_back() {
    let spec = "topics: {drift-gone: {partitions: 2}, drift-kept: {}}\n";
    crate::init(spec).run().expect(0, "changed");
    kafka::tool("kafka-topics", &["--delete", "--topic", "drift-gone"]);
    kafka::served("drift-gone", |said| !said.contains("PartitionCount"));
    let healed = crate::init(spec).run().expect(0, "changed");
    assert_eq!(healed.changes(), ["create_topic drift-gone: applied"]);
    assert_eq!(describe("drift-gone")["PartitionCount"], "2");
}

#[test]
fn a_changed_config_is_set_back_and_an_undeclared_one_stays() {
    let spec =
        "topics: {drift-config: {config: {retention.ms: 604800000, cleanup.policy: [compact, delete]}}}\n";
    crate::init(spec).run().expect(0, "changed");
    let alter = |configs: &str| {
        let entity =
            ["--alter", "--entity-type", "topics", "--entity-name", "drift-config", "--add-config", configs];
        kafka::tool("kafka-configs", &entity);
    };
    alter("retention.ms=1,max.message.bytes=2000000");
    kafka::served("drift-config", |said| said.contains("max.message.bytes=2000000"));
    let healed = crate::init(spec).run().expect(0, "changed");
    assert_eq!(healed.changes(), ["alter_topic_config drift-config: applied"]);
    assert_eq!(
        healed.report["changes"][0]["config"].to_string(),
        r#"{"from":{"retention.ms":"1"},"to":{"retention.ms":"604800000"}}"#
    );
    let configs = describe("drift-config")["Configs"].clone();
    assert!(configs.contains("retention.ms=604800000"), "{configs}");
    assert!(configs.contains("max.message.bytes=2000000"), "{configs}");
    alter("cleanup.policy=[delete,compact]");
    crate::init(spec).run().expect(0, "unchanged");
    alter("cleanup.policy=[delete]");
    kafka::served("drift-config", |said| said.contains("cleanup.policy=delete") && !said.contains("compact"));
    crate::init(spec).run().expect(0, "changed");
}

#[test]
fn partitions_grow_and_a_default_accepts_what_is_there() {
    let spec = |partitions: &str| format!("topics: {{drift-grow: {{partitions: {partitions}}}}}\n");
    crate::init(&spec("3")).run().expect(0, "changed");
    let grown = crate::init(&spec("6")).run().expect(0, "changed");
    assert_eq!(grown.changes(), ["create_partitions drift-grow: applied"]);
    assert_eq!(describe("drift-grow")["PartitionCount"], "6");
    crate::init(&spec("-1")).run().expect(0, "unchanged");
}

/// A topic of Kafka Connect stops working with a second partition, or without compaction, and neither can be undone.
#[test]
fn defaults_alone_neither_grow_a_topic_nor_change_what_is_deleted() {
    let compacted = "topics: {drift-connect: {partitions: 1, config: {cleanup.policy: compact}}}\n";
    crate::init(compacted).run().expect(0, "changed");
    let slips = [
        ("partitions: 6", "defaults.partitions"),
        ("config: {cleanup.policy: delete}", "defaults.config.\"cleanup.policy\""),
    ];
    for (defaults, at) in slips {
        let spec = format!("defaults: {{{defaults}}}\ntopics: {{drift-connect: {{}}, drift-next: {{}}}}\n");
        let ended = crate::init(&spec).run().expect(4, "conflict");
        assert_eq!(ended.report["conflicts"][0]["at"], at);
        assert!(ended.changes().iter().all(|change| change.ends_with(": skipped")), "{}", ended.stdout);
    }
    let there = describe("drift-connect");
    assert_eq!(there["PartitionCount"], "1");
    assert!(there["Configs"].contains("cleanup.policy=compact"), "{there:?}");
    // A value of the topic itself takes precedence.
    let said = "topics: {drift-connect: {partitions: 2, config: {cleanup.policy: delete}}}\n";
    crate::init(&format!("defaults: {{partitions: 6}}\n{said}")).run().expect(0, "changed");
    assert_eq!(describe("drift-connect")["PartitionCount"], "2");
}

#[test]
fn what_cannot_be_changed_in_place_stops_everything_else() {
    crate::init("topics: {drift-shrink: {partitions: 6, replicationFactor: 1}}\n").run().expect(0, "changed");
    let smaller = "topics: {drift-shrink: {partitions: 3}, drift-beside: {}}\n";
    let ended = crate::init(smaller).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "topics.drift-shrink.partitions");
    assert_eq!(ended.changes(), ["create_topic drift-beside: skipped"]);
    let factor = "topics: {drift-shrink: {replicationFactor: 3}, drift-beside: {}}\n";
    let ended = crate::init(factor).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "topics.drift-shrink.replicationFactor");
    crate::init(factor).args(&["plan"]).run().expect(4, "conflict");
    assert_eq!(kafka::topics("drift-beside"), [""; 0]);
}
