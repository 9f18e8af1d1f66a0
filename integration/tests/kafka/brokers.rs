//! Clusters of which a part is not there: not yet, not now, or not for those outside.

use integration::kafka::{self, STACK, Single};
use integration::{Init, docker};

fn init(server: &str, topics: &str, timeout: &str) -> Init {
    let spec = format!("bootstrap: [{server}:19092]\ntopics: {topics}\n");
    Init::new("kafka-init", &spec).args(&["--timeout", timeout])
}

/// The factor that the brokers' own default asks for, as one that is declared.
#[test]
fn brokers_that_the_default_replication_factor_needs_are_waited_for() {
    STACK.up();
    let first = ["KAFKA_DEFAULT_REPLICATION_FACTOR=2"];
    let first = Single::start("first-kafka", &first);
    let ended = init("first-kafka", "{by-default: {}}", "20s").run().expect(69, "failed");
    assert!(ended.error().contains("create topic by-default"), "{}", ended.error());
    assert!(ended.report["error"]["remedy"].to_string().contains("default.replication.factor"));

    let running = init("first-kafka", "{by-default: {}}", "90s").start();
    let _second = Single::joining(&first, 2, "second-kafka");
    let ended = running.wait().expect(0, "changed");
    assert_eq!(ended.changes(), ["create_topic by-default: applied"]);
}

/// Whoever waits for the init would wait for no reason.
#[test]
fn a_broker_that_is_down_keeps_nothing_from_being_found_as_it_should_be() {
    let spec = "topics: {down-none: {partitions: 3, replicationFactor: 3, config: {retention.ms: 1000}}}\n";
    assert_eq!(crate::init(spec).run().exit, 0);
    docker(&["kill", "kafka-3"]).ok();
    let explicit = format!("brokers: 3\n{spec}");
    for spec in [spec, &explicit] {
        crate::init_unready(spec).args(&["--timeout", "40s"]).run().expect(0, "unchanged");
    }
    // A change still waits.
    let more = spec.replace("{down-none", "{down-more: {replicationFactor: 3}, down-none");
    let ended = crate::init_unready(&more).args(&["--timeout", "15s"]).run().expect(69, "failed");
    assert!(ended.error().contains("2 of the 3 brokers"), "{}", ended.error());
    docker(&["start", "kafka-3"]).ok();
    kafka::all_healthy();
    assert_eq!(kafka::topics("down-more"), [""; 0]);
}

/// The first run says it after it has made the topic. The next one has nothing to do, and nobody can use the topic.
#[test]
fn a_broker_that_nobody_can_reach_where_it_says_that_it_is_is_told_by_every_run() {
    STACK.up();
    let elsewhere = ["KAFKA_ADVERTISED_LISTENERS=INTERNAL://elsewhere-kafka:19999"];
    let _broker = Single::start("elsewhere-kafka", &elsewhere);
    for round in ["first", "second"] {
        let ended = init("elsewhere-kafka", "{reached: {}}", "20s").run().expect(69, "failed");
        assert!(ended.error().contains("elsewhere-kafka:19999"), "{round}: {}", ended.error());
    }
}
