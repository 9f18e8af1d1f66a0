//! Readiness: each cause of a failed connection has its exit, at once or at the deadline.

use std::time::Duration;

use integration::postgres::{PASSWORD, Server, init, network};
use integration::{Ended, Init, Silent, docker, eventually};

const NOTHING: &str = "roles: {r: {}}\n";

fn fails(ended: Ended, exit: i32, says: &str) {
    let ended = ended.expect(exit, "failed");
    assert!(ended.error().contains(says), "{says}: {}", ended.stdout);
}

/// A server with a certificate for its own name, signed by an authority whose file is returned.
fn with_tls() -> (Server, String) {
    let server = Server::start(&[]);
    let make = "cd $PGDATA && openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=ca -keyout ca.key -out ca.pem \
        && openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr \
        && printf 'subjectAltName=DNS:NAME' >ext && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -days 9 -extfile ext -out server.crt \
        && openssl req -newkey rsa:2048 -nodes -subj /CN=postgres -keyout client.key -out client.csr \
        && openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -days 9 -out client.crt && chmod 600 *.key";
    server.shell(&make.replace("NAME", server.name())).ok();
    server
        .psql_args(&[
            "-c",
            "ALTER SYSTEM SET ssl = on",
            "-c",
            "ALTER SYSTEM SET ssl_ca_file = 'ca.pem'",
            "-c",
            "SELECT pg_reload_conf()",
        ])
        .ok();
    let ca = server.shell("cat $PGDATA/ca.pem").ok();
    (server, ca)
}

fn tls(server: &Server, how: &str, ca: &str) -> Init {
    server.init(&format!("tls: {how}\n{NOTHING}")).file("/etc/pg-init/ca.pem", ca.as_bytes())
}

#[test]
fn tls_in_every_mode_and_its_refusals() {
    let (server, ca) = with_tls();
    let full = "{mode: verify-full, ca: {file: ca.pem}, channelBinding: require}";
    tls(&server, full, &ca).run().expect(0, "changed");
    tls(&server, "{mode: verify-ca, ca: {file: ca.pem}}", &ca).run().expect(0, "unchanged");
    tls(&server, "require", &ca).run().expect(0, "unchanged");
    server.shell("sed -i 's/^host /hostssl /' $PGDATA/pg_hba.conf").ok();
    server.psql("postgres", "SELECT pg_reload_conf()");
    // Signed by nobody that the bundled roots know.
    fails(tls(&server, "verify-full", &ca).run(), 76, "no public authority");
    // pg_hba lets nobody in without TLS.
    fails(tls(&server, "disable", &ca).run(), 77, "28000");
    let asks_for = |method: &str| {
        let line = format!("s/^hostssl .*all *all *all.*/hostssl all all all {method}/");
        server.shell(&format!("sed -i '{line}' $PGDATA/pg_hba.conf")).ok();
        server.psql("postgres", "SELECT pg_reload_conf()");
    };
    // Whoever takes a login without a proof that is bound to the session may be anyone.
    for method in ["trust", "password"] {
        asks_for(method);
        fails(tls(&server, full, &ca).run(), 77, "channel binding");
        tls(&server, &full.replace("require", "prefer"), &ca).run().expect(0, "unchanged");
    }
    asks_for("cert");
    let (certificate, key) =
        (server.shell("cat $PGDATA/client.crt").ok(), server.shell("cat $PGDATA/client.key").ok());
    let with = "{mode: verify-full, ca: {file: ca.pem}, certificate: {file: client.pem}, key: {secret: key}}";
    let run =
        tls(&server, with, &ca).file("/etc/pg-init/client.pem", certificate.as_bytes()).secret("key", &key);
    run.run().expect(0, "unchanged");
    fails(tls(&server, full, &ca).run(), 77, "28000");
}

/// The peer on an unverified connection may be anyone.
#[test]
fn a_password_is_not_sent_to_an_unverified_server_in_clear_text() {
    let (server, ca) = with_tls();
    tls(&server, "disable", &ca).run().expect(0, "changed");
    for method in ["password", "md5"] {
        if method == "md5" {
            let admin = PASSWORD.replace('\'', "''");
            server.psql(
                "postgres",
                &format!("SET password_encryption = md5; ALTER ROLE postgres PASSWORD '{admin}'"),
            );
        }
        server.asks_for(method);
        for mode in ["disable", "require"] {
            let ended = tls(&server, mode, &ca).run().expect(76, "failed");
            assert!(ended.error().contains("which `authentication` does not allow"), "{}", ended.stdout);
            assert!(ended.stdout.contains(&format!("`authentication: {method}`")), "{}", ended.stdout);
            let allowed = format!("{mode}\nauthentication: {method}");
            tls(&server, &allowed, &ca).run().expect(0, "unchanged");
        }
        tls(&server, "{mode: verify-full, ca: {file: ca.pem}}", &ca).run().expect(0, "unchanged");
        let strict = "{mode: verify-full, ca: {file: ca.pem}}\nauthentication: scram-sha-256";
        tls(&server, strict, &ca).run().expect(76, "failed");
    }
}

/// A server that asks for no password is given none.
#[test]
fn a_server_with_trust_authentication_needs_no_password() {
    let server = Server::start(&[]);
    let head = format!("endpoint: {}:5432\nuser: postgres\ntls: disable\n", server.name());
    let run = || init(&format!("{head}{NOTHING}")).run();
    fails(run(), 77, "password missing");
    server.asks_for("trust");
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}

#[test]
fn a_certificate_for_another_name_is_76() {
    let (server, ca) = with_tls();
    docker(&["network", "disconnect", network(), server.name()]).ok();
    docker(&["network", "connect", "--alias", "othername", network(), server.name()]).ok();
    let spec = format!(
        "endpoint: othername:5432\nuser: postgres\npassword: {{secret: admin}}\ntls: {{ca: {{file: ca.pem}}}}\n{NOTHING}"
    );
    let run = |spec: &str| init(spec).secret("admin", PASSWORD).file("/etc/pg-init/ca.pem", ca.as_bytes());
    fails(run(&spec).run(), 76, "and not for");
    run(&spec.replace("tls: {", "tls: {mode: verify-ca, ")).run().expect(0, "changed");
}

#[test]
fn what_will_not_get_better_ends_at_once() {
    let server = Server::start(&[]);
    let head = |rest: &str| init(&format!("endpoint: {}:5432\n{rest}{NOTHING}", server.name()));
    let wrong = head("user: postgres\npassword: {secret: p}\ntls: disable\n").secret("p", "wrong").run();
    assert!(wrong.took < Duration::from_secs(20), "not at the deadline: {:?}", wrong.took);
    fails(wrong, 77, "28P01");
    fails(
        head("user: postgres\npassword: {secret: p}\n").secret("p", PASSWORD).run(),
        76,
        "does not offer TLS",
    );
    let nowhere = head("database: nowhere\nuser: postgres\npassword: {secret: p}\ntls: disable\n");
    fails(nowhere.secret("p", PASSWORD).run(), 76, "3D000");
    server.shell("echo 'local all all trust' >$PGDATA/pg_hba.conf").ok();
    server.psql("postgres", "SELECT pg_reload_conf()");
    fails(server.init(NOTHING).run(), 77, "28000");
}

#[test]
fn what_may_get_better_is_waited_for_and_then_69() {
    let spec = |endpoint: &str| {
        format!("endpoint: {endpoint}\nuser: postgres\npassword: {{secret: p}}\ntls: disable\n{NOTHING}")
    };
    let run = |endpoint: &str| init(&spec(endpoint)).secret("p", PASSWORD).args(&["--timeout", "4s"]);
    let absent = run("nobody-here:5432").run();
    fails(absent, 69, "cannot resolve the name");
    let silent = Silent::new();
    let host = ["--add-host", "silent:host-gateway"];
    let ended = run(&format!("silent:{}", silent.port())).docker(&host).run();
    assert!(ended.took < Duration::from_secs(15), "{:?}", ended.took);
    ended.expect(69, "failed");
}

#[test]
fn a_server_that_comes_late_is_waited_for() {
    let server = Server::start(&[]);
    docker(&["kill", server.name()]).ok();
    let running = server.init(NOTHING).start();
    eventually("it waits", Duration::from_secs(20), || running.log().contains("\"waiting\""));
    docker(&["start", server.name()]).ok();
    running.wait().expect(0, "changed");
}

#[test]
fn a_server_without_free_connections_is_waited_for() {
    let server = Server::start(&["max_connections=8", "superuser_reserved_connections=0"]);
    let (mut sessions, mut refused) = (Vec::new(), 0);
    // The query for free connections needs a connection itself, so a session may have been refused because of it.
    eventually("it is full", Duration::from_secs(30), || {
        sessions.push(server.session("postgres", "SELECT pg_sleep(600)"));
        refused = if server.try_psql("postgres", "SELECT 1").exit == 0 { 0 } else { refused + 1 };
        refused == 2
    });
    let ended = server.init(NOTHING).args(&["--timeout", "4s"]).run();
    fails(ended, 69, "53300");
    drop(sessions);
}

/// A standby is never written to: among several endpoints the primary is found, and a standby alone is waited for.
#[test]
fn the_primary_is_found_among_endpoints_and_a_standby_is_never_written_to() {
    let (primary, standby) = (Server::start(&[]), Server::start(&[]));
    let copy = format!(
        "rm -rf /tmp/copy && PGPASSWORD=\"$(cat /run/secrets/password)\" pg_basebackup -h {} -U postgres -D /tmp/copy -R -X stream \
         && (pg_ctl -D /tmp/copy -o '-p 5433 -c listen_addresses=*' -w start >/dev/null 2>&1)",
        primary.name()
    );
    standby.shell(&copy).ok();
    let spec = |endpoints: &str| {
        format!("{endpoints}\nuser: postgres\npassword: {{secret: p}}\ntls: disable\n{NOTHING}")
    };
    let run = |endpoints: &str| init(&spec(endpoints)).secret("p", PASSWORD).args(&["--timeout", "5s"]);
    fails(run(&format!("endpoint: {}:5433", standby.name())).run(), 69, "is a standby");
    run(&format!("endpoints: [{}:5433, {}:5432]", standby.name(), primary.name())).run().expect(0, "changed");
    assert_eq!(primary.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'r'"), "1");
}
