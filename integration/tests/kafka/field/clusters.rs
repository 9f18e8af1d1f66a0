//! The main promises on clusters of another shape: controllers in nodes of their own, and brokers that keep everything in
//! `ZooKeeper`, which hand nothing on to the controller.

use std::time::Duration;

use integration::kafka::{Cluster, STACK, Single, is_at_least};
use integration::{Ended, Init, docker, eventually};

/// The number of records, of half a kilobyte each.
const RECORDS: usize = 2000;

/// Every section that both shapes have.
const EVERYTHING: &str = "brokers: 3
defaults: {partitions: 3, replicationFactor: 3, config: {min.insync.replicas: 2}}
topics: {apart-events: {}, apart-log: {config: {cleanup.policy: compact, retention.ms: 604800000}}}
acls:
  - {principal: \"User:apart\", allow: [read, write], topic: apart-, match: prefixed}
  - {principal: \"User:nobody\", deny: [delete], topic: apart-events}
quotas: [{user: apart, producerByteRate: 1048576}]
brokerDefaults: {log.cleaner.threads: 2}
brokerConfigs: {2: {background.threads: 11}}
";

struct Bed(Cluster);

impl Bed {
    fn init(&self, spec: &str) -> Init {
        Init::new("kafka-init", &format!("{}{spec}", self.0.bootstrap()))
    }

    fn run(&self, spec: &str, exit: i32, outcome: &str) -> Ended {
        self.init(spec).args(&["--timeout", "90s"]).run().expect(exit, outcome)
    }

    fn tool(&self, tool: &str, args: &str) -> String {
        self.0.brokers[0].tool(tool, args)
    }

    /// Everything once, nothing the second time, and what somebody changes by hand is set back, whichever broker is asked first.
    fn converges(&self) {
        self.run(EVERYTHING, 0, "changed");
        for first in 0..3 {
            let host = ["apart-1", "apart-2", "apart-3"][first];
            let spec = format!("bootstrap: [{host}:19092]\n{EVERYTHING}");
            let init = || Init::new("kafka-init", &spec);
            init().run().expect(0, "unchanged");
            self.tool("kafka-topics", "--delete --topic apart-events");
            self.tool(
                "kafka-configs",
                "--alter --entity-type topics --entity-name apart-log --add-config retention.ms=5",
            );
            self.tool(
                "kafka-configs",
                "--alter --entity-type brokers --entity-default --add-config log.cleaner.threads=3",
            );
            self.tool(
                "kafka-configs",
                "--alter --entity-type users --entity-name apart --delete-config producer_byte_rate",
            );
            self.tool("kafka-acls", "--remove --force --allow-principal User:apart --operation read --topic apart- --resource-pattern-type prefixed");
            eventually("every broker knows", Duration::from_secs(30), || {
                let said =
                    |tool: &str, args: &str| self.0.brokers.each_ref().map(|broker| broker.tool(tool, args));
                let gone = said("kafka-topics", "--list").iter().all(|list| !list.contains("apart-events"));
                let altered =
                    said("kafka-configs", "--describe --all --entity-type topics --entity-name apart-log");
                gone && altered.iter().all(|configs| configs.contains("retention.ms=5 "))
            });
            let healed = init().run();
            assert_eq!(
                (healed.exit, healed.outcome()),
                (0, "changed"),
                "{host}: {}\n{}",
                healed.stdout,
                healed.log
            );
            for operation in
                ["create_topic", "alter_topic_config", "alter_broker_config", "alter_quota", "create_acl"]
            {
                assert!(
                    healed.operations().iter().any(|found| found == operation),
                    "{host}, no {operation}: {}",
                    healed.stdout
                );
            }
        }
        self.run(EVERYTHING, 0, "unchanged");
    }

    /// A run without changes ends, and a run that needs the broker that is away waits for it.
    fn waits_for_a_broker(&self) {
        docker(&["kill", self.0.brokers[2].name()]).ok();
        self.init(EVERYTHING).args(&["--timeout", "60s"]).run().expect(0, "unchanged");
        let more = EVERYTHING.replace("{apart-events: {}", "{apart-more: {}, apart-events: {}");
        self.init(&more).args(&["--timeout", "15s"]).run().expect(69, "failed");
        let running = self.init(&more).args(&["--timeout", "120s"]).start();
        docker(&["start", self.0.brokers[2].name()]).ok();
        let ended = running.wait();
        assert_eq!((ended.exit, ended.outcome()), (0, "changed"), "{}\n{}", ended.stdout, ended.log);
        self.run(&more, 0, "unchanged");
    }

    /// One copy becomes three and three become one, and every record is there.
    fn reassigns(&self) {
        self.tool("kafka-topics", "--create --topic apart-lab --replica-assignment 1,1,1");
        self.0.brokers[0].shell(&format!(
            "seq -f '%0500g' 1 {RECORDS} | kafka-console-producer --bootstrap-server apart-1:19092 --topic apart-lab"
        ));
        let spec =
            |factor: u8| format!("topics: {{apart-lab: {{replicationFactor: {factor}, reassign: true}}}}\n");
        for factor in [3, 1] {
            self.run(&spec(factor), 0, "changed");
            self.run(&spec(factor), 0, "unchanged");
            let said = self.tool("kafka-topics", "--describe --topic apart-lab");
            assert!(said.contains(&format!("ReplicationFactor: {factor}")), "{said}");
        }
        let read = format!("--topic apart-lab --from-beginning --max-messages {RECORDS} --timeout-ms 20000");
        let said = self.tool("kafka-console-consumer", &read);
        assert_eq!(said.lines().collect::<std::collections::BTreeSet<_>>().len(), RECORDS);
    }

    /// Refusals come before the first write, of a plan and of a run.
    fn refuses(&self) {
        for spec in [
            "topics: {apart-wrong: {config: {retention.msec: 5}}, apart-beside: {}}\n",
            "topics: {apart-beside: {}}\nbrokerDefaults: {log.cleaner.thread: 2}\n",
            "topics: {apart-beside: {}}\nbrokerConfigs: {2: {log.cleaner.thread: 2}}\n",
            "topics: {apart-beside: {}}\nbrokerConfigs: {3: {log.cleaner.threads: many}}\n",
        ] {
            self.init(spec).args(&["--timeout", "30s"]).refused(76);
            assert!(!self.tool("kafka-topics", "--list").contains("apart-beside"), "{spec}");
        }
    }

    fn keeps_the_main_promises(&self) {
        self.converges();
        self.refuses();
        self.reassigns();
        self.waits_for_a_broker();
    }
}

#[test]
#[ignore = "six more nodes: just field kafka"]
fn brokers_with_controllers_of_their_own() {
    STACK.up();
    Bed(Cluster::separate()).keeps_the_main_promises();
}

/// New partitions need the brokers that the topic's own factor asks for.
#[test]
#[ignore = "two more brokers: just field kafka"]
fn brokers_that_new_partitions_need_are_waited_for() {
    STACK.up();
    let first = Single::start("grown-kafka", &[]);
    let second = Single::joining(&first, 2, "grown-kafka-2");
    first.ready();
    second.ready();
    let spec = |partitions: u8| {
        let spec =
            format!("bootstrap: [grown-kafka:19092]\ntopics: {{grown: {{partitions: {partitions}}}}}\n");
        Init::new("kafka-init", &spec)
    };
    first.tool("kafka-topics", "--create --topic grown --partitions 1 --replication-factor 2");
    drop(second);
    first.shell("kafka-cluster unregister --bootstrap-server grown-kafka:19092 --id 2");
    let ended = spec(3).args(&["--timeout", "15s"]).run().expect(69, "failed");
    assert!(ended.error().contains("add partitions to topic grown"), "{}", ended.error());
    let running = spec(3).args(&["--timeout", "90s"]).start();
    let _second = Single::joining(&first, 2, "grown-kafka-2");
    assert_eq!(running.wait().expect(0, "changed").changes(), ["create_partitions grown: applied"]);
}

/// Kafka 3.9 is the last release that has it.
#[test]
#[ignore = "four more nodes: just field kafka"]
fn brokers_with_zookeeper() {
    if is_at_least(4, 0) {
        return;
    }
    STACK.up();
    Bed(Cluster::zookeeper()).keeps_the_main_promises();
}
