//! Kafka's own tools as the independent witness, and its request log as the witness of what was sent.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::command::docker;
use crate::compose::Stack;

/// The three brokers of the stack.
pub static STACK: Stack = Stack::new("messaging", &["kafka-1", "kafka-2", "kafka-3"]);
/// Their names.
pub const BROKERS: [&str; 3] = ["kafka-1", "kafka-2", "kafka-3"];
/// The line of a spec that names them.
pub const BOOTSTRAP: &str = "bootstrap: [kafka-1:19092, kafka-2:19092, kafka-3:19092]\n";

/// Requests that change something.
const MUTATING: [&str; 9] = [
    "CREATE_TOPICS",
    "CREATE_PARTITIONS",
    "DELETE_TOPICS",
    "ALTER_CONFIGS",
    "INCREMENTAL_ALTER_CONFIGS",
    "CREATE_ACLS",
    "DELETE_ACLS",
    "ALTER_CLIENT_QUOTAS",
    "ALTER_USER_SCRAM_CREDENTIALS",
];

/// `TOOL --bootstrap-server kafka-1:19092 ARGS` in the first broker's container.
pub fn tool(tool: &str, args: &[&str]) -> String {
    let mut all = vec!["exec", "kafka-1", tool, "--bootstrap-server", "kafka-1:19092"];
    all.extend(args);
    docker(&all).ok()
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

/// The requests that one stretch of time saw, by the brokers' own logs.
#[derive(Debug)]
pub struct Recording {
    since: String,
}

impl Recording {
    /// Makes every broker log each request, and begins now.
    pub fn start() -> Self {
        for id in ["1", "2", "3"] {
            let logger = ["--entity-type", "broker-loggers", "--entity-name", id];
            let alter = ["--alter", "--add-config", "kafka.request.logger=DEBUG"];
            let _ = tool("kafka-configs", &[alter.as_slice(), &logger].concat());
        }
        Self::resume()
    }

    /// Begins now, when the brokers log already.
    pub fn resume() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { since: format!("{}.{:09}", now.as_secs(), now.subsec_nanos()) }
    }

    /// How often our client sent each kind of request since then.
    pub fn requests(&self) -> BTreeMap<String, usize> {
        // The log is written after the answer; give its last lines the time to arrive.
        thread::sleep(Duration::from_millis(500));
        let mut requests = BTreeMap::new();
        for broker in BROKERS {
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
