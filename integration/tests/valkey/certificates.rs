//! Certificates of every usual kind, in front of a real server: which are accepted, and what is said of the others.

use integration::valkey::Nodes;
use integration::{Certificates, Ended, Init, docker, shell};

const SPEC: &str = "mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: password}\n";
const EC: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/// One server with a certificate that OpenSSL made by this command, run in the folder of an authority.
fn server(certificates: &Certificates, made_by: &str, clients: &str) -> Nodes {
    let folder = certificates.path().display();
    shell(&format!("cd {folder} && ({made_by}) >openssl.log 2>&1 && chmod 0644 *")).ok();
    let volume = format!("{folder}:/tls:ro");
    let settings = [
        ["--port", "0"],
        ["--tls-port", "6379"],
        ["--tls-ca-cert-file", "/tls/ca.pem"],
        ["--tls-cert-file", "/tls/server.pem"],
        ["--tls-key-file", "/tls/server.key"],
        ["--tls-auth-clients", clients],
    ];
    Nodes::start(1, &settings.concat(), &["--volume", &volume])
}

fn run(nodes: &Nodes, certificates: &Certificates, ca: &str) -> Init {
    let spec = format!("{SPEC}tls: {{ca: {{file: /tls/{ca}}}}}\n");
    nodes.init(&spec).file(&format!("/tls/{ca}"), &certificates.read(ca)).args(&["--timeout", "20s"])
}

fn told(ended: &Ended) -> String {
    format!("{} {}", ended.error(), ended.report["error"]["remedy"])
}

#[test]
fn a_servers_certificate_that_is_in_ca_itself_is_accepted() {
    let request = format!("openssl req {EC} -keyout server.key -subj /CN=valkey-0");
    for (kind, made_by) in [
        (
            "self-signed CA:TRUE",
            format!("{request} -x509 -days 2 -addext subjectAltName=DNS:valkey-0 -out server.pem"),
        ),
        (
            "self-signed CA:FALSE",
            format!(
                "{request} -x509 -days 2 -addext subjectAltName=DNS:valkey-0 -addext basicConstraints=CA:FALSE -out server.pem"
            ),
        ),
        (
            "X.509 v1 with a common name only",
            format!(
                "{request} -out server.csr && openssl x509 -req -days 2 -in server.csr -signkey server.key -out server.pem"
            ),
        ),
    ] {
        let certificates = Certificates::new();
        let nodes = server(&certificates, &made_by, "no");
        let ended = run(&nodes, &certificates, "server.pem").run();
        assert_eq!((ended.exit, ended.outcome()), (0, "unchanged"), "{kind}: {}", told(&ended));
    }
}

#[test]
fn what_is_wrong_with_a_servers_certificate_is_told_in_words() {
    let sign = |name: &str, days: i32| {
        format!(
            "openssl req {EC} -keyout server.key -subj /CN={name} -out server.csr && printf subjectAltName=DNS:{name} >ext \
             && openssl x509 -req -days {days} -CA ca.pem -CAkey ca.key -CAcreateserial -in server.csr -extfile ext -out server.pem"
        )
    };
    for (made_by, words) in [(sign("valkey-0", -1), "expired"), (sign("elsewhere", 2), "elsewhere")] {
        let certificates = Certificates::new();
        let nodes = server(&certificates, &made_by, "no");
        let ended = run(&nodes, &certificates, "ca.pem").run().expect(76, "failed");
        assert!(told(&ended).contains(words), "{words}: {}", told(&ended));
    }
}

/// A client key that is encrypted works with its passphrase, and what is missing without it is told.
#[test]
fn an_encrypted_client_key_needs_its_passphrase() {
    let certificates = Certificates::new().sign("server", &["valkey-0"]).sign("client", &["client"]);
    let encrypt = "openssl pkcs8 -topk8 -v2 aes-256-cbc -in client.key -passout pass:canary-phrase-51aa -out client.enc";
    let nodes = server(&certificates, encrypt, "yes");
    let run = |passphrase: &str| {
        let spec = format!(
            "{SPEC}tls: {{ca: {{file: /tls/ca.pem}}, certificate: {{file: /tls/client.pem}}, key: {{secret: key}}{passphrase}}}\n"
        );
        let init = nodes.init(&spec).file("/tls/ca.pem", &certificates.read("ca.pem"));
        let init = init.file("/tls/client.pem", &certificates.read("client.pem"));
        let key = String::from_utf8_lossy(&certificates.read("client.enc")).into_owned();
        init.secret("key", &key).secret("phrase", "canary-phrase-51aa").args(&["--timeout", "20s"])
    };
    run(", keyPassphrase: {secret: phrase}").run().expect(0, "unchanged");
    let ended = run("").run().expect(78, "failed");
    assert!(told(&ended).contains("openssl"), "{}", told(&ended));
    assert!(!ended.stdout.contains("canary-phrase-51aa") && !ended.log.contains("canary-phrase-51aa"));
}

/// The first address of the name takes no connection; the second is the server's.
#[test]
fn a_name_with_two_addresses_is_reached_at_the_second() {
    let nodes = Nodes::start(1, &[], &[]);
    let template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let address = docker(&["inspect", "--format", template, &nodes.container(0)]).ok();
    let init = nodes.init("mode: standalone\nnodes: [two:6379]\npassword: {secret: password}\n");
    let (first, second) = ("two:192.0.2.1".to_owned(), format!("two:{}", address.trim()));
    init.docker(&["--add-host", &first, "--add-host", &second]).run().expect(0, "unchanged");
}
