//! kafka-init against a broker with TLS, SASL and an authorizer: users, ACLs, quotas, broker configs, and every
//! way not to be let in. Kafka's own tools are the witness.

#![expect(clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests read what they have made themselves")]

mod access;
mod refusals;

use std::sync::OnceLock;

use integration::{Init, docker, root, shell};

/// Encrypted, with the certificate that the broker asks for.
const TLS: &str =
    "tls: {ca: {file: /pki/ca.pem}, certificate: {file: /pki/client.pem}, key: {secret: client_key}}\n";
/// As the user that the broker's own file knows.
const PLAIN: &str = "sasl: {mechanism: PLAIN, username: admin, password: {secret: admin_password}}\n";

/// The broker, once for all tests of this process; new keys and passwords each time.
fn up() {
    static UP: OnceLock<()> = OnceLock::new();
    UP.get_or_init(|| {
        let compose = "docker compose --file integration/compose.secure.yaml";
        shell(&format!("{compose} down --volumes; integration/secure.sh && {compose} up --detach --wait"))
            .ok();
    });
}

/// What `integration/secure.sh` made.
fn made(name: &str) -> String {
    let path = root().join("integration/.secure").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// A run with this spec and all that it may name.
fn init(spec: &str) -> Init {
    up();
    let mut init = Init::new("kafka-init", spec).network("dayzero-secure_default");
    for name in ["ca.pem", "stranger.pem", "client.pem", "intruder.pem"] {
        init = init.file(&format!("/pki/{name}"), made(name).as_bytes());
    }
    init.secret("client_key", &made("client.key"))
        .secret("intruder_key", &made("intruder.key"))
        .secret("admin_password", &made("admin.password"))
}

/// One of Kafka's own tools, as the superuser.
fn tool(tool: &str, args: &[&str]) -> String {
    let begin = ["exec", "kafka-secure", tool, "--bootstrap-server", "kafka-secure:19094"];
    let login = ["--command-config", "/run/secure/tools.properties"];
    docker(&[begin.as_slice(), &login, args].concat()).ok()
}
