//! Names of users and principals that come from secrets: they are as any other on the cluster, and shown nowhere.

use integration::Ended;

use crate::{BOOTSTRAP, TLS, admin, init, recording, tools};

const NAME: &str = "canary-of-a-user-7b20";
const PASSWORD: &str = "canary-5d1e-named";

const SPEC: &str = "users:
  app: {name: {secret: app_user}, mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {secret: password}}
acls:
  - {principal: {secret: app_user}, allow: [describe, describeconfigs], cluster: true}
  - {principal: [\"User:app\", \"User:beside\"], deny: [delete], topic: named-, match: prefixed}
  - {principal: \"User:beside\", allow: [describetokens], user: {secret: app_user}}
quotas:
  - {user: app, producerByteRate: 1048576}
  - {user: {secret: app_user}, clientId: named, requestPercentage: 50}
";
const TAKEN: &str = "users:
  app: {name: {secret: app_user}, state: absent}
acls:
  - {principal: {secret: app_user}, allow: [describe, describeconfigs], cluster: true, state: absent}
  - {principal: [\"User:app\", \"User:beside\"], deny: [delete], topic: named-, match: prefixed, state: absent}
  - {principal: \"User:beside\", allow: [describetokens], user: {secret: app_user}, state: absent}
quotas:
  - {user: app, producerByteRate: null}
  - {user: {secret: app_user}, clientId: named, requestPercentage: null}
";

fn run(spec: &str, args: &[&str], exit: i32, outcome: &str) -> Ended {
    let run = admin(spec).secret("app_user", NAME).secret("password", PASSWORD).args(&["--log", "trace"]);
    let ended = run.args(args).run().expect(exit, outcome);
    assert!(!ended.stdout.contains(NAME) && !ended.log.contains(NAME), "{}\n{}", ended.stdout, ended.log);
    ended
}

/// The users, ACLs and quotas with the name on the cluster.
fn on_the_cluster() -> [usize; 3] {
    let said = tools(&[
        &format!("kafka-configs --describe --entity-type users --entity-name {NAME}"),
        "kafka-acls --list",
        "kafka-configs --describe --entity-type users --entity-type clients --entity-default",
    ]);
    let count = |text: &str, part: &str| text.matches(part).count();
    [count(&said[0], "iterations=4096"), count(&said[1], NAME), count(&said[0], "producer_byte_rate=1048576")]
}

#[test]
fn users_acls_and_quotas_with_names_from_secrets_are_made_left_alone_and_taken_away() {
    run(SPEC, &["plan"], 3, "drift");
    let made = run(SPEC, &[], 0, "changed");
    assert_eq!(
        made.changes(),
        [
            "create_user {secret: app_user}: applied",
            "create_acl ALLOW User:beside DESCRIBE_TOKENS on USER {secret: app_user}: applied",
            "create_acl ALLOW {secret: app_user} DESCRIBE on CLUSTER kafka-cluster: applied",
            "create_acl ALLOW {secret: app_user} DESCRIBE_CONFIGS on CLUSTER kafka-cluster: applied",
            "alter_quota client-id named, user {secret: app_user}: applied",
            "alter_quota user {secret: app_user}: applied",
            "create_acl DENY User:beside DELETE on TOPIC named-*: applied",
            "create_acl DENY {secret: app_user} DELETE on TOPIC named-*: applied",
        ]
    );
    // Two credentials, four ACLs with the name, and one quota of the user alone.
    assert_eq!(on_the_cluster(), [2, 4, 1]);
    let sent = recording();
    run(SPEC, &[], 0, "unchanged");
    assert!(sent.mutations().is_empty(), "{:?}", sent.mutations());

    // The account with that name exports itself by the secret.
    let sasl =
        "sasl: {mechanism: SCRAM-SHA-512, username: {secret: app_user}, password: {secret: password}}\n";
    let export =
        init(&format!("{BOOTSTRAP}{TLS}{sasl}")).secret("app_user", NAME).secret("password", PASSWORD);
    let page = export.args(&["export", "--only", "users=*app*,acls,quotas"]).run();
    assert!(page.exit == 0 && !page.stdout.contains(NAME), "{}\n{}", page.stdout, page.log);
    for line in [
        "  app_user:\n    name: {secret: app_user}\n    mechanism: [SCRAM-SHA-256, SCRAM-SHA-512]\n    password: {secret: password}\n",
        "{principal: {secret: app_user}, allow: [describe, describe_configs], cluster: true}",
        "{user: {secret: app_user}, producerByteRate: 1048576}",
    ] {
        assert!(page.stdout.contains(line), "{line}{}", page.stdout);
    }

    let taken = run(TAKEN, &[], 0, "changed");
    assert_eq!(
        taken.changes().last().map(String::as_str),
        Some("delete_credentials {secret: app_user}: applied")
    );
    assert_eq!(on_the_cluster(), [0, 0, 0]);
    run(TAKEN, &[], 0, "unchanged");
}
