//! Slots that move while primaries have replicas, between nodes that speak TLS, and against a deadline.

use std::time::Duration;

use integration::valkey::{Nodes, QUICK};
use integration::{Certificates, Init, eventually};

use super::{ON, assert_keys, names, number, owned, shares, spec, write_keys};

/// Four pairs whose primaries own these slots, with their keys.
fn pairs(slots: [&[&str]; 4]) -> Nodes {
    let nodes = Nodes::cluster(8);
    for (node, ranges) in slots.into_iter().enumerate() {
        nodes.cli(node, &[&["CLUSTER", "ADDSLOTSRANGE"], ranges].concat());
    }
    nodes.init(&of_pairs(&[], "")).run().expect(0, "changed");
    write_keys(&nodes, "", 1000);
    nodes
}

fn of_pairs(drained: &[usize], rest: &str) -> String {
    spec(names(8), drained, rest).replace("PerPrimary: 0", "PerPrimary: 1")
}

/// A second run has nothing to do, and each key is there once at a primary and once at its replica.
fn assert_pairs(nodes: &Nodes, run: impl Fn() -> Init) {
    assert_keys(nodes, "", 1000);
    eventually("every replica has the keys of its primary", Duration::from_secs(30), || {
        nodes.each(&["DBSIZE"]).iter().map(|size| number(size)).sum::<usize>() == 2 * (1000 + 51)
    });
    run().run().expect(0, "unchanged");
}

/// Slots go to a primary that owns fewer, and its replica gets their keys.
#[test]
fn slots_move_between_primaries_with_replicas() {
    let nodes = pairs([
        &["0", "4095", "16363", "16369"],
        &["4096", "8191", "16370", "16376"],
        &["8192", "12287", "16377", "16383"],
        &["12288", "16362"],
    ]);
    let run = || nodes.init(&of_pairs(&[], ON));
    run().run().expect(0, "changed");
    assert_eq!(shares(&nodes), [0, 0, 0, 0, 4096, 4096, 4096, 4096]);
    assert_pairs(&nodes, run);
}

/// A pair that leaves: its slots go first, and then its replica follows another primary.
#[test]
fn a_primary_leaves_with_its_replica() {
    let nodes = pairs([
        &["0", "5453"],
        &["5461", "10915"],
        &["10923", "16376"],
        &["5454", "5460", "10916", "10922", "16377", "16383"],
    ]);
    let follower = nodes.layout().iter().position(|role| role == "replica of 3").unwrap();
    let run = || nodes.init(&of_pairs(&[3, follower], ON));
    run().run().expect(0, "changed");
    assert_eq!((owned(&nodes)[3], owned(&nodes)[follower]), (0, 0));
    assert_keys(&nodes, "", 1000);
    run().run().expect(0, "unchanged");
    // No restart here: with these short timeouts an election may make the drained replica a primary.
}

/// The bus and the keys that cross have TLS, as the run has.
#[test]
fn slots_move_between_nodes_with_tls() {
    let hosts = ["valkey-0", "valkey-1", "valkey-2", "valkey-3"];
    let certificates = Certificates::new().sign("server", &hosts);
    let volume = format!("{}:/tls:ro", certificates.path().display());
    let tls = [
        ["--tls-port", "6380"],
        ["--tls-ca-cert-file", "/tls/ca.pem"],
        ["--tls-cert-file", "/tls/server.pem"],
        ["--tls-key-file", "/tls/server.key"],
        ["--tls-auth-clients", "no"],
        ["--tls-cluster", "yes"],
        ["--tls-replication", "yes"],
    ];
    let settings = [&["--cluster-enabled", "yes"][..], &QUICK, &tls.concat()].concat();
    let nodes = Nodes::start(4, &settings, &["--volume", &volume]);
    let run = |count: usize, rest: &str| {
        let list = names(count).map(|name| name.replace("6379", "6380"));
        let text = spec(list, &[], &format!("{rest}tls: {{ca: {{file: /tls/ca.pem}}}}\n"));
        nodes.init(&text).file("/tls/ca.pem", &certificates.read("ca.pem"))
    };
    run(3, "").run().expect(0, "changed");
    write_keys(&nodes, "", 500);
    run(4, ON).run().expect(0, "changed");
    assert_eq!(owned(&nodes), [4096; 4]);
    assert_keys(&nodes, "", 500);
    run(4, ON).run().expect(0, "unchanged");
}

/// `--timeout` ends a run between two commands, and the next one goes on from there.
#[test]
fn a_move_that_the_deadline_cuts_is_completed_by_the_next_run() {
    let nodes = Nodes::cluster(4);
    nodes.init(&spec(names(3), &[], "")).run().expect(0, "changed");
    nodes.init(&spec(names(4), &[], "")).run().expect(0, "changed");
    write_keys(&nodes, "", 20_000);
    let by_itself = nodes.cli(0, &["CLUSTER", "GETSLOTMIGRATIONS"]).trim().is_empty();
    let grown = spec(names(4), &[], ON);
    let mut cut = 0;
    for limit in ["1s", "1s", "2s", "3s"] {
        let ended = nodes.init(&grown).args(&["--timeout", limit]).run();
        assert!([0, 69].contains(&ended.exit), "{}\n{}", ended.stdout, ended.log);
        if ended.exit == 69 && (1..4096).contains(&owned(&nodes)[3]) {
            cut += 1;
        }
    }
    // Valkey 9 moves the slots faster than that, or goes on without the run.
    assert!(cut > 0 || by_itself);
    let ended = nodes.init(&grown).args(&["--timeout", "5m"]).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert_eq!(owned(&nodes), [4096; 4]);
    assert_keys(&nodes, "", 20_000);
    nodes.init(&grown).run().expect(0, "unchanged");
}
