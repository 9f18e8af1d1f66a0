//! Kafka's own tools as the independent witness, and its request log as the witness of what was sent.

mod single;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::command::{Output, docker};
use crate::compose::Stack;
use crate::eventually;

pub use single::{Cluster, Single};

/// The three brokers of the stack.
pub static STACK: Stack = Stack::new("messaging", &["kafka-1", "kafka-2", "kafka-3"]);
/// Their names.
pub const BROKERS: [&str; 3] = ["kafka-1", "kafka-2", "kafka-3"];
/// The line of a spec that names them.
pub const BOOTSTRAP: &str = "bootstrap: [kafka-1:19092, kafka-2:19092, kafka-3:19092]\n";

/// Requests that change something.
const MUTATING: [&str; 12] = [
    "CREATE_TOPICS",
    "CREATE_PARTITIONS",
    "DELETE_TOPICS",
    "ALTER_CONFIGS",
    "INCREMENTAL_ALTER_CONFIGS",
    "CREATE_ACLS",
    "DELETE_ACLS",
    "ALTER_CLIENT_QUOTAS",
    "ALTER_USER_SCRAM_CREDENTIALS",
    "ALTER_PARTITION_REASSIGNMENTS",
    "ELECT_LEADERS",
    "UPDATE_FEATURES",
];

/// A command in a broker's container, where Kafka's tools share one JVM (`servers/kafka/kafka-run`).
pub fn exec(container: &str, command: &[&str]) -> Output {
    docker(&[["exec", "--env", "KAFKA_RESIDENT=yes", container].as_slice(), command].concat())
}

/// Returns true if the brokers' release is this one or newer; without a setting they are of the newest.
pub fn is_at_least(major: u32, minor: u32) -> bool {
    let version = std::env::var("KAFKA_VERSION").unwrap_or_default();
    let mut numbers = version.split('.').map_while(|number| number.parse().ok());
    numbers.next().is_none_or(|found: u32| (found, numbers.next().unwrap_or_default()) >= (major, minor))
}

/// `TOOL --bootstrap-server kafka-1:19092 ARGS` in the first broker's container.
pub fn tool(tool: &str, args: &[&str]) -> String {
    let begin = [tool, "--bootstrap-server", "kafka-1:19092"];
    exec("kafka-1", &[begin.as_slice(), args].concat()).ok()
}

/// The names of all topics that begin with `prefix`.
pub fn topics(prefix: &str) -> Vec<String> {
    let list = tool("kafka-topics", &["--list"]);
    list.lines().filter(|name| name.starts_with(prefix)).map(str::to_owned).collect()
}

/// `--describe` of one topic: `PartitionCount`, `ReplicationFactor` and the configs set on the topic.
pub fn describe(topic: &str) -> BTreeMap<String, String> {
    let text = tool("kafka-topics", &["--describe", "--topic", topic]);
    let header = text.lines().next().unwrap_or_default();
    let pairs = header.split('\t').filter_map(|pair| pair.split_once(':'));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Waits until every broker says this of a topic: a tool is done when the controller is, and the others follow.
pub fn served(topic: &str, said: impl Fn(&str) -> bool) {
    let each = BROKERS.map(|broker| {
        // Written at once, so that no answer is in the middle of another.
        let ask = format!("kafka-topics --bootstrap-server {broker}:19092 --describe --topic {topic}");
        format!("(said=$({ask}); printf '%s\n=====\n' \"$said\") & ")
    });
    let line = format!("{}wait", each.concat());
    eventually(topic, Duration::from_secs(30), || {
        let all = exec("kafka-1", &["bash", "-c", &line]).stdout;
        all.split_terminator("=====\n").filter(|answer| said(answer)).count() == BROKERS.len()
    });
}

/// The requests that one stretch of time saw, by the brokers' own logs.
#[derive(Debug)]
pub struct Recording {
    since: String,
    brokers: [&'static str; 3],
}

impl Recording {
    /// Makes every broker log each request, and begins now.
    pub fn start() -> Self {
        for id in ["1", "2", "3"] {
            let logger = ["--entity-type", "broker-loggers", "--entity-name", id];
            let alter = ["--alter", "--add-config", "kafka.request.logger=DEBUG"];
            tool("kafka-configs", &[alter.as_slice(), &logger].concat());
        }
        Self::resume()
    }

    /// Begins now, when the brokers log already.
    pub fn resume() -> Self {
        Self::at(BROKERS)
    }

    /// Begins now, at brokers in these containers, which log every request from their start.
    pub fn at(brokers: [&'static str; 3]) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { since: format!("{}.{:09}", now.as_secs(), now.subsec_nanos()), brokers }
    }

    /// The number of requests that our client has sent since then, by kind.
    pub fn requests(&self) -> BTreeMap<String, usize> {
        // The log is written after the answer; give its last lines the time to arrive.
        thread::sleep(Duration::from_millis(500));
        let mut requests = BTreeMap::new();
        for broker in self.brokers {
            let log = docker(&["logs", "--since", &self.since, broker]);
            for line in log.stdout.lines().filter(|line| line.contains(r#""clientId":"kafka-init""#)) {
                // A broker hands a change on to the controller: the same request once more, not ours.
                if line.contains(r#""isForwarded":true"#) {
                    continue;
                }
                let name =
                    line.split(r#""requestApiKeyName":""#).nth(1).and_then(|rest| rest.split('"').next());
                *requests.entry(name.unwrap_or("?").to_owned()).or_default() += 1;
            }
        }
        requests
    }

    /// The requests among them that change something.
    pub fn mutations(&self) -> BTreeMap<String, usize> {
        let mut requests = self.requests();
        assert!(!requests.is_empty(), "the brokers logged no request at all");
        requests.retain(|name, _| MUTATING.contains(&name.as_str()));
        requests
    }
}

/// Waits until all three brokers are healthy again.
pub fn all_healthy() {
    for broker in BROKERS {
        crate::eventually(broker, Duration::from_secs(90), || {
            docker(&["inspect", "--format", "{{.State.Health.Status}}", broker]).ok().trim() == "healthy"
        });
    }
}
