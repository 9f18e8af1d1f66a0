//! A broker that means harm: whatever it sends, 64 megabytes are enough, and there is a report within the time.

use std::time::Duration;

use integration::hostile_kafka::{HostileKafka, Misdeed, spellings};
use integration::kafka::STACK;
use integration::{Ended, Init, shows_no_controls};

const SCRAM: &str = "sasl: {mechanism: SCRAM-SHA-256, username: someone, password: {secret: password}}\n";
const PLAIN: &str = "sasl: {mechanism: PLAIN, username: someone, password: {secret: password}}\n";
const TOPIC: &str = "topics: {wanted: {config: {retention.ms: 5}}}\n";
const ACLS: &str = "acls: [{principal: \"User:a\", allow: [read], topic: wanted}]\n";
const BROKERS: &str = "brokerDefaults: {log.retention.ms: 5}\n";
const TIMEOUT: Duration = Duration::from_secs(6);
const PASSWORD: &str = "s3cret/\"5d1e\" with a space";

fn run(misdeed: Misdeed, spec: &str, args: &[&str]) -> Ended {
    STACK.up();
    let broker = HostileKafka::new(misdeed);
    let spec = format!("bootstrap: [\"hostile:{}\"]\n{spec}", broker.port());
    let limits = ["--memory", "64m", "--memory-swap", "64m", "--add-host", "hostile:host-gateway"];
    let init = Init::new("kafka-init", &spec).secret("password", PASSWORD).docker(&limits);
    init.args(&["--timeout", "6s"]).args(args).run()
}

#[test]
fn whatever_a_broker_sends_there_is_a_report_in_time_and_in_64_megabytes() {
    use Misdeed as M;
    let rows = [
        (M::Flood(M::GREETING, u32::MAX >> 1), TOPIC, 76, "another protocol"),
        (M::Flood(M::GREETING, 100 << 20), TOPIC, 76, "another protocol"),
        (M::Flood(M::GREETING, 64 << 10), TOPIC, 76, "cannot be read"),
        (M::Flood(M::LOGIN, 100 << 20), PLAIN, 76, "SaslHandshake"),
        (M::Flood(M::CLUSTER, 100 << 20), TOPIC, 76, "DescribeCluster"),
        (M::Flood(M::TOPICS, 100 << 20), TOPIC, 76, "Metadata"),
        (M::GiantArray(M::GREETING), TOPIC, 76, "ApiVersions"),
        (M::GiantArray(M::LOGIN), PLAIN, 76, "SaslHandshake"),
        (M::GiantArray(M::TOPICS), TOPIC, 76, "Metadata"),
        (M::Items(M::GREETING), TOPIC, 76, "no version of ApiVersions"),
        (M::Items(M::CLUSTER), TOPIC, 76, "DescribeCluster"),
        (M::Items(M::TOPICS), TOPIC, 76, "Metadata"),
        (M::Items(M::CONFIGS), BROKERS, 76, "DescribeConfigs"),
        (M::Items(M::ACLS), ACLS, 76, "DescribeAcls"),
        (M::WrongCorrelation(M::GREETING), TOPIC, 76, "it answers request"),
        (M::WrongCorrelation(M::TOPICS), TOPIC, 76, "it answers request"),
        (M::Garbage(M::GREETING), TOPIC, 76, "ApiVersions"),
        (M::Garbage(M::TOPICS), TOPIC, 76, "Metadata"),
        (M::Redirect, TOPIC, 76, "HTTP"),
        (M::Iterations(1 << 31), SCRAM, 76, "iteration count"),
        (M::Iterations(1), SCRAM, 76, "iteration count"),
        (M::Brokers(100_000), TOPIC, 76, "DescribeCluster"),
        (M::Brokers(501), TOPIC, 76, "501 brokers"),
        (M::Drip(M::GREETING), TOPIC, 69, "did not answer ApiVersions"),
        (M::Drip(M::TOPICS), TOPIC, 69, ""),
        (M::Silence(M::TOPICS), TOPIC, 69, ""),
        (M::Throttle, TOPIC, 69, "plan checked"),
        (M::Never, TOPIC, 69, "serve"),
    ];
    let mut wrong = Vec::new();
    for (misdeed, spec, exit, part) in rows {
        let ended = run(misdeed, spec, &[]);
        let error = ended.error();
        let last = ended.log.lines().last().unwrap_or_default();
        if ended.exit != exit || !error.contains(part) || !ended.is_in_time(TIMEOUT) {
            wrong.push(format!("{misdeed:?}: {} in {:?}: {error}\n{last}", ended.exit, ended.took));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Five hundred brokers that are one, each of which answers.
#[test]
fn as_many_brokers_as_are_expected_are_no_burden() {
    let ended = run(Misdeed::Brokers(500), TOPIC, &["plan"]);
    assert_eq!(ended.exit, 3, "{}\n{}", ended.stdout, ended.log);
}

/// CON-AUTO-001
#[test]
fn a_broker_that_repeats_the_password_makes_nobody_else_repeat_it() {
    let ended = run(Misdeed::Echo, PLAIN, &["--log", "trace"]);
    assert_eq!(ended.exit, 77, "{}\n{}", ended.stdout, ended.log);
    let said = format!("{}{}", ended.stdout, ended.log);
    for spelling in spellings(PASSWORD).split(' ').filter(|part| part.len() > 8) {
        assert!(!said.contains(spelling), "`{spelling}` was printed");
    }
    assert!(!said.contains(PASSWORD) && !said.contains("5d1e"), "the password was printed");
}

/// Control characters in the answer of a broker, before the login and after it, neither steer a terminal nor begin a line.
#[test]
fn what_a_broker_says_does_not_steer_the_terminal() {
    for (misdeed, spec) in [(Misdeed::Steer, PLAIN.to_owned()), (Misdeed::SteerTopic, TOPIC.to_owned())] {
        let ended = run(misdeed, &spec, &["--format", "text", "--log-format", "text", "--color", "never"]);
        assert!([76, 77].contains(&ended.exit), "{}\n{}", ended.stdout, ended.log);
        shows_no_controls(&ended.stdout);
        shows_no_controls(&ended.log);
        assert!(ended.stdout.contains("the server's own words"), "{}", ended.stdout);
    }
}

/// No thread and hardly a file: a report all the same.
#[test]
fn a_run_without_threads_and_with_few_files_ends_with_a_report() {
    STACK.up();
    for limits in [["--pids-limit", "1"], ["--ulimit", "nofile=15:15"], ["--ulimit", "nofile=24:24"]] {
        let spec = "bootstrap: [kafka-1:19092]\nbrokers: 3\ntopics: {few-files: {partitions: 1}}\n";
        let init = Init::new("kafka-init", spec).docker(&limits).args(&["--timeout", "5s", "plan"]);
        let ended = init.run();
        assert!([3, 69, 70].contains(&ended.exit), "{limits:?}: {}\n{}", ended.exit, ended.log);
        assert!(ended.report["outcome"].is_string(), "{}", ended.stdout);
    }
}
