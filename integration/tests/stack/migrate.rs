//! docs/migrate.md and examples/: every spec, as it stands and twice, against a server of its kind.

use std::fs;
use std::time::Duration;

use integration::{Init, docker, eventually, minio, postgres, root, shell, valkey};

/// The specs for one tool, in the order of the page.
fn specs(tool: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/migrate.md")).unwrap_or_default();
    let mark = format!("<!-- run: {tool} -->\n```yaml\n");
    page.split(&mark).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The examples for one tool, in the order of their names.
fn examples(tool: &str) -> Vec<String> {
    let files = shell(&format!("ls examples/{tool}/*.yaml")).ok();
    files.lines().map(|file| fs::read_to_string(root().join(file)).unwrap_or_default()).collect()
}

/// The names of the secrets in a spec.
fn secrets(spec: &str) -> Vec<&str> {
    spec.split("{secret: ").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

/// Runs each spec of the page and each example twice: the second run finds nothing to do. The first one of a spec on the
/// page has something to do; an example may ask for what a spec before it has made.
fn each_twice(tool: &'static str, count: usize, network: &str, known: &[(&str, &str)]) {
    let (specs, examples) = (specs(tool), examples(tool));
    assert_eq!(specs.len(), count, "{tool}");
    assert!(examples.len() > 1, "{tool}");
    for spec in &specs {
        once(tool, spec, network, known, Some("changed"));
        once(tool, spec, network, known, Some("unchanged"));
    }
    for example in &examples {
        once(tool, example, network, known, None);
        once(tool, example, network, known, Some("unchanged"));
    }
}

/// One run; a secret that the server does not know has a value of its own.
fn once(tool: &'static str, spec: &str, network: &str, known: &[(&str, &str)], outcome: Option<&str>) {
    let mut names = secrets(spec);
    names.sort_unstable();
    names.dedup();
    let value = |name: &str| {
        let known = known.iter().find(|(known, _)| *known == name);
        known.map_or_else(|| format!("canary-{name}"), |(_, value)| (*value).to_owned())
    };
    let run = Init::new(tool, spec).network(network);
    let ended = names.iter().fold(run, |run, name| run.secret(name, &value(name))).run();
    assert_eq!(
        (ended.exit, ended.outcome()),
        (0, outcome.unwrap_or(ended.outcome())),
        "{spec}\n{}\n{}",
        ended.stdout,
        ended.log
    );
}

#[test]
fn the_specs_for_postgres() {
    let server = postgres::Server::start(&[]);
    let network = "dayzero-it-migrate";
    // What a run that was cut off has left.
    docker(&["network", "rm", network]);
    docker(&["network", "create", network]).ok();
    docker(&["network", "connect", "--alias", "postgres", network, server.name()]).ok();
    each_twice("pg-init", 3, network, &[("postgres_password", postgres::PASSWORD)]);
    drop(server);
    docker(&["network", "rm", network]).ok();
}

#[test]
fn the_specs_for_minio() {
    let server = minio::Server::new();
    let known = [("minio_root_user", minio::ROOT.0), ("minio_root_password", minio::ROOT.1)];
    each_twice("minio-init", 3, server.network(), &known);
}

#[test]
fn the_specs_for_valkey() {
    let nodes = valkey::Nodes::cluster(6);
    each_twice("valkey-init", 2, nodes.network(), &[("password", valkey::PASSWORD)]);
}

/// A broker alone, on a network of its own.
struct Broker;

const NAME: &str = "dayzero-it-migrate-kafka";

impl Broker {
    fn start() -> Self {
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

const SETTINGS: [&str; 11] = [
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

#[test]
fn the_specs_for_kafka() {
    let _broker = Broker::start();
    each_twice("kafka-init", 2, NAME, &[]);
}
