//! A broker alone.

use std::time::Duration;

use integration::{docker, eventually, shell};

/// A broker alone, on a network of its own.
pub(crate) struct Broker;

/// The container and its network.
pub(crate) const NAME: &str = "dayzero-it-migrate-kafka";

impl Broker {
    /// Started, and accepting connections.
    pub(crate) fn start() -> Self {
        let image = shell("source .env.example && echo \"$KAFKA_IMAGE\"").ok();
        drop(Self);
        docker(&["network", "create", NAME]).ok();
        let mut args = vec!["run", "--detach", "--name", NAME, "--network", NAME, "--network-alias", "kafka"];
        for setting in SETTINGS {
            args.extend(["--env", setting]);
        }
        args.push(image.trim());
        docker(&args).ok();
        eventually("the broker accepts", Duration::from_secs(90), || {
            docker(&["exec", NAME, "bash", "-c", "exec 3<>/dev/tcp/localhost/19092"]).exit == 0
        });
        Self
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", NAME]);
        docker(&["network", "rm", NAME]);
    }
}

/// The topic of consumer groups has three replicas by default, which a single broker cannot hold.
const SETTINGS: [&str; 12] = [
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1",
    "CLUSTER_ID=ZGF5emVyby1rYWZrYS0wNA",
    "KAFKA_NODE_ID=1",
    "KAFKA_PROCESS_ROLES=broker,controller",
    "KAFKA_LISTENERS=INTERNAL://:19092,CONTROLLER://:9093",
    "KAFKA_ADVERTISED_LISTENERS=INTERNAL://kafka:19092",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME=INTERNAL",
    "KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER",
    "KAFKA_CONTROLLER_QUORUM_VOTERS=1@localhost:9093",
    "KAFKA_LOG_DIRS=/var/lib/kafka/data",
    "KAFKA_HEAP_OPTS=-Xmx384m",
];
