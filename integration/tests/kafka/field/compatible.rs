//! A Kafka-compatible server, whose answers differ where the protocol leaves room.

use std::time::Duration;

use integration::kafka::STACK;
use integration::{Ended, Init, docker, eventually};

/// kfake, a Kafka-compatible server: its answers differ where Kafka's protocol leaves room.
struct Compatible;

const SERVER: &str = "compatible-kafka";
const CONTAINER: &str = "dayzero-it-compatible-kafka";
const PASSWORD: &str = "compatible-5d1e";

impl Compatible {
    fn start(password: &str) -> Self {
        STACK.up();
        let _ = docker(&["rm", "--force", CONTAINER]);
        let secret = format!("PASSWORD={password}");
        let network = ["--network", "dayzero_default", "--network-alias", SERVER, "--hostname", SERVER];
        let begin = ["run", "--detach", "--name", CONTAINER, "--env", &secret];
        docker(&[begin.as_slice(), &network, &["dayzero/kfake:dev"]].concat()).ok();
        eventually("it listens", Duration::from_secs(10), || {
            docker(&["logs", CONTAINER]).stdout.contains("ready")
        });
        Self
    }
}

impl Drop for Compatible {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", CONTAINER]);
    }
}

fn run(spec: &str, exit: i32, outcome: &str) -> Ended {
    let spec = format!("bootstrap: [{SERVER}:9092]\n{spec}");
    let init = Init::new("kafka-init", &spec).args(&["--timeout", "45s"]);
    init.secret("own", PASSWORD).secret("app", "application-5d1e").run().expect(exit, outcome)
}

/// The default entity is none of "any name" there.
#[test]
#[ignore = "another server: just field kafka"]
fn the_default_quota_of_a_compatible_server_is_found_again() {
    let _server = Compatible::start("");
    let spec = "topics: {compatible: {partitions: 2}}\nquotas:\n  - {user: \"*\", requestPercentage: 50}\n  \
                - {user: a, clientId: \"*\", producerByteRate: 1024}\n  - {user: a, consumerByteRate: 7}\n";
    run(spec, 0, "changed");
    run(spec, 0, "unchanged");
    let taken = spec.replace("requestPercentage: 50", "requestPercentage: null");
    assert_eq!(run(&taken, 0, "changed").changes(), ["remove_quota user <default>: applied"]);
    run(&taken, 0, "unchanged");
}

/// It accepts a mechanism and lists none.
#[test]
#[ignore = "another server: just field kafka"]
fn a_compatible_server_that_lists_no_mechanism_is_asked_for_each() {
    let _server = Compatible::start(PASSWORD);
    let spec = "sasl: {mechanism: PLAIN, username: admin, password: {secret: own}}\n\
                users: {app: {mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {secret: app}}}\n";
    assert_eq!(run(spec, 0, "changed").changes(), ["create_user app: applied"]);
    run(spec, 0, "unchanged");
}

/// It accepts any config for a topic that is there, and would not show it.
#[test]
#[ignore = "another server: just field kafka"]
fn a_config_that_a_compatible_server_does_not_list_is_told_before_anything_is_written() {
    let _server = Compatible::start("");
    run("topics: {old: {}}\n", 0, "changed");
    let ended = run("topics: {old: {config: {retention.msec: 5}}}\n", 76, "failed");
    assert!(ended.error().contains("retention.msec"), "{}", ended.error());
}
