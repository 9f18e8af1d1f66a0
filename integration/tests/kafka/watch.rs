//! A watch beside three brokers: what somebody else changes, what the files change, and what becomes of the brokers.

use std::thread::sleep;
use std::time::Duration;

use integration::kafka::{BROKERS, Recording, all_healthy, describe, tool, topics};
use integration::{Running, docker, eventually};

use crate::init;

const TOPICS: &str = "topics:\n  watch-one: {partitions: 3, replicationFactor: 3, config: {retention.ms: 3600000}}\n  watch-two: {partitions: 1, replicationFactor: 3}\n";

fn has(topic: &str) -> bool {
    topics("watch-").iter().any(|found| found == topic)
}

fn remove(topic: &str) {
    tool("kafka-topics", &["--delete", "--topic", topic]);
    eventually("the topic is gone", Duration::from_secs(20), || !has(topic));
}

fn last(watch: &Running) -> String {
    watch.outcomes().pop().unwrap_or_default()
}

#[test]
fn a_watch_keeps_what_the_spec_says_and_outlasts_its_brokers() {
    let watch = init(TOPICS).watch("4s");
    remove("watch-two");
    watch.until("the topic is back", || has("watch-two"));
    let alter = [
        "--alter",
        "--entity-type",
        "topics",
        "--entity-name",
        "watch-one",
        "--add-config",
        "retention.ms=1",
    ];
    tool("kafka-configs", &alter);
    watch.until("the config is back", || describe("watch-one")["Configs"].contains("retention.ms=3600000"));
    watch.edit_spec(|spec| {
        spec.replace("topics:\n", "topics:\n  watch-three: {partitions: 1, replicationFactor: 3}\n")
    });
    watch.until("the edited spec is applied", || has("watch-three"));
    watch.edit_spec(|spec| spec.replace("topics:", "topcis:"));
    watch.until("the wrong spec is told", || last(&watch) == "failed");
    remove("watch-three");
    watch.until("the last good spec is in force", || has("watch-three"));
    assert!(watch.health().0, "{:?}", watch.health());
    watch.edit_spec(|spec| spec.replace("topcis:", "topics:"));
    watch.until("the right spec is told", || last(&watch) == "unchanged");

    let before = watch.outcomes().len();
    for broker in BROKERS {
        docker(&["restart", "--time", "20", broker]).ok();
        all_healthy();
    }
    sleep(Duration::from_secs(5));
    watch.becomes_well();
    let during = watch.outcomes().split_off(before);
    assert!(!during.iter().any(|outcome| outcome == "changed"), "{during:?}");

    docker(&[["stop", "--time", "20"].as_slice(), &BROKERS].concat()).ok();
    watch.becomes_unwell();
    sleep(Duration::from_secs(5));
    docker(&[["start"].as_slice(), &BROKERS].concat()).ok();
    all_healthy();
    watch.becomes_well();
    assert_eq!(last(&watch), "unchanged");
    watch.terminate();
    for topic in topics("watch-") {
        remove(&topic);
    }
}

#[test]
fn a_watch_that_is_killed_or_ended_in_a_pass_leaves_brokers_that_the_next_converges() {
    let many: String =
        (0..60).map(|n| format!("  watch-{n}: {{partitions: 6, replicationFactor: 3}}\n")).collect();
    let start = || {
        let running = init(&format!("topics:\n{many}")).args(&["watch", "--every", "2s"]).start();
        running.has_begun();
        running
    };
    let killed = start();
    killed.signal("KILL");
    assert_eq!(killed.wait().exit, 137);
    start().terminate();
    let watch = init(&format!("topics:\n{many}")).watch("2s");
    assert_eq!(topics("watch-").len(), 60);
    watch.terminate();
    tool("kafka-topics", &["--delete", "--topic", "watch-.*"]);
}

/// Nothing is written, nothing is held, and nothing is said.
fn quiet_for(time: Duration) {
    let other = init(TOPICS).watch("1s");
    let watch = init(TOPICS).watch("1s");
    sleep(Duration::from_secs(10));
    let recording = Recording::start();
    watch.is_quiet(|| sleep(time));
    assert!(recording.mutations().is_empty(), "{:?}", recording.requests());
    assert_eq!(other.outcomes().len(), 1);
    watch.terminate();
    other.terminate();
    tool("kafka-topics", &["--delete", "--topic", "watch-.*"]);
}

#[test]
fn two_quiet_watches_change_nothing() {
    quiet_for(Duration::from_secs(15));
}

mod fault {
    use std::time::Duration;

    #[test]
    #[ignore = "ten minutes"]
    fn six_hundred_quiet_passes_change_nothing() {
        super::quiet_for(Duration::from_secs(600));
    }
}
