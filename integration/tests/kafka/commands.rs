//! plan, describe and validate, beside a cluster or without one.

use integration::Init;
use integration::kafka::{self, BOOTSTRAP};

const SPEC: &str = "topics:\n  command-b: {partitions: 2, config: {retention.ms: 1000, cleanup.policy: compact}}\n  command-a: {}\n";
const SHUFFLED: &str = "topics:\n  command-a: {}\n  command-b: {config: {cleanup.policy: compact, retention.ms: 1000}, partitions: 2}\n";

#[test]
fn plan_tells_without_doing_and_apply_does_what_plan_told() {
    let plan = crate::init(SPEC).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(plan.changes(), ["create_topic command-a: planned", "create_topic command-b: planned"]);
    assert_eq!(kafka::topics("command-"), [""; 0]);
    crate::init(SPEC).run().expect(0, "changed");
    crate::init(SPEC).args(&["plan"]).run().expect(0, "unchanged");
}

/// TASK-001
#[test]
fn describe_lists_the_same_without_any_network_and_whatever_the_order_of_the_keys() {
    let offline = |topics: &str| {
        Init::new("kafka-init", &format!("{BOOTSTRAP}{topics}")).network("none").args(&["describe"]).run()
    };
    let described = offline(SPEC).expect(0, "described");
    assert_eq!(described.changes(), ["create_topic command-a: planned", "create_topic command-b: planned"]);
    assert_eq!(described.stdout, offline(SHUFFLED).stdout);
}
