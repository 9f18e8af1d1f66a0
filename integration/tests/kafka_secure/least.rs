//! The provisioning account needs what docs/kafka.md says, and no more.

use crate::{BOOTSTRAP, TLS, admin, init};

/// The rows of permissions: operations on the topics, operations on the cluster, and the error that names the missing one.
const WITHOUT: [(&str, &str, &str, &str); 9] = [
    ("topic-describe", "create, alterconfigs", "alter, alterconfigs", "Describe on topic least-"),
    ("topic-describe-configs", "create, alter", "alter, alterconfigs", "DescribeConfigs on topic least-old"),
    ("topic-create", "alter, alterconfigs", "alter, alterconfigs", "Create on topic least-new"),
    ("topic-alter", "create, describe, alterconfigs", "alter, alterconfigs", "Alter on topic least-old"),
    (
        "topic-alter-configs",
        "create, alter, describeconfigs",
        "alter, alterconfigs",
        "AlterConfigs on topic least-old",
    ),
    ("cluster-describe", "create, alter, alterconfigs", "alterconfigs", "Describe on the cluster"),
    ("cluster-describe-configs", "create, alter, alterconfigs", "alter", "DescribeConfigs on the cluster"),
    (
        "cluster-alter-configs",
        "create, alter, alterconfigs",
        "alter, describeconfigs",
        "AlterConfigs on the cluster",
    ),
    ("cluster-alter", "create, alter, alterconfigs", "describe, alterconfigs", "Alter on the cluster"),
];
const ALL: (&str, &str, &str, &str) = ("all", "create, alter, alterconfigs", "alter, alterconfigs", "");

const EVERYTHING: &str = "topics:
  least-old: {partitions: 2, replicationFactor: 1, config: {retention.ms: 1000}}
  least-new: {replicationFactor: 1}
  least-moved: {replicationFactor: 2, reassign: {throttle: 50MiB}}
users: {least-made: {mechanism: SCRAM-SHA-256, password: {secret: least}}}
acls: [{principal: \"User:least-made\", allow: [read], topic: least-new}]
quotas: [{user: least-made, producerByteRate: 1000}]
brokerDefaults: {log.cleaner.threads: 2}
";

/// Each user with its ACLs, made by the superuser.
fn prepare() {
    let (mut users, mut acls) = (String::new(), String::new());
    for (name, topic, cluster, _) in WITHOUT.iter().chain([&ALL]) {
        users += &format!("  least-{name}: {{mechanism: SCRAM-SHA-256, password: {{secret: least}}}}\n");
        acls += &format!(
            "  - {{principal: \"User:least-{name}\", allow: [{topic}], topic: least-, match: prefixed}}\n  \
             - {{principal: \"User:least-{name}\", allow: [{cluster}], cluster: true}}\n"
        );
    }
    let old = "topics: {least-old: {partitions: 1, replicationFactor: 1, config: {retention.ms: 5}}, \
               least-moved: {partitions: 1, replicationFactor: 1}}\n";
    let spec = format!("{old}users:\n{users}acls:\n{acls}");
    admin(&spec).secret("least", "least-5d1e").run().expect(0, "changed");
}

fn run(name: &str, command: &str, exit: i32, outcome: &str) -> integration::Ended {
    let login =
        format!("sasl: {{mechanism: SCRAM-SHA-256, username: least-{name}, password: {{secret: least}}}}\n");
    let spec = format!("{BOOTSTRAP}{TLS}{login}{EVERYTHING}");
    init(&spec).secret("least", "least-5d1e").args(&[command]).run().expect(exit, outcome)
}

#[test]
fn the_documented_permissions_are_enough_and_each_one_that_is_missing_is_named() {
    prepare();
    for (name, _, _, missing) in WITHOUT {
        let ended = run(name, "apply", 77, "failed");
        let remedy = ended.report["error"]["remedy"].to_string();
        assert!(remedy.contains(missing), "{name}: {remedy}\n{}", ended.stdout);
        // An account that only reads may plan; the log names the changes that the brokers did not check.
        if missing.starts_with("Describe") {
            run(name, "plan", 77, "failed");
        } else {
            let planned = run(name, "plan", 3, "drift");
            assert!(
                planned.log.contains("the account may not make these changes"),
                "{name}: {}",
                planned.log
            );
        }
    }
    run(ALL.0, "apply", 0, "changed");
    run(ALL.0, "apply", 0, "unchanged");
}
