//! A run does not lock out the next one, on a broker where a resource without ACLs is open to everybody.

use std::time::Duration;

use integration::kafka::{STACK, Single};
use integration::{Init, docker, eventually};

const SERVER: &str = "everybody-kafka";
const BROKER: [&str; 8] = [
    "KAFKA_LISTENERS=INTERNAL://:19092,CLIENT://:19093,CONTROLLER://:9093",
    "KAFKA_ADVERTISED_LISTENERS=INTERNAL://everybody-kafka:19092,CLIENT://everybody-kafka:19093",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INTERNAL:PLAINTEXT,CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_LISTENER_NAME_CLIENT_SASL_ENABLED_MECHANISMS=SCRAM-SHA-256",
    "KAFKA_LISTENER_NAME_CLIENT_SCRAM___SHA___256_SASL_JAAS_CONFIG=org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "KAFKA_AUTHORIZER_CLASS_NAME=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    // The broker itself, and Kafka's own tools in its container.
    "KAFKA_SUPER_USERS=User:ANONYMOUS",
    "KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND=true",
];
const PASSWORD: &str = "provisioner-5d1e";

struct Broker(Single);

impl Broker {
    /// With a provisioning account that may do everything, and by nothing but the lack of ACLs.
    fn start() -> Self {
        STACK.up();
        let broker = Self(Single::start(SERVER, &BROKER));
        broker.user("provisioner", &format!("[password={PASSWORD}]"));
        broker
    }

    fn user(&self, name: &str, credential: &str) {
        let args = format!(
            "--alter --add-config 'SCRAM-SHA-256={credential}' --entity-type users --entity-name {name}"
        );
        eventually("the broker answers", Duration::from_secs(60), || {
            self.try_tool("kafka-configs", &args).exit == 0
        });
    }

    fn tool(&self, tool: &str, args: &str) -> String {
        self.try_tool(tool, args).ok()
    }

    fn try_tool(&self, tool: &str, args: &str) -> integration::Output {
        self.0.try_tool(tool, args)
    }
}

fn init(spec: &str) -> Init {
    let login = "sasl: {mechanism: SCRAM-SHA-256, username: provisioner, password: {secret: own}}";
    let spec = format!("bootstrap: [{SERVER}:19093]\n{login}\n{spec}");
    Init::new("kafka-init", &spec).args(&["--timeout", "60s"]).secret("own", PASSWORD)
}

const OWN: &str = "
  - {principal: \"User:provisioner\", allow: [create, alter, alterconfigs], topic: app-, match: prefixed}
  - {principal: \"User:provisioner\", allow: [alter, alterconfigs], cluster: true}";
const APP: &str = "
  - {principal: \"User:app\", allow: [read, write], topic: app-, match: prefixed}
  - {principal: \"User:app\", allow: [idempotentwrite], cluster: true}";

fn acls_and_topics(acls: &str) -> String {
    format!(
        "topics: {{app-one: {{partitions: 2, config: {{retention.ms: 1000}}}}, app-two: {{}}}}\nacls:{acls}\n"
    )
}

#[test]
fn acls_that_would_close_out_the_account_that_makes_them_are_a_conflict_and_nothing_is_written() {
    let broker = Broker::start();
    let deny = format!("{OWN}\n  - {{principal: \"User:provisioner\", deny: [alter], cluster: true}}");
    for acls in [APP, &deny] {
        let ended = init(&acls_and_topics(acls)).run().expect(4, "conflict");
        assert_eq!(ended.report["conflicts"][0]["at"], "acls", "{}", ended.stdout);
        assert_eq!(broker.tool("kafka-topics", "--list").trim(), "");
        assert_eq!(broker.tool("kafka-acls", "--list").trim(), "");
    }
}

/// The provisioning account has what docs/kafka.md says, from the run itself, and no more.
#[test]
fn a_run_may_be_repeated_after_what_it_has_closed_and_after_a_password_is_rotated() {
    let broker = Broker::start();
    broker.user("app", "[iterations=8192,password=first-5d1e]");
    let spec = format!(
        "{}users: {{app: {{mechanism: SCRAM-SHA-256, password: {{secret: app}}}}}}\n\
         quotas: [{{user: app, producerByteRate: 1048576}}]\nbrokerDefaults: {{log.retention.ms: 86400000}}\n",
        acls_and_topics(&format!("{APP}{OWN}"))
    );
    let run = |password: &str, outcome: &str| init(&spec).secret("app", password).run().expect(0, outcome);
    let first = run("first-5d1e", "changed");
    assert_eq!(
        first.changes().iter().filter(|change| change.contains("_user")).count(),
        0,
        "{}",
        first.stdout
    );
    run("first-5d1e", "unchanged");
    let rotated = run("second-5d1e", "changed");
    assert_eq!(rotated.changes(), ["alter_user app: applied"]);
    run("second-5d1e", "unchanged");
    // Nobody has asked for another number of iterations.
    let said = broker.tool("kafka-configs", "--describe --entity-type users --entity-name app");
    assert!(said.contains("iterations=8192"), "{said}");
    // Resources with ACLs are closed by now, so that access was not by the lack of ACLs.
    let acls = broker.tool("kafka-acls", "--list");
    for principal in ["User:app", "User:provisioner"] {
        assert!(acls.contains(principal), "{acls}");
    }
    docker(&["restart", broker.0.name()]).ok();
    run("second-5d1e", "unchanged");
}

/// The rest of the run would be refused, at the first connection to another broker.
#[test]
fn another_password_for_the_account_that_connects_is_a_conflict() {
    let _broker = Broker::start();
    let spec = "users: {provisioner: {mechanism: SCRAM-SHA-256, password: {secret: app}}}\n";
    let ended = init(spec).secret("app", "another-5d1e").run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "users.provisioner");
    init(spec).secret("app", PASSWORD).run().expect(0, "unchanged");
}
