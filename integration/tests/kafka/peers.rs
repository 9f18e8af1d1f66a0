//! Brokers that are not what the spec needs.

use integration::kafka::{STACK, Single};
use integration::{Init, docker};

fn init(server: &str, command: &str) -> Init {
    STACK.up();
    let spec = format!("bootstrap: [{server}:19092]\ntopics: {{peer-topic: {{}}}}\n");
    Init::new("kafka-init", &spec).args(&[command, "--timeout", "60s"])
}

/// REQ-AUTO-003
#[test]
fn a_broker_that_advertises_an_address_is_refused_by_name() {
    STACK.up();
    let _single = Single::start("address-kafka", &["KAFKA_ADVERTISED_LISTENERS=INTERNAL://10.1.2.3:19092"]);
    let ended = init("address-kafka", "apply").run().expect(76, "failed");
    for part in ["broker 1", "10.1.2.3:19092"] {
        assert!(ended.error().contains(part), "{}", ended.error());
    }
    assert!(ended.report["error"]["remedy"].to_string().contains("advertised.listeners"));
}

/// REQ-AUTO-003
#[test]
fn a_broker_that_advertises_localhost_is_refused() {
    STACK.up();
    let _single = Single::start("local-kafka", &["KAFKA_ADVERTISED_LISTENERS=INTERNAL://localhost:19092"]);
    let ended = init("local-kafka", "apply").run().expect(76, "failed");
    assert!(ended.error().contains("localhost:19092"), "{}", ended.error());
}

#[test]
fn a_run_that_only_reads_creates_nothing_where_brokers_create_topics_by_themselves() {
    STACK.up();
    let single = Single::start("auto-kafka", &["KAFKA_AUTO_CREATE_TOPICS_ENABLE=true"]);
    init("auto-kafka", "plan").run().expect(3, "drift");
    let list = ["exec", single.name(), "kafka-topics", "--bootstrap-server", "auto-kafka:19092", "--list"];
    assert_eq!(docker(&list).ok().trim(), "");
}

#[test]
fn a_server_that_is_no_kafka_is_named_as_such() {
    STACK.up();
    // The controller's listener speaks Kafka, and is no broker.
    let spec = "bootstrap: [kafka-1:9093]\ntopics: {peer-topic: {}}\n";
    let ended = Init::new("kafka-init", spec).args(&["--timeout", "5s"]).run();
    assert_eq!(ended.exit, 76, "{}\n{}", ended.stdout, ended.log);
}
