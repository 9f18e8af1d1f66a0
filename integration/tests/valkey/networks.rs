//! Nodes that tell the others another address or port than the one where they are reached, as behind NAT.

use integration::valkey::{Nodes, QUICK};
use integration::{Certificates, Init};

fn cluster(count: usize, settings: &[&str], options: &[&str]) -> Nodes {
    Nodes::start(count, &[&["--cluster-enabled", "yes"][..], &QUICK, settings].concat(), options)
}

fn run(nodes: &Nodes, list: &str) -> Init {
    nodes.init(&format!("mode: cluster\nnodes: [{list}]\npassword: {{secret: password}}\n"))
}

/// A first run ends, a rerun finds nothing to do, and every node says that the cluster serves.
fn forms(nodes: &Nodes, run: impl Fn() -> Init) {
    run().run().expect(0, "changed");
    run().run().expect(0, "unchanged");
    for state in nodes.each(&["CLUSTER", "INFO"]) {
        assert!(state.contains("cluster_state:ok") && state.contains("cluster_known_nodes:3"), "{state}");
    }
}

/// Each node tells the others an address and ports of the engine, which lead to it; the spec has the names that lead to the
/// nodes themselves, or one name for the engine.
#[test]
fn nodes_behind_nat_form_a_cluster_and_the_first_run_ends() {
    let announced = [
        ["--cluster-announce-ip", "{gateway}"],
        ["--cluster-announce-port", "2731{node}"],
        ["--cluster-announce-bus-port", "2732{node}"],
    ];
    let published = ["--publish", "2731{node}:6379", "--publish", "2732{node}:16379"];
    let nodes = cluster(3, &announced.concat(), &published);
    forms(&nodes, || run(&nodes, &nodes.list()));
    nodes.restart();
    run(&nodes, &nodes.list()).run().expect(0, "unchanged");
    nodes.reset();

    let host = format!("nat:{}", nodes.gateway());
    let outside = || {
        let list = "nat:27310, nat:27311, nat:27312";
        run(&nodes, list).network(nodes.network()).docker(&["--add-host", &host])
    };
    forms(&nodes, outside);
    nodes.restart();
    outside().run().expect(0, "unchanged");
}

/// The bus need not be ten thousand above the port, and then the port may be any.
#[test]
fn a_bus_that_listens_elsewhere_is_met_there() {
    for settings in [
        &["--cluster-port", "7777"][..],
        &["--port", "60000", "--cluster-port", "7777"],
        &["--cluster-port", "7777", "--cluster-announce-bus-port", "7777"],
    ] {
        let nodes = cluster(3, settings, &[]);
        forms(&nodes, || run(&nodes, &nodes.list()));
    }
}

/// A plain port and one with TLS: the bus follows the one that it uses itself, whichever the spec names.
#[test]
fn either_of_two_ports_may_be_named() {
    let names = ["valkey-0", "valkey-1", "valkey-2"];
    let certificates = Certificates::new().sign("server", &names);
    let volume = format!("{}:/tls:ro", certificates.path().display());
    for bus in ["yes", "no"] {
        let tls = [
            ["--tls-port", "6380"],
            ["--tls-ca-cert-file", "/tls/ca.pem"],
            ["--tls-cert-file", "/tls/server.pem"],
            ["--tls-key-file", "/tls/server.key"],
            ["--tls-auth-clients", "no"],
            ["--tls-cluster", bus],
            ["--tls-replication", bus],
        ];
        let nodes = cluster(3, &tls.concat(), &["--volume", &volume]);
        forms(&nodes, || run(&nodes, &nodes.list()));
        nodes.reset();
        let list = nodes.list().replace("6379", "6380");
        let secured = || {
            let spec = format!(
                "mode: cluster\nnodes: [{list}]\npassword: {{secret: password}}\ntls: {{ca: {{file: /tls/ca.pem}}}}\n"
            );
            nodes.init(&spec).file("/tls/ca.pem", &certificates.read("ca.pem"))
        };
        forms(&nodes, secured);
    }
}
