//! Passwords: rotated, and seen by nobody.

use integration::{Ended, Scratch, docker, eventually, shell};
use std::time::Duration;

use crate::{BOOTSTRAP, CONTAINERS, PLAIN, TLS, admin, init, made};

const CANARY: &str = "canary-5d1e-first";
const OTHER: &str = "canary-5d1e-second";

fn apply(password: &str, outcome: &str) -> Ended {
    let users = "users:\n  rotated: {mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {secret: password}}\n  \
                 beside: {mechanism: SCRAM-SHA-256, password: {secret: beside}}\n";
    let run = admin(users).secret("password", password).secret("beside", "canary-5d1e-beside");
    run.args(&["--log", "trace"]).run().expect(0, outcome)
}

/// A run as this user, which shows whether it is let in.
pub(crate) fn login(user: &str, mechanism: &str, password: &str, exit: i32, outcome: &str) -> Ended {
    let sasl =
        format!("sasl: {{mechanism: {mechanism}, username: {user}, password: {{secret: password}}}}\n");
    let run = init(&format!("{BOOTSTRAP}{TLS}{sasl}")).secret("password", password);
    run.args(&["--log", "trace"]).run().expect(exit, outcome)
}

/// CON-AUTO-001
#[test]
fn a_password_is_rotated_and_shows_nowhere() {
    let said = |ended: Ended| format!("{}{}", ended.stdout, ended.log);
    let mut all = said(apply(CANARY, "changed"));
    all += &said(login("rotated", "SCRAM-SHA-512", CANARY, 0, "unchanged"));
    let rotated = apply(OTHER, "changed");
    assert_eq!(rotated.changes(), ["alter_user rotated: applied"]);
    all += &said(rotated);
    all += &said(login("rotated", "SCRAM-SHA-512", OTHER, 0, "unchanged"));
    all += &said(login("rotated", "SCRAM-SHA-256", OTHER, 0, "unchanged"));
    all += &said(login("beside", "SCRAM-SHA-256", "canary-5d1e-beside", 0, "unchanged"));
    let refused = login("rotated", "SCRAM-SHA-512", CANARY, 77, "failed");
    assert!(refused.error().contains("cannot log in as rotated with SCRAM-SHA-512"), "{}", refused.error());
    all += &said(refused);
    for broker in CONTAINERS {
        let log = docker(&["logs", broker]);
        all += &log.stdout;
        all += &log.stderr;
    }
    for secret in [CANARY, OTHER, "canary-5d1e-beside", made("admin.password").trim()] {
        assert!(!all.contains(secret), "a password was printed");
    }
}

#[test]
fn the_application_uses_its_topics_as_its_user_and_is_refused_elsewhere() {
    let spec = "topics: {app-orders: {partitions: 3, replicationFactor: 3}, others-orders: {partitions: 1}}\n\
                users: {app: {mechanism: SCRAM-SHA-512, password: {secret: password}}}\n\
                acls: [{principal: \"User:app\", allow: [read, write, describe], topic: app-, match: prefixed}]\n";
    admin(spec).secret("password", CANARY).run().expect(0, "changed");
    let scratch = Scratch::new();
    let (ca, password) = (
        scratch.file("ca.pem", made("ca.pem").as_bytes()),
        scratch.file("password", format!("{CANARY}\n").as_bytes()),
    );
    let volumes = [format!("{}:/ca.pem:ro", ca.display()), format!("{}:/password:ro", password.display())];
    let mut args = vec!["run", "--rm", "--network", "dayzero-secure_default", "--volume", &volumes[0]];
    args.extend([
        "--volume",
        &volumes[1],
        "dayzero/smoke:dev",
        "--kafka=kafka-1:19092",
        "--kafka-ca=/ca.pem",
    ]);
    args.extend(["--kafka-user=app", "--kafka-password-file=/password", "--topics=app-orders"]);
    let proofs = docker(&[args.as_slice(), &["--refused-topics=others-orders"]].concat()).ok();
    assert_eq!(
        proofs.lines().collect::<Vec<_>>(),
        [
            "proved: kafka: app-orders: produced and consumed on 3 partitions",
            "proved: kafka: others-orders: refused, as it should be",
        ]
    );
}

/// SEC-AUTO-001
#[test]
fn no_password_is_in_the_arguments_or_the_environment_of_a_run() {
    let spec = format!("bootstrap: [nobody-here:19092]\n{TLS}{PLAIN}");
    let running = init(&spec).secret("admin_password", CANARY).start();
    eventually("it waits", Duration::from_secs(30), || running.log().contains("waiting"));
    let name = running.name();
    let seen = shell(&format!(
        "docker inspect {name}; pid=$(docker inspect -f '{{{{.State.Pid}}}}' {name}); \
         tr '\\0' '\\n' </proc/$pid/cmdline; tr '\\0' '\\n' </proc/$pid/environ"
    ))
    .ok();
    running.signal("TERM");
    let ended = running.wait().expect(143, "interrupted");
    assert!(seen.contains("kafka-init"), "{seen}");
    for text in [seen, ended.stdout, ended.log] {
        assert!(!text.contains(CANARY) && !text.contains("PRIVATE KEY"), "a secret shows");
    }
}
