//! kafka-init against three brokers with TLS, SASL and an authorizer: users, ACLs, quotas, broker configs, and every
//! way not to be let in. Kafka's own tools are the witness.
//!
//! One cluster for all of them, with containers and a network of its own; the tests run one at a time.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests read what they have made themselves")]

mod absent;
mod access;
mod certificates;
mod drift;
mod export;
mod fault;
mod full;
mod least;
mod oauth;
mod refusals;
mod secret_names;
mod secrets;
mod session;
mod watch;

use std::sync::OnceLock;

use integration::kafka::{self, Recording};
use integration::{Init, root, shell};

/// The brokers' containers.
const CONTAINERS: [&str; 3] = ["kafka-secure-1", "kafka-secure-2", "kafka-secure-3"];
/// Their folder inside the containers.
const BOOTSTRAP: &str = "bootstrap: [kafka-1:19092, kafka-2:19092, kafka-3:19092]\n";
/// Encrypted, with the certificate that the broker asks for.
const TLS: &str =
    "tls: {ca: {file: /pki/ca.pem}, certificate: {file: /pki/client.pem}, key: {secret: client_key}}\n";
/// As the user that the broker's own file knows.
const PLAIN: &str = "sasl: {mechanism: PLAIN, username: admin, password: {secret: admin_password}}\n";

/// The brokers, once for all tests of this process; new keys and passwords each time. The user `admin` can log in with
/// SCRAM too, as in specs/kafka.full.yaml.
fn up() {
    static UP: OnceLock<()> = OnceLock::new();
    UP.get_or_init(anew);
}

/// Brokers with nothing on them.
fn anew() {
    let compose = "docker compose --file integration/compose.secure.yaml";
    shell(&format!(
        "{compose} down --volumes --timeout 2; integration/secure.sh && {compose} up --detach --wait"
    ))
    .ok();
    let password = made("admin.password");
    let credential = format!("SCRAM-SHA-512=[password={}]", password.trim());
    let entity = ["--entity-type", "users", "--entity-name", "admin"];
    tool("kafka-configs", &[["--alter", "--add-config", credential.as_str()].as_slice(), &entity].concat());
}

/// A file that `integration/secure.sh` made.
fn made(name: &str) -> String {
    let path = root().join("integration/.secure").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// A run with this spec and all that it may name.
fn init(spec: &str) -> Init {
    up();
    let mut init = Init::new("kafka-init", spec).on("dayzero-secure_default");
    for name in ["ca.pem", "stranger.pem", "client.pem", "intruder.pem"] {
        init = init.file(&format!("/pki/{name}"), made(name).as_bytes());
    }
    init.secret("client_key", &made("client.key"))
        .secret("intruder_key", &made("intruder.key"))
        .secret("admin_password", &made("admin.password"))
}

/// A run as the superuser on the encrypted listener.
fn admin(spec: &str) -> Init {
    init(&format!("{BOOTSTRAP}{TLS}{PLAIN}{spec}"))
}

/// The requests that are sent from now on.
fn recording() -> Recording {
    Recording::at(CONTAINERS)
}

const BEGIN: &str = "--bootstrap-server kafka-1:19092 --command-config /run/secure/tools.properties";

/// One of Kafka's own tools, as the superuser.
fn tool(tool: &str, args: &[&str]) -> String {
    let begin: Vec<&str> = [tool].into_iter().chain(BEGIN.split(' ')).collect();
    kafka::exec(CONTAINERS[0], &[begin.as_slice(), args].concat()).ok()
}

/// Several of them at once: every line is a tool and its arguments.
fn tools(lines: &[&str]) -> Vec<String> {
    let each = lines.iter().enumerate().map(|(number, line)| {
        let (tool, args) = line.split_once(' ').unwrap_or((line, ""));
        format!("({tool} {BEGIN} {args} >/tmp/tool-{number} 2>&1 || touch /tmp/failed-{number}) &\n")
    });
    let ends = (0..lines.len()).map(|number| format!("cat /tmp/tool-{number}; echo =====; "));
    let fails = "ls /tmp/failed-* 2>/dev/null";
    let script = format!(
        "rm -f /tmp/tool-* /tmp/failed-*\n{}wait\n{}{fails} && exit 1; exit 0",
        each.collect::<String>(),
        ends.collect::<String>()
    );
    let said = kafka::exec(CONTAINERS[0], &["bash", "-c", &script]).ok();
    said.split("=====\n").map(str::to_owned).take(lines.len()).collect()
}
