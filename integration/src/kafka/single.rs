//! Brokers, controllers and `ZooKeeper` in containers of their own beside the stack, gone with their data at the end of the test.

use std::time::Duration;

use super::exec;
use crate::command::{Output, docker};
use crate::eventually;

const NETWORK: &str = "dayzero_default";

/// One node.
#[derive(Debug)]
pub struct Single {
    container: String,
    host: String,
}

impl Single {
    /// Starts a broker that is its own controller, in the image of the stack's brokers; `environment` overrides its settings.
    /// Does not wait.
    pub fn start(name: &str, environment: &[&str]) -> Self {
        let options: Vec<&str> = environment.iter().flat_map(|setting| ["--env", *setting]).collect();
        Self::beside("kafka-1", NETWORK, name, &options)
    }

    /// Starts one in the image of another broker's container, on a network and with options of `docker run`, whose settings
    /// override its own. Does not wait.
    pub fn beside(broker: &str, network: &str, name: &str, options: &[&str]) -> Self {
        let image = docker(&["inspect", "--format", "{{.Config.Image}}", broker]).ok();
        let voters = format!("1@{name}:9093");
        let role =
            ["KAFKA_PROCESS_ROLES=broker,controller", "KAFKA_LISTENERS=INTERNAL://:19092,CONTROLLER://:9093"];
        let settings = [kraft(1, &voters), broker_at(name), role.map(str::to_owned).to_vec()].concat();
        let all = [environment(&settings), options.iter().map(ToString::to_string).collect()].concat();
        Self::run(network, name, image.trim(), &all, &[])
    }

    /// Starts another broker of the cluster whose controller `first` is. Does not wait.
    pub fn joining(first: &Self, id: u32, name: &str) -> Self {
        Self::broker(id, name, &format!("1@{}:9093", first.host), &[])
    }

    fn broker(id: u32, name: &str, voters: &str, more: &[&str]) -> Self {
        let role = ["KAFKA_PROCESS_ROLES=broker", "KAFKA_LISTENERS=INTERNAL://:19092"];
        let more = [role.as_slice(), more].concat().into_iter().map(str::to_owned).collect();
        Self::of_stack(name, &[kraft(id, voters), broker_at(name), more].concat(), &[])
    }

    fn controller(id: u32, name: &str, voters: &str, more: &[&str]) -> Self {
        let role = ["KAFKA_PROCESS_ROLES=controller", "KAFKA_LISTENERS=CONTROLLER://:9093"];
        let more = [role.as_slice(), more].concat().into_iter().map(str::to_owned).collect();
        Self::of_stack(name, &[kraft(id, voters), more].concat(), &[])
    }

    fn zookeeper(name: &str) -> Self {
        let server = "org.apache.zookeeper.server.ZooKeeperServerMain";
        Self::of_stack(name, &[], &["kafka-run-class", server, "2181", "/tmp/zookeeper"])
    }

    fn of_zookeeper(id: u32, name: &str, zookeeper: &str, more: &[&str]) -> Self {
        let own = [
            format!("KAFKA_ZOOKEEPER_CONNECT={zookeeper}:2181"),
            format!("KAFKA_BROKER_ID={id}"),
            "KAFKA_LISTENERS=INTERNAL://:19092".to_owned(),
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INTERNAL:PLAINTEXT".to_owned(),
            "KAFKA_LOG_DIRS=/var/lib/kafka/data".to_owned(),
        ];
        let more: Vec<String> = more.iter().map(ToString::to_string).collect();
        Self::of_stack(name, &[own.to_vec(), broker_at(name), more].concat(), &[])
    }

    fn of_stack(name: &str, settings: &[String], command: &[&str]) -> Self {
        let image = docker(&["inspect", "--format", "{{.Config.Image}}", "kafka-1"]).ok();
        Self::run(NETWORK, name, image.trim(), &environment(settings), command)
    }

    fn run(network: &str, name: &str, image: &str, options: &[String], command: &[&str]) -> Self {
        let container = format!("dayzero-it-{name}");
        let mut args = vec!["run", "--detach", "--name", &container];
        args.extend(["--network", network, "--network-alias", name, "--hostname", name]);
        args.extend(options.iter().map(String::as_str));
        args.push(image);
        args.extend(command);
        let _ = docker(&["rm", "--force", "--volumes", &container]);
        docker(&args).ok();
        Self { container, host: name.to_owned() }
    }

    /// Waits until the broker answers.
    pub fn ready(&self) {
        eventually(&self.host, Duration::from_secs(90), || self.try_tool("kafka-topics", "--list").exit == 0);
    }

    /// `TOOL --bootstrap-server HOST:19092 ARGS`, which must succeed.
    pub fn tool(&self, tool: &str, args: &str) -> String {
        self.shell(&format!("{tool} --bootstrap-server {}:19092 {args}", self.host))
    }

    /// The same, which may fail.
    pub fn try_tool(&self, tool: &str, args: &str) -> Output {
        let line = format!("{tool} --bootstrap-server {}:19092 {args}", self.host);
        docker(&["exec", &self.container, "bash", "-c", &line])
    }

    /// A line of shell in its container, which must succeed.
    pub fn shell(&self, line: &str) -> String {
        exec(&self.container, &["bash", "-c", line]).ok()
    }

    /// Its address in the network.
    pub fn address(&self) -> String {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        docker(&["inspect", "--format", format, &self.container]).ok().trim().to_owned()
    }

    /// Its container's name.
    pub fn name(&self) -> &str {
        &self.container
    }
}

impl Drop for Single {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", "--volumes", &self.container]);
    }
}

/// Three brokers whose controllers are elsewhere.
#[derive(Debug)]
pub struct Cluster {
    /// The brokers, with the ids 1, 2 and 3.
    pub brokers: [Single; 3],
    _controllers: Vec<Single>,
}

impl Cluster {
    /// Brokers and controllers in nodes of their own (`KRaft`). Waits until the brokers answer.
    pub fn separate() -> Self {
        let guarded =
            ["KAFKA_AUTHORIZER_CLASS_NAME=org.apache.kafka.metadata.authorizer.StandardAuthorizer", SUPER];
        let voters = "11@controller-11:9093,12@controller-12:9093,13@controller-13:9093";
        let controllers =
            [11, 12, 13].map(|id| Single::controller(id, &format!("controller-{id}"), voters, &guarded));
        let brokers = [1, 2, 3].map(|id| Single::broker(id, &format!("apart-{id}"), voters, &guarded));
        Self { brokers, _controllers: controllers.into() }.ready()
    }

    /// Brokers that keep everything in `ZooKeeper`. Waits until they answer.
    pub fn zookeeper() -> Self {
        let guarded = ["KAFKA_AUTHORIZER_CLASS_NAME=kafka.security.authorizer.AclAuthorizer", SUPER];
        let zookeeper = Single::zookeeper("apart-zookeeper");
        let brokers =
            [1, 2, 3].map(|id| Single::of_zookeeper(id, &format!("apart-{id}"), "apart-zookeeper", &guarded));
        Self { brokers, _controllers: vec![zookeeper] }.ready()
    }

    fn ready(self) -> Self {
        self.brokers.iter().for_each(Single::ready);
        self
    }

    /// The line of a spec that names the brokers.
    pub fn bootstrap(&self) -> String {
        let [one, two, three] = self.brokers.each_ref().map(|broker| &broker.host);
        format!("bootstrap: [{one}:19092, {two}:19092, {three}:19092]\n")
    }
}

/// The brokers themselves, and Kafka's own tools in their containers.
const SUPER: &str = "KAFKA_SUPER_USERS=User:ANONYMOUS";

/// The settings of every node of `KRaft`.
fn kraft(id: u32, voters: &str) -> Vec<String> {
    let own = [format!("KAFKA_NODE_ID={id}"), format!("KAFKA_CONTROLLER_QUORUM_VOTERS={voters}")];
    let all = [
        "CLUSTER_ID=ZGF5emVyby1rYWZrYS0wMg",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER",
        "KAFKA_LOG_DIRS=/var/lib/kafka/data",
        "KAFKA_HEAP_OPTS=-Xmx384m",
    ];
    own.into_iter().chain(all.map(str::to_owned)).collect()
}

/// The settings of every broker.
fn broker_at(host: &str) -> Vec<String> {
    let own = [
        format!("KAFKA_ADVERTISED_LISTENERS=INTERNAL://{host}:19092"),
        "KAFKA_INTER_BROKER_LISTENER_NAME=INTERNAL".to_owned(),
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1".to_owned(),
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1".to_owned(),
        "KAFKA_HEAP_OPTS=-Xmx384m".to_owned(),
    ];
    own.to_vec()
}

fn environment(settings: &[String]) -> Vec<String> {
    settings.iter().flat_map(|setting| ["--env".to_owned(), setting.clone()]).collect()
}
