//! Certificates of servers, made with the server's own `openssl`: which are accepted, and the message about each of
//! the others.

use std::time::Duration;

use integration::postgres::{PASSWORD, Server, init};
use integration::{Init, Kinds, eventually};

const NOTHING: &str = "roles: {r: {}}\n";

/// Makes a key and a certificate by `openssl req` with these options, and has the server use them.
fn certificate(server: &Server, options: &str) -> String {
    let make = format!(
        "cd $PGDATA && openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.crt {options} 2>/dev/null \
         && chmod 600 server.key"
    );
    server.shell(&make.replace("NAME", server.name())).ok();
    server.psql("postgres", "SELECT pg_reload_conf()");
    server.shell("cat $PGDATA/server.crt").ok()
}

fn with_ssl() -> Server {
    let server = Server::start(&[]);
    certificate(&server, "-days 9 -subj /CN=NAME");
    server.psql_args(&["-c", "ALTER SYSTEM SET ssl = on", "-c", "SELECT pg_reload_conf()"]).ok();
    server
}

fn run(server: &Server, tls: &str, ca: &str) -> Init {
    server.init(&format!("tls: {tls}\n{NOTHING}")).file("/etc/pg-init/ca.pem", ca.as_bytes())
}

/// Certificates and keys of every usual kind, shown by the server.
#[test]
fn certificates_and_keys_of_every_kind_are_judged_in_words() {
    let server = with_ssl();
    let kinds = Kinds::new(server.name());
    let address = format!("{}:5432", server.address());
    kinds.judge(&[], |row, tls| {
        let write = |name: &str, content: &str| format!("printf %s '{content}' >$PGDATA/{name}");
        let files =
            [write("server.key", &row.read("server.key")), write("server.crt", &row.read("server.pem"))];
        server.shell(&files.join(" && ")).ok();
        server.psql("postgres", "SELECT pg_reload_conf()");
        let is_shown = || row.is_shown(&address, "-starttls postgres");
        eventually("the server shows the certificate", Duration::from_secs(20), is_shown);
        server.init(&format!("tls: {tls}\n{NOTHING}"))
    });
}

/// A certificate that is signed with its own key and is not in `tls.ca` was not signed by a public authority.
#[test]
fn a_self_signed_certificate_is_refused_by_the_public_authorities() {
    let server = with_ssl();
    for tls in ["{}", "verify-full"] {
        let ended = run(&server, tls, "").run().expect(76, "failed");
        assert!(ended.error().contains("self-signed"), "{}", ended.stdout);
    }
}

/// An encrypted key is decrypted with its passphrase, and a key that does not belong to the certificate is refused
/// before the first packet.
#[test]
fn the_key_of_a_client_certificate_may_be_encrypted() {
    let server = with_ssl();
    let own = certificate(&server, "-days 9 -subj /CN=NAME -addext subjectAltName=DNS:NAME");
    let make = "cd $PGDATA && openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=postgres -keyout client.key \
        -out client.crt 2>/dev/null && openssl pkcs8 -topk8 -v2 aes256 -passout pass:canary -in client.key -out client.enc";
    server.shell(make).ok();
    server
        .psql_args(&["-c", "ALTER SYSTEM SET ssl_ca_file = 'client.crt'", "-c", "SELECT pg_reload_conf()"])
        .ok();
    server.shell("sed -i 's/^host .*all *all *all.*/hostssl all all all cert/' $PGDATA/pg_hba.conf").ok();
    server.psql("postgres", "SELECT pg_reload_conf()");
    let (certificate, key) =
        (server.shell("cat $PGDATA/client.crt").ok(), server.shell("cat $PGDATA/client.enc").ok());
    let client = |more: &str| {
        let tls = format!(
            "{{ca: {{file: ca.pem}}, certificate: {{file: client.pem}}, key: {{secret: key}}{more}}}"
        );
        run(&server, &tls, &own).file("/etc/pg-init/client.pem", certificate.as_bytes()).secret("key", &key)
    };
    let with = ", keyPassphrase: {secret: passphrase}";
    client(with).secret("passphrase", "canary").run().expect(0, "changed");
    let wrong = client(with).secret("passphrase", "another").run().expect(78, "failed");
    assert!(wrong.error().contains("passphrase"), "{}", wrong.stdout);
    let none = client("").run().expect(78, "failed");
    assert!(none.error().contains("encrypted"), "{}", none.stdout);
    // Without a certificate the server refuses the login, not the handshake.
    run(&server, "{ca: {file: ca.pem}}", &own).run().expect(77, "failed");
}

/// One address of a name accepts the connection and answers nothing: the other address is tried.
#[test]
fn every_address_of_a_name_is_tried() {
    let (server, stuck) = (Server::start(&[]), Server::start(&[]));
    stuck.pause();
    let addresses = [server.address(), stuck.address()];
    let spec =
        format!("endpoint: both:5432\nuser: postgres\npassword: {{secret: p}}\ntls: disable\n{NOTHING}");
    for order in [[0, 1], [1, 0]] {
        let hosts = order.map(|index| format!("both:{}", addresses[index]));
        let ended = init(&spec)
            .secret("p", PASSWORD)
            .docker(&["--add-host", &hosts[0], "--add-host", &hosts[1]])
            .run();
        assert_eq!(ended.exit, 0, "{}", ended.stdout);
    }
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'r'"), "1");
}

/// Passwords are hashed even where no thread can be started in addition to the one that a run needs.
#[test]
fn a_process_limit_of_two_is_enough() {
    let server = Server::start(&[]);
    let roles: String =
        (0..40).map(|n| format!("  r{n}: {{login: true, password: {{secret: p}}}}\n")).collect();
    let spec = format!(
        "endpoint: {}:5432\nuser: postgres\npassword: {{secret: admin}}\ntls: disable\nroles:\n{roles}",
        server.name()
    );
    let run = |limit: &str| {
        init(&spec).secret("admin", PASSWORD).secret("p", "canary").docker(&["--pids-limit", limit]).run()
    };
    run("2").expect(0, "changed");
    run("2").expect(0, "unchanged");
    run("3").expect(0, "unchanged");
}
