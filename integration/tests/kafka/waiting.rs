//! Waiting for a cluster: bounded, with the last cause, and no longer than needed.

use std::thread;
use std::time::Duration;

use integration::kafka::{self, STACK, Single};
use integration::{Init, Silent, docker, eventually};

/// REQ-AUTO-002: the promise is a bound in time, so here the time is what is asserted.
fn ends_unavailable(init: Init, cause: &str) {
    let ended = init.args(&["--timeout", "4s"]).run().expect(69, "failed");
    assert!(ended.error().contains(cause), "{}", ended.error());
    // Starting and removing the container is not the tool's time.
    assert!(ended.took < Duration::from_secs(4 + 2 + 2), "{:?}", ended.took);
}

#[test]
fn an_absent_server_ends_at_the_deadline_with_the_last_cause() {
    STACK.up();
    let spec = "bootstrap: [nobody-here:19092]\ntopics: {never: {}}\n";
    ends_unavailable(Init::new("kafka-init", spec), "nobody-here");
    let closed = "bootstrap: [kafka-1:19999]\ntopics: {never: {}}\n";
    ends_unavailable(Init::new("kafka-init", closed), "kafka-1:19999");
}

#[test]
fn a_server_that_accepts_and_stays_silent_ends_at_the_deadline() {
    STACK.up();
    let silent = Silent::new();
    let spec = format!("bootstrap: [silent:{}]\ntopics: {{never: {{}}}}\n", silent.port());
    let init = Init::new("kafka-init", &spec).docker(&["--add-host", "silent:host-gateway"]);
    ends_unavailable(init, &format!("silent:{}", silent.port()));
}

#[test]
fn a_server_that_appears_after_twenty_seconds_is_provisioned() {
    STACK.up();
    let spec = "bootstrap: [late-kafka:19092]\ntopics: {late: {partitions: 2}}\n";
    let running = Init::new("kafka-init", spec).start();
    thread::sleep(Duration::from_secs(20));
    let _single = Single::start("late-kafka", &[]);
    let ended = running.wait().expect(0, "changed");
    assert_eq!(ended.changes(), ["create_topic late: applied"]);
}

#[test]
fn a_broker_that_is_down_is_waited_for() {
    STACK.up();
    // A broker that is asked to go may first take half a minute to hand its work over.
    docker(&["kill", "kafka-3"]).ok();
    let running = crate::init_unready("topics: {down-one: {replicationFactor: 3}}\n").start();
    // Until its session ends the cluster counts it in; then the topic that needs it is named.
    eventually("the topic is named that waits", Duration::from_secs(80), || {
        running.log().contains("down-one")
    });
    assert_eq!(kafka::topics("down-one"), [""; 0]);
    docker(&["start", "kafka-3"]).ok();
    let ended = running.wait().expect(0, "changed");
    assert_eq!(ended.changes(), ["create_topic down-one: applied"]);
    assert_eq!(kafka::describe("down-one")["ReplicationFactor"], "3");
    kafka::all_healthy();
}
