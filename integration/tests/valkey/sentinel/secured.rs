//! Sentinels that ask for a login, keep their users in an ACL file, or speak TLS alone.

use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD, QUICK, Sentinels};
use integration::{Certificates, Init, eventually};

use super::{NEXT, patient_spec, role, run};

/// The client's part of TLS, for a server that asks for a certificate.
const CLI: [&str; 7] =
    ["--tls", "--cacert", "/tls/ca.pem", "--cert", "/tls/server.pem", "--key", "/tls/server.key"];

/// Another primary by the Sentinels' own means, and a run that finds it right.
fn fails_over(
    nodes: &Nodes,
    sentinels: &Sentinels<'_>,
    cli: &[&str],
    password: &str,
    run: impl Fn() -> Init,
) {
    let ask = |sentinel: usize, words: &[&str]| {
        sentinels.cli_as(sentinel, "default", password, &[cli, &["SENTINEL"], words].concat()).stdout
    };
    nodes.cli(0, &[cli, &["SET", "key", "1"]].concat());
    assert_eq!(ask(0, &["FAILOVER", "main"]).trim(), "OK");
    eventually("the other node is the primary", Duration::from_secs(30), || {
        ask(1, &["GET-MASTER-ADDR-BY-NAME", "main"]).contains("valkey-1")
    });
    let ended = run().run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    if cli.is_empty() {
        assert_eq!((role(nodes, 0).as_str(), role(nodes, 1).as_str()), ("slave", "master"));
    }
    let again = run().run();
    assert_eq!(
        again.outcome(),
        "unchanged",
        "{}\n{}\nbefore: {}\n{}",
        again.stdout,
        again.log,
        ended.stdout,
        ended.log
    );
}

/// Every connection has TLS: the run's, those of the Sentinels to the nodes and to each other, and the replica's. The Sentinels
/// keep their users in an ACL file.
#[test]
fn sentinels_with_tls_and_an_acl_file_are_told_and_fail_over() {
    let names = ["valkey-0", "valkey-1", "sentinel-0", "sentinel-1"];
    let certificates = Certificates::new().sign("server", &names);
    let volume = format!("{}:/tls:ro", certificates.path().display());
    let own = [
        ["--tls-ca-cert-file", "/tls/ca.pem"],
        ["--tls-cert-file", "/tls/server.pem"],
        ["--tls-key-file", "/tls/server.key"],
        ["--tls-replication", "yes"],
    ];
    let ports = ["--port", "0", "--tls-port", "6379", "--repl-ping-replica-period", "1"];
    let nodes = Nodes::start(2, &[&QUICK[2..], &ports, &own.concat()].concat(), &["--volume", &volume]);
    let lines: String = own.iter().map(|[name, value]| format!("{} {value}\n", &name[2..])).collect();
    let file = format!("port 0\ntls-port 26379\n{lines}aclfile /data/users.acl");
    let sentinels = nodes.sentinels(2, &file, &["--volume", &volume]);

    let rest = "  authPassword: {secret: password}\n  sentinelPassword: {secret: next}\n  password: {secret: next}\n  \
                users: {default: {passwords: [{secret: next}], rules: \"~* &* +@all\"}}\n\
                tls: {ca: {file: /tls/ca.pem}, certificate: {file: /tls/client.pem}, key: {secret: client_key}}\n";
    let text = patient_spec(&nodes, &sentinels, rest);
    let run = || {
        let init = run(&nodes, &text).file("/tls/ca.pem", &certificates.read("ca.pem"));
        let init = init.file("/tls/client.pem", &certificates.read("server.pem"));
        init.secret("client_key", &String::from_utf8_lossy(&certificates.read("server.key")))
    };
    run().run().expect(0, "changed");
    run().run().expect(0, "unchanged");
    let ask = |words: &[&str]| sentinels.cli_as(0, "default", NEXT, &[&CLI[..], words].concat()).stdout;
    assert!(ask(&["SENTINEL", "CKQUORUM", "main"]).starts_with("OK 2 usable"));
    assert!(!sentinels.file(0).contains("user default"), "users are in the ACL file alone");
    nodes.restart();
    sentinels.restart();
    run().run().expect(0, "unchanged");
    assert!(ask(&["ACL", "LIST"]).contains("user default on"));
    fails_over(&nodes, &sentinels, &CLI, NEXT, run);

    // A spec without TLS says which side lacks it.
    let plain = super::run(&nodes, &text.replace(text.lines().last().unwrap_or_default(), ""));
    let ended = plain.args(&["--timeout", "10s"]).run();
    assert_eq!((ended.exit, ended.outcome()), (76, "failed"), "{}", ended.stdout);
    assert!(ended.stdout.contains("tls"), "{}", ended.stdout);
}

/// A password in the file of every server, as most people write it; then the Sentinels' own is rotated.
#[test]
fn passwords_in_the_files_of_nodes_and_sentinels_hold_and_rotate() {
    let nodes = super::nodes(2);
    let sentinels = nodes.sentinels(2, &format!("port 26379\nrequirepass {PASSWORD}"), &[]);
    let first = patient_spec(
        &nodes,
        &sentinels,
        "  authPassword: {secret: password}\n  password: {secret: password}\n  sentinelPassword: {secret: password}\n",
    );
    let lasts = |text: &str| {
        run(&nodes, text).run().expect(0, "unchanged");
        nodes.restart();
        sentinels.restart();
        run(&nodes, text).run().expect(0, "unchanged");
    };
    run(&nodes, &first).run().expect(0, "changed");
    lasts(&first);

    // Without the login of the Sentinels at each other no failover has a majority.
    let without = first.replace("  password: {secret: password}\n", "");
    let ended = run(&nodes, &without).run().expect(77, "failed");
    assert!(ended.error().contains("sentinel-"), "{}", ended.stdout);

    let rotated = patient_spec(
        &nodes,
        &sentinels,
        "  authPassword: {secret: password}\n  password: {secret: next}\n  bootstrapPassword: {secret: password}\n  \
         sentinelPassword: {secret: next}\n  users: {default: {passwords: [{secret: next}]}}\n",
    );
    let ended = run(&nodes, &rotated).run().expect(0, "changed");
    for said in [&ended.stdout, &ended.log] {
        assert!(!said.contains("canary-"), "{said}");
    }
    lasts(&rotated);
    let refused = sentinels.cli_as(0, "default", PASSWORD, &["PING"]);
    assert!(format!("{refused:?}").contains("WRONGPASS"), "{refused:?}");
    fails_over(&nodes, &sentinels, &[], NEXT, || run(&nodes, &rotated));
}
