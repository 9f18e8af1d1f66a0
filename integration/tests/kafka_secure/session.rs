//! Sessions that end while a run goes on, and a cluster that asks for patience.

use crate::{admin, init};

/// The broker ends a session of this listener after 1.5 s, and this user may change 4 partitions in a second: rehearsed
/// and done, these are more than the burst that Kafka allows, so the run must pause, on the same connections.
#[test]
fn a_throttled_run_waits_as_told_and_logs_in_again_on_the_way() {
    // Two tests throttle this user, in either order.
    assert_eq!(admin("quotas: [{user: slow, controllerMutationRate: 4}]\n").run().exit, 0);
    let topics: String =
        (0..40).map(|number| format!("  slow-{number}: {{partitions: 1, replicationFactor: 1}}\n")).collect();
    let sasl = "sasl: {mechanism: PLAIN, username: slow, password: {secret: admin_password}}\n";
    let spec = format!("bootstrap: [kafka-1:19096, kafka-2:19096, kafka-3:19096]\n{sasl}topics:\n{topics}");
    let ended = init(&spec).args(&["--log", "trace"]).run().expect(0, "changed");
    assert_eq!(ended.changes().len(), 40);
    let lines = |text: &str| ended.log.lines().filter(|line| line.contains(text)).count();
    assert!(lines("mutation quota") > 0, "it was not throttled: {}", ended.log);
    let (logins, connections) = (lines("SaslHandshake"), lines("\"connected\""));
    assert!(connections > 0 && logins > connections, "{logins} logins, {connections} connections");
    // Nobody was dropped for staying too long.
    assert_eq!(lines("dropped the connection"), 0, "{}", ended.log);
    init(&spec).run().expect(0, "unchanged");
}
