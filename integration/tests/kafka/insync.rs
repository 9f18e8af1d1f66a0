//! More copies in sync than a topic has, told before anything is written: Kafka accepts that, and does not do it.

use integration::kafka::{STACK, Single};
use integration::{Ended, Init};

const SERVER: &str = "insync-kafka";

struct Broker(Single);

impl Broker {
    /// One broker, whose default replication factor is 1.
    fn start() -> Self {
        STACK.up();
        let broker = Self(Single::start(SERVER, &[]));
        broker.0.ready();
        broker
    }

    fn topics(&self) -> Vec<String> {
        let list = self.0.tool("kafka-topics", "--list");
        let own = |name: &&str| !name.is_empty() && !name.starts_with("__");
        list.lines().filter(own).map(str::to_owned).collect()
    }
}

fn init(spec: &str) -> Init {
    let spec = format!("bootstrap: [{SERVER}:19092]\n{spec}");
    Init::new("kafka-init", &spec).args(&["--timeout", "60s"])
}

fn run(spec: &str, exit: i32, outcome: &str) -> Ended {
    init(spec).run().expect(exit, outcome)
}

#[test]
fn more_copies_in_sync_than_a_topic_has_or_would_have_are_told_before_anything_is_written() {
    let broker = Broker::start();
    // The factor is the broker's default, which only the broker knows.
    for spec in [
        "topics: {few: {config: {min.insync.replicas: 2}}, beside: {}}\n",
        "topics: {few: {}}\nbrokerDefaults: {min.insync.replicas: 2}\n",
    ] {
        let ended = init(spec).refused(76);
        assert!(ended.error().contains("topic few would have replication factor 1"), "{}", ended.error());
        assert_eq!(broker.topics(), Vec::<String>::new());
    }

    run("topics: {foreign: {}, declared: {config: {min.insync.replicas: 1}}}\n", 0, "changed");
    // Kafka makes its own topic for the first group.
    broker.0.shell(&format!(
        "echo 1 | kafka-console-producer --bootstrap-server {SERVER}:19092 --topic foreign; kafka-console-consumer \
         --bootstrap-server {SERVER}:19092 --topic foreign --group g --from-beginning --max-messages 1 --timeout-ms 20000"
    ));
    let ended = run("brokerDefaults: {min.insync.replicas: 2}\n", 4, "conflict");
    let problem = ended.report["conflicts"][0]["problem"].to_string();
    for named in ["`foreign` (1)", "`__consumer_offsets` (1)"] {
        assert!(problem.contains(named), "{problem}");
    }
    assert!(!problem.contains("`declared`"), "{problem}");
    let ended = run("topics: {declared: {config: {min.insync.replicas: 2}}}\n", 4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "topics.declared.config.\"min.insync.replicas\"");
    let all = broker.0.tool("kafka-configs", "--describe --entity-type brokers --entity-default");
    assert!(!all.contains("min.insync.replicas=2"), "{all}");
    // A value that every topic can keep is no conflict. Kafka 4 has this value for all brokers from the start.
    let kept = "brokerDefaults: {min.insync.replicas: 1}\n";
    let ended = init(kept).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    run(kept, 0, "unchanged");
}
