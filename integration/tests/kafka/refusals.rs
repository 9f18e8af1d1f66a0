//! A change that a broker refuses is refused before anything is written.

use integration::kafka;

fn refused(spec: &str, exit: i32, parts: &[&str]) {
    let ended = crate::init(spec).args(&["--timeout", "15s"]).refused(exit);
    let error = ended.error();
    for part in parts {
        assert!(error.contains(part), "no `{part}` in: {error}");
    }
    assert!(ended.report["error"]["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
}

#[test]
fn a_config_that_the_broker_does_not_know_is_refused_for_a_new_topic_and_for_an_old_one() {
    let spec = "topics: {refused-key: {config: {retention.msec: 5}}, refused-beside: {}}\n";
    refused(spec, 76, &["refused-key", "retention.msec"]);
    assert_eq!(kafka::topics("refused-"), [""; 0]);
    crate::init("topics: {refused-key: {}}\n").run().expect(0, "changed");
    refused(spec, 76, &["refused-key", "retention.msec"]);
    assert_eq!(kafka::topics("refused-"), ["refused-key"]);
    kafka::tool("kafka-topics", &["--delete", "--topic", "refused-key"]);
}

#[test]
fn a_value_that_the_broker_does_not_take_is_refused_for_a_new_topic_and_for_an_old_one() {
    let spec = "topics: {rejected-value: {config: {retention.ms: soon}}, rejected-beside: {}}\n";
    refused(spec, 76, &["rejected-value", "retention.ms"]);
    assert_eq!(kafka::topics("rejected-"), [""; 0]);
    crate::init("topics: {rejected-value: {}}\n").run().expect(0, "changed");
    refused(spec, 76, &["rejected-value", "retention.ms"]);
    assert_eq!(kafka::topics("rejected-"), ["rejected-value"]);
}

#[test]
fn a_replication_factor_above_the_brokers_is_waited_for_and_then_named() {
    let spec = "topics: {too-wide: {replicationFactor: 5}}\n";
    refused(spec, 69, &["too-wide", "5", "3"]);
    assert_eq!(kafka::topics("too-wide"), [""; 0]);
}

#[test]
fn a_replication_factor_above_the_brokers_that_the_spec_expects_is_refused() {
    let spec = "brokers: 3\ntopics: {too-wide: {replicationFactor: 5}, too-beside: {}}\n";
    refused(spec, 76, &["too-wide"]);
    assert_eq!(kafka::topics("too-"), [""; 0]);
}

#[test]
fn acls_on_a_cluster_without_an_authorizer_are_refused() {
    let spec =
        "topics: {unguarded: {}}\nacls: [{principal: \"User:app\", allow: [read], topic: unguarded}]\n";
    refused(spec, 76, &["SECURITY_DISABLED", "No Authorizer"]);
    assert_eq!(kafka::topics("unguarded"), [""; 0]);
}

#[test]
fn another_cluster_is_a_conflict() {
    let spec = "clusterId: 4L6g3nShT-eMCtK--X86sw\ntopics: {guarded: {}}\n";
    let ended = crate::init(spec).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "clusterId");
    assert_eq!(kafka::topics("guarded"), [""; 0]);
}
