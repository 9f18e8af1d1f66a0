//! Another replication factor: the copies are moved, as few as possible, and no record is lost on the way.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use integration::kafka::{self, describe, tool};
use integration::{docker, eventually};

/// The number of records, of half a kilobyte each.
const RECORDS: usize = 6000;

fn produce(topic: &str) {
    let script = format!(
        "seq -f '%0500g' 1 {RECORDS} | kafka-console-producer --bootstrap-server kafka-1:19092 --topic {topic} \
         --producer-property acks=all"
    );
    kafka::exec("kafka-1", &["bash", "-c", &script]).ok();
}

/// The number of different records, by reading all of them.
fn records(topic: &str) -> usize {
    let script = format!(
        "kafka-console-consumer --bootstrap-server kafka-1:19092 --topic {topic} --from-beginning --max-messages {RECORDS} \
         --timeout-ms 20000 2>/dev/null | sort -u | wc -l"
    );
    kafka::exec("kafka-1", &["bash", "-c", &script]).ok().trim().parse().unwrap_or_default()
}

/// The broker that leads each partition, and the brokers that hold it.
fn assignment(topic: &str) -> Vec<(String, BTreeSet<String>)> {
    let text = tool("kafka-topics", &["--describe", "--topic", topic]);
    let field = |line: &str, name: &str| {
        let fields = line.split('\t').filter_map(|field| field.trim().split_once(": "));
        fields
            .into_iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
            .unwrap_or_default()
    };
    let of =
        |line: &str| (field(line, "Leader"), field(line, "Replicas").split(',').map(str::to_owned).collect());
    text.lines().filter(|line| line.contains("Leader: ")).map(of).collect()
}

fn spec(topic: &str, factor: u8) -> String {
    format!("topics: {{{topic}: {{replicationFactor: {factor}, reassign: true}}}}\n")
}

#[test]
fn one_copy_becomes_three_with_shared_leaders_and_three_become_one_and_every_record_is_there() {
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    // As in a cluster that had one broker and got two more.
    tool("kafka-topics", &["--create", "--topic", "reassign-lab", "--replica-assignment", "1,1,1,1,1,1"]);
    produce("reassign-lab");
    let forbidden = spec("reassign-lab", 3).replace(", reassign: true", "");
    let ended = crate::init(&forbidden).run().expect(4, "conflict");
    assert!(
        ended.report["conflicts"][0]["problem"].to_string().contains("reassign: true"),
        "{}",
        ended.stdout
    );

    let wider = crate::init(&spec("reassign-lab", 3)).run().expect(0, "changed");
    assert_eq!(wider.changes(), ["reassign_partitions reassign-lab: applied"]);
    assert_eq!(wider.report["changes"][0]["replication_factor"].to_string(), r#"{"from":1,"to":3}"#);
    assert_eq!(describe("reassign-lab")["ReplicationFactor"], "3");
    let leaders: BTreeSet<String> =
        assignment("reassign-lab").into_iter().map(|(leader, _)| leader).collect();
    assert_eq!(leaders.len(), 3, "{:?}", assignment("reassign-lab"));
    assert_eq!(records("reassign-lab"), RECORDS);
    crate::init(&spec("reassign-lab", 3)).run().expect(0, "unchanged");

    crate::init(&spec("reassign-lab", 1)).run().expect(0, "changed");
    assert!(assignment("reassign-lab").iter().all(|(_, replicas)| replicas.len() == 1));
    assert_eq!(records("reassign-lab"), RECORDS);
    crate::init(&spec("reassign-lab", 1)).run().expect(0, "unchanged");
    tool("kafka-topics", &["--delete", "--topic", "reassign-lab"]);
}

const RATES: &str = "leader.replication.throttled.rate,follower.replication.throttled.rate";
const FAST: &str =
    "leader.replication.throttled.rate=100000000,follower.replication.throttled.rate=100000000";
const SLOW: &str = "leader.replication.throttled.rate=100000,follower.replication.throttled.rate=100000";

/// Makes copying so slow that there is time to interrupt it, or takes that back.
fn throttle(alter: [&str; 2]) {
    for id in ["1", "2", "3"] {
        let broker = ["--alter", "--entity-type", "brokers", "--entity-name", id];
        tool("kafka-configs", &[broker.as_slice(), &alter].concat());
    }
}

/// Throttles the copies of every partition of a topic, once this returns: each broker itself describes the rate, and what
/// the controller has stored before it, the topic's configs, is in force there too.
fn copy_slowly(topic: &str) {
    let all = "leader.replication.throttled.replicas=*,follower.replication.throttled.replicas=*";
    let topic = ["--entity-type", "topics", "--entity-name", topic];
    tool("kafka-configs", &[["--alter", "--add-config", all].as_slice(), &topic].concat());
    throttle(["--add-config", SLOW]);
    let described =
        |id: &str| tool("kafka-configs", &["--describe", "--entity-type", "brokers", "--entity-name", id]);
    eventually("every broker is slow", Duration::from_secs(60), || {
        ["1", "2", "3"].iter().all(|id| SLOW.split(',').all(|rate| described(id).contains(rate)))
    });
}

#[test]
fn a_reassignment_that_is_interrupted_and_loses_a_broker_goes_on_and_loses_no_record() {
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    tool("kafka-topics", &["--create", "--topic", "reassign-cut", "--replica-assignment", "1,2,1"]);
    produce("reassign-cut");
    copy_slowly("reassign-cut");

    let first = crate::init(&spec("reassign-cut", 3)).start();
    eventually("it copies", Duration::from_secs(30), || first.log().contains("bytes"));
    first.signal("TERM");
    first.wait().expect(143, "interrupted");
    // A reassignment that is under way is not cancelled, and its end is waited for.
    let plan = crate::init(&spec("reassign-cut", 3)).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(plan.changes(), ["reassign_partitions reassign-cut: planned"]);

    let second = crate::init(&spec("reassign-cut", 3)).args(&["--timeout", "180s"]).start();
    eventually("it waits", Duration::from_secs(30), || second.log().contains("bytes"));
    docker(&["kill", "kafka-3"]).ok();
    thread::sleep(Duration::from_secs(3));
    docker(&["start", "kafka-3"]).ok();
    kafka::all_healthy();
    throttle(["--delete-config", RATES]);
    let ended = second.wait();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert!(assignment("reassign-cut").iter().all(|(_, replicas)| replicas.len() == 3));
    assert_eq!(records("reassign-cut"), RECORDS);
    crate::init(&spec("reassign-cut", 3)).run().expect(0, "unchanged");
    tool("kafka-topics", &["--delete", "--topic", "reassign-cut"]);
}

/// Every config of a throttle that is set on the topic or at a broker, by Kafka's own tool.
fn throttles(topic: &str) -> Vec<String> {
    let described = |kind: &str, name: &str| {
        let said = tool("kafka-configs", &["--describe", "--entity-type", kind, "--entity-name", name]);
        let is_own = |word: &&str| {
            ["leader.replication.throttled.", "follower.replication.throttled."]
                .iter()
                .any(|key| word.starts_with(key))
        };
        let own = said.split_whitespace().filter(is_own);
        own.map(|word| format!("{kind} {name} {word}")).collect::<Vec<_>>()
    };
    let brokers = ["1", "2", "3"].map(|id| described("brokers", id)).concat();
    [described("topics", topic), brokers].concat()
}

fn throttled(topic: &str, rate: &str) -> String {
    spec(topic, 3).replace("reassign: true", &format!("reassign: {{throttle: {rate}}}"))
}

#[test]
fn a_throttle_is_at_the_brokers_while_they_copy_and_nowhere_afterwards() {
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    let topic = "reassign-slow";
    tool("kafka-topics", &["--create", "--topic", topic, "--replica-assignment", "1,1"]);
    produce(topic);
    let running = crate::init(&throttled(topic, "100KB")).start();
    eventually("it copies", Duration::from_secs(30), || running.log().contains("bytes"));
    let during = throttles(topic);
    for expected in [
        "topics reassign-slow leader.replication.throttled.replicas=00:1,01:1",
        "topics reassign-slow follower.replication.throttled.replicas=00:2,00:3,01:2,01:3",
        "brokers 1 leader.replication.throttled.rate=100000",
        "brokers 2 follower.replication.throttled.rate=100000",
        "brokers 3 follower.replication.throttled.rate=100000",
    ] {
        assert!(during.iter().any(|found| found == expected), "no {expected}: {during:#?}");
    }
    // Rates of anybody at brokers that our lists name are removed with them.
    throttle(["--add-config", FAST]);
    let ended = running.wait().expect(0, "changed");
    assert!(
        ended.changes().contains(&"reassign_partitions reassign-slow: applied".to_owned()),
        "{}",
        ended.stdout
    );
    assert_eq!(throttles(topic), [""; 0]);
    assert_eq!(records(topic), RECORDS);
    crate::init(&throttled(topic, "100KB")).run().expect(0, "unchanged");
    tool("kafka-topics", &["--delete", "--topic", topic]);
}

#[test]
fn the_throttle_of_an_interrupted_run_stays_while_brokers_copy_and_the_next_run_removes_it() {
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    let topic = "reassign-stopped";
    tool("kafka-topics", &["--create", "--topic", topic, "--replica-assignment", "1,1"]);
    produce(topic);
    let running = crate::init(&throttled(topic, "100KB")).start();
    eventually("it copies", Duration::from_secs(30), || running.log().contains("bytes"));
    running.signal("TERM");
    running.wait().expect(143, "interrupted");
    assert_eq!(throttles(topic).len(), 8, "{:#?}", throttles(topic));
    // Another rate in the spec is another rate for what is under way.
    let plan = crate::init(&throttled(topic, "50MiB")).args(&["plan"]).run().expect(3, "drift");
    assert!(plan.changes().contains(&"throttle_replication 1: planned".to_owned()), "{}", plan.stdout);

    throttle(["--add-config", FAST]);
    kafka::served(topic, |said| said.matches("Isr: ").count() == 2 && !said.contains("Adding Replicas: 2"));
    eventually("it is copied", Duration::from_secs(60), || {
        tool("kafka-topics", &["--describe", "--under-replicated-partitions"]).trim().is_empty()
            && assignment(topic).iter().all(|(_, replicas)| replicas.len() == 3)
    });
    let ended = crate::init(&throttled(topic, "100KB")).run().expect(0, "changed");
    assert!(
        ended.changes().iter().all(|change| change.starts_with("remove_replication_throttle ")),
        "{:?}",
        ended.changes()
    );
    assert_eq!(throttles(topic), [""; 0]);
    crate::init(&throttled(topic, "100KB")).run().expect(0, "unchanged");
    tool("kafka-topics", &["--delete", "--topic", topic]);
}

#[test]
fn a_throttle_of_somebody_else_is_neither_altered_nor_removed() {
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    let topic = "reassign-theirs";
    tool("kafka-topics", &["--create", "--topic", topic, "--replica-assignment", "1,1"]);
    let named = ["--entity-type", "topics", "--entity-name", topic];
    let list = "leader.replication.throttled.replicas=0:1";
    tool("kafka-configs", &[["--alter", "--add-config", list].as_slice(), &named].concat());
    let refused = |at: &str| {
        let before = throttles(topic);
        let ended = crate::init(&throttled(topic, "1MB")).run().expect(4, "conflict");
        assert_eq!(ended.report["conflicts"][0]["at"], at, "{}", ended.stdout);
        assert_eq!(throttles(topic), before);
    };
    refused("topics.reassign-theirs.reassign");
    // Without a throttle of our own it is no obstacle, and it stays.
    crate::init(&spec(topic, 3)).run().expect(0, "changed");
    crate::init(&throttled(topic, "1MB")).run().expect(0, "unchanged");
    assert_eq!(throttles(topic), ["topics reassign-theirs leader.replication.throttled.replicas=0:1"]);
    let none = "leader.replication.throttled.replicas";
    tool("kafka-configs", &[["--alter", "--delete-config", none].as_slice(), &named].concat());

    crate::init(&spec(topic, 1)).run().expect(0, "changed");
    throttle(["--add-config", SLOW]);
    refused("reassign");
    throttle(["--delete-config", RATES]);
    tool("kafka-topics", &["--delete", "--topic", topic]);
}

/// Somebody else moves the partitions to another number of brokers: that is waited for, and not cancelled.
#[test]
fn a_reassignment_by_somebody_else_is_waited_for_and_then_the_topic_is_moved() {
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    tool("kafka-topics", &["--create", "--topic", "reassign-other", "--replica-assignment", "1,1"]);
    produce("reassign-other");
    copy_slowly("reassign-other");
    let moves = r#"{"version": 1, "partitions": [{"topic": "reassign-other", "partition": 0, "replicas": [1, 2]}, {"topic": "reassign-other", "partition": 1, "replicas": [1, 2]}]}"#;
    let execute = format!(
        "echo '{moves}' >/tmp/moves.json; kafka-reassign-partitions --bootstrap-server kafka-1:19092 \
         --reassignment-json-file /tmp/moves.json --execute"
    );
    kafka::exec("kafka-1", &["bash", "-c", &execute]).ok();

    let running = crate::init(&spec("reassign-other", 3)).args(&["--timeout", "120s"]).start();
    eventually("it waits", Duration::from_secs(30), || running.log().contains("bytes"));
    let ours = BTreeSet::from(["1".to_owned(), "2".to_owned()]);
    assert!(assignment("reassign-other").iter().all(|(_, replicas)| *replicas == ours));
    throttle(["--delete-config", RATES]);
    let ended = running.wait();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert!(assignment("reassign-other").iter().all(|(_, replicas)| replicas.len() == 3));
    assert_eq!(records("reassign-other"), RECORDS);
    crate::init(&spec("reassign-other", 3)).run().expect(0, "unchanged");
    tool("kafka-topics", &["--delete", "--topic", "reassign-other"]);
}

/// The assignment of a new topic is the spec's, and is not compared later.
#[test]
fn a_new_topic_is_held_by_the_brokers_that_the_spec_names() {
    let spec = "topics: {assigned: {assignment: [[1, 2], [2, 3], [3, 1]]}}\n";
    let unknown = spec.replace("[3, 1]", "[3, 9]");
    let ended = crate::init(&unknown).refused(76);
    assert!(ended.error().contains("broker 9"), "{}", ended.error());
    crate::init(spec).run().expect(0, "changed");
    let held: Vec<BTreeSet<String>> =
        assignment("assigned").into_iter().map(|(_, replicas)| replicas).collect();
    let of = |brokers: [&str; 2]| brokers.map(str::to_owned).into();
    assert_eq!(held, [of(["1", "2"]), of(["2", "3"]), of(["3", "1"])]);
    crate::init(spec).run().expect(0, "unchanged");
    crate::init(&spec.replace("[3, 1]", "[1, 3]")).run().expect(0, "unchanged");
}
