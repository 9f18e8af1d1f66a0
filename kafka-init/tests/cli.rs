//! The binary with bad input: the exit, and a message that names the path, the cause and the remedy.
//! No test here reaches a server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const BOOTSTRAP: &str = "bootstrap: [nobody.invalid:9092]\n";

/// Runs the binary with a spec on stdin and nothing in its environment.
fn run(spec: &[u8], args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kafka-init"));
    command.args(["--spec", "-", "--timeout", "2s"]).args(args).env_clear().envs(environment.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A run that stops before it reads its spec closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(spec);
    child.wait_with_output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {output:?}"))
}

/// Each violation as `path: problem`.
fn violations(spec: &str) -> Vec<String> {
    let output = run(spec.as_bytes(), &["apply"], &[]);
    assert_eq!(output.status.code(), Some(65), "{output:?}");
    let error = report(&output)["error"].clone();
    assert!(error["remedy"].as_str().is_some_and(|remedy| remedy.contains("spec")));
    let violations = error["violations"].as_array().unwrap().clone();
    let line = |violation: &Value| {
        assert!(violation["line"].is_number() && violation["column"].is_number(), "{violation}");
        format!("{}: {}", violation["at"].as_str().unwrap(), violation["problem"].as_str().unwrap())
    };
    violations.iter().map(line).collect()
}

fn invalid(spec: &str, expected: &[&str]) {
    let found = violations(spec);
    assert_eq!(found.len(), expected.len(), "{spec}\n{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\ndoes not start with\n{expected}");
    }
}

#[test]
fn an_unknown_key_is_reported_with_its_path_and_the_nearest_key() {
    invalid("", &["(root): the spec is empty"]);
    invalid(
        &format!("{BOOTSTRAP}users: {{a: {{mechanism: SCRAM-SHA-1, password: {{secret: a}}}}}}\n"),
        &["users.a.mechanism: unknown"],
    );
    invalid(
        &format!("{BOOTSTRAP}acls: [{{principal: \"User:a\", allow: [reed], topic: a}}]\n"),
        &["acls[0].allow: `reed` is no operation on a TOPIC"],
    );
    invalid("bootsrap: [kafka:9092]\n", &["bootsrap: unknown key `bootsrap`: did you mean `bootstrap`?"]);
    invalid(
        &format!("{BOOTSTRAP}topics: {{a: {{partitons: 3}}}}\n"),
        &["topics.a.partitons: unknown key `partitons`: did you mean `partitions`?"],
    );
    invalid(&format!("{BOOTSTRAP}topics: {{a: {{}}, a: {{}}}}\n"), &["topics.a: the key `a` is there twice"]);
    invalid(
        &format!("{BOOTSTRAP}topics: {{a: {{partitions: three}}}}\n"),
        &["topics.a.partitions: expected a whole number"],
    );
    invalid(
        &format!("{BOOTSTRAP}topics: [a, b]\n"),
        &["topics[0]: expected a mapping", "topics[1]: expected a mapping"],
    );
}

#[test]
fn every_semantic_violation_is_shown_at_once() {
    invalid(
        &format!(
            "{BOOTSTRAP}brokers: 0\ntopics:\n  a: {{partitions: 0}}\n  'b c': {{replicationFactor: -2}}\n"
        ),
        &[
            "brokers: `0` is no number of brokers",
            "topics.a.partitions: `0` is not possible",
            "topics.\"b c\": a topic's name has only letters",
            "topics.\"b c\".replicationFactor: `-2` is not possible",
        ],
    );
}

#[test]
fn a_topic_that_no_broker_would_take_is_a_violation() {
    let named = |name: &str| format!("{BOOTSTRAP}topics: {{{name:?}: {{}}}}\n");
    for name in [".", "..", "a b", "ü", "a/b"] {
        invalid(&named(name), &[&format!("topics.{name:?}: a topic's name has only letters")]);
    }
    let long = "x".repeat(250);
    invalid(
        &named(&long),
        &[&format!("topics.{long}: a topic's name has 1 to 249 characters, and this one has 250")],
    );
    invalid(
        &named("__cluster_metadata"),
        &["topics.__cluster_metadata: `__cluster_metadata` is Kafka's own"],
    );
    invalid(
        &format!("{BOOTSTRAP}topics: {{a.b: {{}}, a_b: {{}}}}\n"),
        &["topics.a_b: `a.b` is declared too, and `a_b` collides with it"],
    );
    for (count, shown) in [("0", "0"), ("-2", "-2"), ("1.5", "1.5"), ("99999999999", "99999999999")] {
        invalid(
            &format!("{BOOTSTRAP}topics: {{a: {{partitions: {count}}}}}\n"),
            &[&format!("topics.a.partitions: `{shown}` is not possible")],
        );
    }
    invalid(
        &format!("{BOOTSTRAP}topics: {{a: {{replicationFactor: 2, config: {{min.insync.replicas: 3}}}}}}\n"),
        &["topics.a.config.\"min.insync.replicas\": 3 is more than the replication factor 2"],
    );
}

/// REQ-AUTO-003
#[test]
fn an_endpoint_that_is_no_name_and_port_is_a_violation() {
    for (server, problem) in [
        ("10.0.0.1:9092", "`10.0.0.1` is an IP address"),
        ("[::1]:9092", "`[::1]:9092` is an IP address"),
        ("0x7f.1:9092", "`0x7f.1` is an IP address"),
        ("2130706433:9092", "`2130706433` is an IP address"),
        ("kafka:0", "`0` is no port"),
        ("kafka:70000", "`70000` is no port"),
        ("user@kafka:9092", "an endpoint holds no user"),
    ] {
        invalid(&format!("bootstrap: [{server:?}]\n"), &[&format!("bootstrap[0]: {problem}")]);
    }
}

#[test]
fn a_spec_that_cannot_be_read_is_named() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kafka-init"));
    let output = command.args(["--spec", "/nowhere/spec.yaml"]).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let error = report(&output)["error"].clone();
    assert_eq!(error["message"], "cannot read the spec /nowhere/spec.yaml");
    assert!(error["causes"][0].as_str().unwrap().contains("No such file"));
    assert!(error["remedy"].as_str().unwrap().contains("--spec"));
}

/// SEC-AUTO-001
#[test]
fn a_credential_in_the_environment_is_refused_and_not_shown() {
    let environment = [("KAFKA_PASSWORD", "canary-7f3a"), ("HOME", "/"), ("EMPTY_PASSWORD", "")];
    // A command that reads no secret and connects to no server does not warn about it.
    for (command, exit) in [("apply", 78), ("plan", 78), ("validate", 0), ("describe", 0)] {
        let output = run(BOOTSTRAP.as_bytes(), &[command, "--log", "trace"], &environment);
        assert_eq!(output.status.code(), Some(exit), "{output:?}");
        let all = format!("{output:?}");
        assert!(
            all.contains("KAFKA_PASSWORD") && !all.contains("canary-7f3a") && !all.contains("EMPTY"),
            "{all}"
        );
    }
}

#[test]
fn wrong_usage_has_no_report() {
    for args in [&["--timeout", "banana"][..], &["destroy"], &["--format", "xml"], &["--no-such-option"]] {
        let output = run(b"", args, &[]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{output:?}");
    }
    let output = run(BOOTSTRAP.as_bytes(), &["validate"], &[("INIT_LOG", "loud")]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_closed_stdout_is_no_panic() {
    for args in ["schema", "describe", "--help", "validate"] {
        let line = format!(
            "{} {args} --spec - </dev/null | true; echo ${{PIPESTATUS[0]}}",
            env!("CARGO_BIN_EXE_kafka-init")
        );
        let output = Command::new("bash").args(["-c", &line]).env_clear().output().unwrap();
        let exit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(["0", "65"].contains(&exit.as_str()), "{args}: {exit}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panick"), "{output:?}");
    }
}

#[test]
fn an_offline_command_sends_nothing_and_equal_specs_print_equal_bytes() {
    let one = format!("{BOOTSTRAP}topics: {{b: {{partitions: 2}}, a: {{}}}}\n");
    let other = "topics: {a: {}, b: {partitions: 2}}\nbootstrap: [nobody.invalid:9092]\n";
    let described = run(one.as_bytes(), &["describe"], &[]);
    assert_eq!(described.status.code(), Some(0), "{described:?}");
    assert_eq!(described.stdout, run(other.as_bytes(), &["describe"], &[]).stdout);
    assert_eq!(report(&run(one.as_bytes(), &["validate"], &[]))["outcome"], "valid");
}

#[test]
fn the_baseline_spec_and_the_schema_agree() {
    let schema = run(b"", &["schema"], &[]);
    assert_eq!(schema.status.code(), Some(0));
    let schema = report(&schema);
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["properties"]["topics"].is_object() && schema["properties"]["bootstrap"].is_object());
}

/// A value that Kafka would never match, or a name that is there in two ways, is told before any packet, and never shown.
#[test]
fn a_secret_that_is_no_name_or_one_that_is_there_already_is_refused_and_not_shown() {
    let acl = |principal: &str| format!("acls: [{{principal: {principal}, deny: [all], topic: a}}]\n");
    let quota = |user: &str| format!("quotas: [{{user: {user}, producerByteRate: 1}}]\n");
    let user = "users: {app: {name: {secret: one}, mechanism: SCRAM-SHA-512, password: {secret: two}}}\nprobe: {bootstrap: [nobody.invalid:9093]}\n";
    let name = "canary-7f3a";
    for (spec, value, other, part) in [
        (user.to_owned(), format!("User:{name}"), "", "without `User:` in front"),
        (user.to_owned(), format!("{name}\nbeside"), "", "more than one line"),
        (user.to_owned(), format!("größe-{name}"), "", "ASCII"),
        (quota("{secret: one}"), format!("User:{name}"), "", "without `User:` in front"),
        (acl("{secret: one}"), format!("user:{name}"), "", "case-sensitive"),
        (acl("{secret: one}"), format!(":{name}"), "", "TYPE:NAME"),
        (acl("{secret: one}"), "*".to_owned(), "", "every name"),
        (acl("[{secret: one}, {secret: two}]"), name.to_owned(), name, "another secret"),
        (
            acl("{secret: two}") + &quota("{secret: one}"),
            name.to_owned(),
            "User:canary-7f3a",
            "another secret",
        ),
        (acl("\"User:canary-7f3a\"") + &quota("{secret: one}"), name.to_owned(), "", "in plain text too"),
        (acl("\"User:x\"") + &quota("canary-7f3a") + user, name.to_owned(), "", "in plain text too"),
    ] {
        let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("names");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("one"), &value).unwrap();
        std::fs::write(directory.join("two"), if other.is_empty() { "another-61c0" } else { other }).unwrap();
        let args = ["apply", "--log", "trace", "--secrets-dir", directory.to_str().unwrap()];
        let output = run(format!("{BOOTSTRAP}{spec}").as_bytes(), &args, &[]);
        let message = report(&output)["error"]["causes"][0].as_str().unwrap_or_default().to_owned();
        assert_eq!(output.status.code(), Some(78), "{output:?}");
        assert!(message.contains("{secret: ") && message.contains(part), "{spec}{message}");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains(name) && !said.contains("größe"), "{said}");
    }
}
