//! A thousand topics in one spec.

use integration::kafka::{self, Recording};

fn spec() -> String {
    let configs = "{retention.ms: 1000000, segment.bytes: 10485760, cleanup.policy: delete, max.message.bytes: 2000000, \
                   min.insync.replicas: 1}";
    let topics: String = (0..1000).map(|n| format!("  scale-{n}: {{}}\n")).collect();
    format!("defaults: {{partitions: 1, replicationFactor: 1, config: {configs}}}\ntopics:\n{topics}")
}

#[test]
fn a_thousand_topics_are_created_verified_and_left_alone_in_four_requests() {
    let spec = spec();
    let first = crate::init(&spec).run().expect(0, "changed");
    assert_eq!(first.changes().len(), 1000);
    let progress = first.log.lines().filter(|line| line.contains(r#""total":1000"#)).count();
    assert!(progress > 0, "no progress in:\n{}", first.log.lines().take(20).collect::<Vec<_>>().join("\n"));
    assert_eq!(kafka::topics("scale-").len(), 1000);

    let recording = Recording::start();
    crate::init(&spec).run().expect(0, "unchanged");
    assert_eq!(recording.mutations().len(), 0);
    let requests = recording.requests();
    let after_handshake: usize =
        requests.iter().filter(|(name, _)| *name != "API_VERSIONS").map(|(_, n)| n).sum();
    assert!(after_handshake <= 4, "{requests:?}");
    kafka::tool("kafka-topics", &["--delete", "--topic", "scale-.*"]);
}
