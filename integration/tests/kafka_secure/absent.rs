//! Access that the spec takes away: a leaked user, a wrong ACL, a limit. Nothing else goes with it.

use crate::{BOOTSTRAP, TLS, admin, init, tool};

const PASSWORD: &str = "canary-5d1e-leaked";

const GRANTED: &str = "users:
  leaked: {mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {secret: password}}
  kept: {mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {secret: password}}
acls:
  - {principal: [\"User:leaked\", \"User:kept\"], allow: [read, write], topic: absent-, match: prefixed}
  - {principal: \"User:leaked\", deny: [delete], topic: absent-, match: prefixed}
quotas:
  - {user: leaked, producerByteRate: 1024, consumerByteRate: 2048}
  - {user: \"*\", clientId: absent, requestPercentage: 50}
";
const TAKEN: &str = "users:
  leaked: {state: absent}
  kept: {mechanism: {SCRAM-SHA-256: {state: absent}, SCRAM-SHA-512: {password: {secret: password}}}}
acls:
  - {principal: \"User:leaked\", allow: [read, write], topic: absent-, match: prefixed, state: absent}
  - {principal: \"User:leaked\", deny: [delete], topic: absent-, match: prefixed, state: absent}
quotas:
  - {user: leaked, producerByteRate: null, consumerByteRate: 2048}
  - {user: \"*\", clientId: absent, requestPercentage: null}
";

fn login(user: &str, mechanism: &str, exit: i32, outcome: &str) {
    let sasl =
        format!("sasl: {{mechanism: {mechanism}, username: {user}, password: {{secret: password}}}}\n");
    init(&format!("{BOOTSTRAP}{TLS}{sasl}")).secret("password", PASSWORD).run().expect(exit, outcome);
}

#[test]
fn what_is_absent_is_taken_away_and_nothing_else() {
    let run = |spec: &str| admin(spec).secret("password", PASSWORD);
    run(GRANTED).run().expect(0, "changed");
    login("leaked", "SCRAM-SHA-256", 0, "unchanged");

    let plan = run(TAKEN).args(&["plan", "--format", "text"]).run();
    assert_eq!(plan.exit, 3, "{}\n{}", plan.stdout, plan.log);
    let said = "- delete credentials of user leaked: SCRAM-SHA-256, SCRAM-SHA-512";
    assert!(plan.stdout.lines().any(|line| line.trim_start() == said), "{}", plan.stdout);

    let taken = run(TAKEN).run().expect(0, "changed");
    assert_eq!(
        taken.changes(),
        [
            "remove_quota client-id absent, user <default>: applied",
            "remove_quota user leaked: applied",
            "delete_acl ALLOW User:leaked READ on TOPIC absent-*: applied",
            "delete_acl ALLOW User:leaked WRITE on TOPIC absent-*: applied",
            "delete_acl DENY User:leaked DELETE on TOPIC absent-*: applied",
            "delete_credentials kept: applied",
            "delete_credentials leaked: applied",
        ]
    );
    login("leaked", "SCRAM-SHA-256", 77, "failed");
    login("leaked", "SCRAM-SHA-512", 77, "failed");
    login("kept", "SCRAM-SHA-256", 77, "failed");
    login("kept", "SCRAM-SHA-512", 0, "unchanged");
    let acls = tool("kafka-acls", &["--list"]);
    assert!(!acls.contains("User:leaked") && acls.contains("User:kept"), "{acls}");
    let limits = tool("kafka-configs", &["--describe", "--entity-type", "users", "--entity-name", "leaked"]);
    assert!(!limits.contains("producer_byte_rate") && limits.contains("consumer_byte_rate=2048"), "{limits}");
    run(TAKEN).run().expect(0, "unchanged");
    tool("kafka-acls", &["--remove", "--force", "--topic", "absent-", "--resource-pattern-type", "prefixed"]);
}

/// The rest of the run, and the next one, would be locked out.
#[test]
fn the_credential_of_the_account_that_connects_is_not_taken_away() {
    let spec = format!(
        "{BOOTSTRAP}{TLS}sasl: {{mechanism: SCRAM-SHA-512, username: admin, password: {{secret: admin_password}}}}\n\
         users: {{admin: {{state: absent}}}}\n"
    );
    let ended = init(&spec).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "users.admin");
}
