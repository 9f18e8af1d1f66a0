//! Records that the spec protects outlast what the same spec changes for all brokers.

use std::thread;
use std::time::Duration;

use integration::kafka::{self, STACK, Single};
use integration::{Ended, Init, docker, eventually};

const SERVER: &str = "retention-kafka";
/// The broker looks for old records every second, so that a test sees within seconds what a cluster does in minutes.
const OFTEN: [&str; 2] =
    ["KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS=1000", "KAFKA_LOG_INITIAL_TASK_DELAY_MS=500"];
/// Kafka's own default, seven days.
const WEEK: &str = "604800000";

struct Broker(Single);

impl Broker {
    /// A broker with topics of `records` old records each.
    fn with(topics: &[&str]) -> Self {
        STACK.up();
        let broker = Self(Single::start(SERVER, &OFTEN));
        broker.0.ready();
        for topic in topics {
            broker.tool("kafka-topics", &format!("--create --topic {topic}"));
            let script = format!(
                "for n in 1 2 3; do echo $n; done | kafka-console-producer --bootstrap-server {SERVER}:19092 --topic {topic}"
            );
            broker.0.shell(&script);
        }
        // The records are older than the retention that the specs set for all brokers.
        thread::sleep(Duration::from_secs(5));
        broker
    }

    fn tool(&self, tool: &str, args: &str) -> String {
        self.0.tool(tool, args)
    }

    /// The offset of the first record that is still there.
    fn earliest(&self, topic: &str) -> String {
        let said = self.tool("kafka-get-offsets", &format!("--topic {topic} --time earliest"));
        said.trim().rsplit(':').next().unwrap_or_default().to_owned()
    }

    fn deleted(&self, topic: &str) {
        eventually("the records that nothing protects are deleted", Duration::from_secs(40), || {
            self.earliest(topic) == "3"
        });
    }
}

fn apply(spec: &str, outcome: &str) -> Ended {
    let spec = format!("bootstrap: [{SERVER}:19092]\n{spec}");
    Init::new("kafka-init", &spec).args(&["--timeout", "60s"]).run().expect(0, outcome)
}

#[test]
fn a_declared_value_that_equals_the_default_is_set_before_the_default_changes() {
    let broker = Broker::with(&["important", "by-defaults", "beside"]);
    let spec = format!(
        "defaults: {{config: {{retention.ms: {WEEK}}}}}\n\
         topics: {{important: {{config: {{retention.ms: {WEEK}}}}}, by-defaults: {{}}}}\n\
         brokerDefaults: {{log.retention.ms: 4000}}\n"
    );
    let ended = apply(&spec, "changed");
    assert_eq!(
        ended.changes(),
        [
            "alter_topic_config by-defaults: applied",
            "alter_topic_config important: applied",
            "alter_broker_config brokerDefaults: applied"
        ]
    );
    broker.deleted("beside");
    assert_eq!((broker.earliest("important"), broker.earliest("by-defaults")), ("0".into(), "0".into()));
    apply(&spec, "unchanged");
    docker(&["restart", broker.0.name()]).ok();
    broker.0.ready();
    apply(&spec, "unchanged");
    assert_eq!(broker.earliest("important"), "0");
}

/// The other way round: what is taken away from the topic is taken away after the brokers have what follows it.
#[test]
fn a_value_that_is_taken_away_is_taken_away_after_the_default_has_grown() {
    let broker = Broker::with(&[]);
    apply("brokerDefaults: {log.retention.ms: 1000}\n", "changed");
    broker.tool("kafka-topics", &format!("--create --topic kept --config retention.ms={WEEK}"));
    let script = format!("echo 1 | kafka-console-producer --bootstrap-server {SERVER}:19092 --topic kept");
    kafka::exec(broker.0.name(), &["bash", "-c", &script]).ok();
    thread::sleep(Duration::from_secs(3));
    let spec = format!(
        "topics: {{kept: {{config: {{retention.ms: null}}}}}}\nbrokerDefaults: {{log.retention.ms: {WEEK}}}\n"
    );
    let ended = apply(&spec, "changed");
    assert_eq!(
        ended.changes(),
        ["alter_broker_config brokerDefaults: applied", "reset_topic_config kept: applied"]
    );
    thread::sleep(Duration::from_secs(4));
    assert_eq!(broker.earliest("kept"), "0");
    let own = broker.tool("kafka-configs", "--describe --entity-type topics --entity-name kept");
    assert!(!own.contains("retention.ms="), "{own}");
    apply(&spec, "unchanged");
}
