//! Passwords that are rotated while a watch runs: the users' and the one that it logs in with.

use std::time::Duration;

use integration::{docker, eventually};

use crate::access::login;
use crate::{BOOTSTRAP, CONTAINERS, TLS, admin, init, tool};

const FIRST: &str = "canary-watch-first";
const SECOND: &str = "canary-watch-second";

/// Checks that this user can log in with the first password and not with the other.
fn is_let_in(user: &str, with: &str, without: &str) {
    login(user, "SCRAM-SHA-512", with, 0, "unchanged");
    login(user, "SCRAM-SHA-512", without, 77, "failed");
}

/// A line of shell in the first broker's container, where Kafka's tools are.
fn shell(line: &str) -> String {
    docker(&["exec", CONTAINERS[0], "bash", "-c", line]).ok()
}

/// A consumer that has logged in as this user with the first password, and goes on.
fn consumes(user: &str, topic: &str) {
    let file = format!("/tmp/{user}.properties");
    let scram = "org.apache.kafka.common.security.scram.ScramLoginModule required";
    shell(&format!(
        "grep -v sasl /run/secure/tools.properties >{file}; echo sasl.mechanism=SCRAM-SHA-512 >>{file}
         echo 'sasl.jaas.config={scram} username=\"{user}\" password=\"{FIRST}\";' >>{file}
         nohup kafka-console-consumer --bootstrap-server kafka-1:19092 --consumer.config {file} --topic {topic} \
             --group watch-group --from-beginning >/tmp/{user}.consumed 2>&1 &"
    ));
}

fn produce(topic: &str, message: &str) {
    let properties = "--producer.config /run/secure/tools.properties";
    shell(&format!(
        "echo {message} | kafka-console-producer --bootstrap-server kafka-1:19092 {properties} --topic {topic}"
    ));
}

fn has_consumed(user: &str, message: &str) {
    eventually(message, Duration::from_secs(60), || {
        shell(&format!("cat /tmp/{user}.consumed")).contains(message)
    });
}

#[test]
fn a_rotated_secret_is_the_users_password_and_a_session_goes_on() {
    let spec = "topics: {watch-topic: {partitions: 1, replicationFactor: 3}}
users: {watch-app: {mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {secret: app}}}
acls:
  - {principal: \"User:watch-app\", allow: [read], topic: watch-topic}
  - {principal: \"User:watch-app\", allow: [read], group: watch-group}
";
    let watch = admin(spec).secret("app", FIRST).watch("2s");
    is_let_in("watch-app", FIRST, SECOND);
    consumes("watch-app", "watch-topic");
    produce("watch-topic", "before");
    has_consumed("watch-app", "before");

    watch.rotate("app", SECOND);
    watch.until("the user is altered", || watch.outcomes().len() == 2);
    is_let_in("watch-app", SECOND, FIRST);
    produce("watch-topic", "after");
    has_consumed("watch-app", "after");
    watch.becomes_well();

    // Removed by hand, with the access that it had.
    let user = ["--entity-type", "users", "--entity-name", "watch-app"];
    tool("kafka-configs", &[["--alter", "--delete-config", "SCRAM-SHA-512"].as_slice(), &user].concat());
    watch.until("the credential is back", || watch.outcomes().len() == 3);
    is_let_in("watch-app", SECOND, FIRST);
    let said = watch.log();
    let reports = watch.terminate();
    assert!(reports.iter().all(|report| report["outcome"] == "changed"), "{reports:?}");
    assert!(!said.contains("canary-watch"), "a password was printed");
}

/// The tool never changes the password that it logs in with: somebody else does, and its file follows.
#[test]
fn a_new_password_of_the_provisioning_user_is_taken_from_its_file() {
    let keeper = "users: {watch-keeper: {mechanism: SCRAM-SHA-512, password: {secret: keeper}}}
acls: [{principal: \"User:watch-keeper\", allow: [alter, alterconfigs], cluster: true}]
";
    let give = |password| admin(keeper).secret("keeper", password).run().expect(0, "changed");
    give(FIRST);
    let sasl = "sasl: {mechanism: SCRAM-SHA-512, username: watch-keeper, password: {secret: own}}\n";
    let spec = format!("{BOOTSTRAP}{TLS}{sasl}quotas: [{{user: watch-kept, producerByteRate: 1000}}]\n");
    let watch = init(&spec).secret("own", FIRST).watch("2s");
    give(SECOND);
    watch.becomes_unwell();
    watch.rotate("own", SECOND);
    watch.becomes_well();
    assert_eq!(watch.outcomes(), ["changed", "failed", "unchanged"]);
    watch.terminate();
}

mod fault {
    use std::thread::sleep;
    use std::time::Duration;

    use crate::{admin, recording};

    /// Encrypted and logged in anew at each pass, which the test of the other suite is not.
    #[test]
    #[ignore = "ten minutes"]
    fn six_hundred_quiet_passes_change_nothing() {
        let spec =
            "topics: {watch-quiet: {partitions: 3, replicationFactor: 3, config: {retention.ms: 3600000}}}
users: {watch-quiet: {mechanism: SCRAM-SHA-512, password: {secret: app}}}
acls: [{principal: \"User:watch-quiet\", allow: [read], topic: watch-quiet}]
quotas: [{user: watch-quiet, producerByteRate: 1000}]
";
        let start = || admin(spec).secret("app", super::FIRST).watch("1s");
        let (other, watch) = (start(), start());
        sleep(Duration::from_secs(10));
        let recording = recording();
        watch.is_quiet(|| sleep(Duration::from_secs(600)));
        assert!(recording.mutations().is_empty(), "{:?}", recording.requests());
        assert_eq!(other.outcomes().len(), 1);
        watch.terminate();
        other.terminate();
    }
}
