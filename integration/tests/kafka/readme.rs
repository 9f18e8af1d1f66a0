//! The snippet that users paste, run as it stands beside a broker of the suite.

use std::fs;

use integration::kafka::STACK;
use integration::{Scratch, docker, root, shell};

/// The parts that the snippet leaves to the user: the broker, the application, and the released image.
const OVERRIDE: &str = r#"
services:
  kafka:
    image: IMAGE
    environment:
      CLUSTER_ID: ZGF5emVyby1rYWZrYS0wMw
      KAFKA_NODE_ID: 1
      KAFKA_PROCESS_ROLES: broker,controller
      KAFKA_LISTENERS: INTERNAL://:19092,CONTROLLER://:9093
      KAFKA_ADVERTISED_LISTENERS: INTERNAL://kafka:19092
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
      KAFKA_INTER_BROKER_LISTENER_NAME: INTERNAL
      KAFKA_CONTROLLER_LISTENER_NAMES: CONTROLLER
      KAFKA_CONTROLLER_QUORUM_VOTERS: 1@kafka:9093
      KAFKA_LOG_DIRS: /var/lib/kafka/data
      KAFKA_HEAP_OPTS: -Xmx384m
    healthcheck: {test: [CMD, bash, -c, "exec 3<>/dev/tcp/kafka/19092"], interval: 1s, retries: 60}
  kafka-init: {image: "dayzero/kafka-init:dev"}
  your-app: {image: "dayzero/kafka-init:dev", command: ["--help"]}
"#;

fn snippet() -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let after = readme.split("run by the suite as it stands -->\n```yaml\n").nth(1).unwrap_or_default();
    after.split("```").next().unwrap_or_default().to_owned()
}

#[test]
fn the_snippet_of_the_readme_provisions_a_broker_before_the_application_starts() {
    STACK.up();
    let image = docker(&["inspect", "--format", "{{.Config.Image}}", "kafka-1"]).ok();
    let scratch = Scratch::new();
    scratch.file("compose.yaml", snippet().as_bytes());
    scratch.file("override.yaml", OVERRIDE.replace("IMAGE", image.trim()).as_bytes());
    let compose = |args: &str| {
        let folder = scratch.path().display();
        shell(&format!(
            "docker compose -p dayzero-it-readme -f {folder}/compose.yaml -f {folder}/override.yaml {args}"
        ))
    };
    let up = compose("up --detach");
    let log = compose("logs kafka-init").stdout;
    let exit = docker(&["inspect", "--format", "{{.State.ExitCode}}", "dayzero-it-readme-kafka-init-1"]);
    let app = docker(&["inspect", "--format", "{{.State.StartedAt}}", "dayzero-it-readme-your-app-1"]);
    compose("down --volumes --timeout 2").ok();
    up.ok();
    assert_eq!(exit.ok().trim(), "0", "{log}");
    assert!(log.contains("audit") && log.contains("orders"), "{log}");
    assert!(!app.ok().starts_with("0001"), "the application did not start");
}
