//! Slots that a move left open, and names that lead to several servers.

use integration::valkey::Nodes;

use crate::pairs;

fn three(nodes: &Nodes) -> String {
    format!("mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\n", nodes.list())
}

fn ids(nodes: &Nodes) -> Vec<String> {
    nodes.each(&["CLUSTER", "MYID"]).into_iter().map(|id| id.trim().to_owned()).collect()
}

/// Slot 12182 is `foo`'s, and the third node's.
#[test]
fn a_slot_that_a_cut_move_left_open_is_closed_where_no_key_has_moved() {
    let nodes = Nodes::cluster(3);
    let run = || nodes.init(&three(&nodes));
    run().run().expect(0, "changed");
    let ids = ids(&nodes);
    let migrating = || nodes.cli(2, &["CLUSTER", "SETSLOT", "12182", "MIGRATING", &ids[0]]);
    let importing = || nodes.cli(0, &["CLUSTER", "SETSLOT", "12182", "IMPORTING", &ids[2]]);
    nodes.cli(2, &["SET", "foo", "1"]);
    for (sides, changes) in [("both", 2), ("source", 1), ("target", 1)] {
        if sides != "target" {
            assert_eq!(migrating().trim(), "OK");
        }
        if sides != "source" {
            assert_eq!(importing().trim(), "OK");
        }
        run().args(&["plan"]).run().expect(3, "drift");
        let ended = run().run().expect(0, "changed");
        assert_eq!(ended.operations(), vec!["stabilize_slots"; changes], "{sides}: {}", ended.stdout);
        run().run().expect(0, "unchanged");
        assert_eq!(nodes.cli(2, &["SET", "{foo}other", "1"]).trim(), "OK", "{sides}");
        assert_eq!(nodes.cli(2, &["GET", "foo"]).trim(), "1");
    }

    // A key has moved: only moving the others, or this one back, helps.
    migrating();
    importing();
    nodes.cli(2, &["MIGRATE", "valkey-0", "6379", "foo", "0", "5000", "AUTH", integration::valkey::PASSWORD]);
    nodes.reset_statistics();
    let ended = run().run().expect(4, "conflict");
    assert!(ended.report["conflicts"].to_string().contains("slot 12182"), "{}", ended.stdout);
    assert!(nodes.mutations(0).is_empty() && nodes.mutations(2).is_empty());
}

/// Since Valkey 8 a replica repeats the open slots of its primary, and takes no command about them.
#[test]
fn open_slots_that_a_replica_repeats_are_left_to_its_primary() {
    let nodes = Nodes::cluster(6);
    let run = || nodes.init(&pairs(&nodes));
    run().run().expect(0, "changed");
    let ids = ids(&nodes);
    nodes.cli(2, &["CLUSTER", "SETSLOT", "12182", "MIGRATING", &ids[0]]);
    nodes.cli(0, &["CLUSTER", "SETSLOT", "12182", "IMPORTING", &ids[2]]);
    let ended = run().run().expect(0, "changed");
    assert_eq!(ended.operations(), ["stabilize_slots"; 2], "{}", ended.stdout);
    assert!(!ended.log.contains("another client"), "{}", ended.log);
    run().run().expect(0, "unchanged");
}

/// One service that runs several times: each run would reach another of its servers.
#[test]
fn a_name_that_leads_to_several_servers_is_refused() {
    let nodes = Nodes::start(6, &["--cluster-enabled", "yes"], &["--network-alias", "shared"]);
    let six: Vec<String> = (1..6).map(|node| format!("valkey-{node}:6379")).collect();
    let spec = pairs(&nodes).replace(&nodes.list(), &format!("shared:6379, {}", six.join(", ")));
    for spec in [spec, "mode: cluster\nnodes: [shared:6379]\npassword: {secret: password}\n".to_owned()] {
        let ended = nodes.init(&spec).run().expect(4, "conflict");
        assert!(
            ended.report["conflicts"].to_string().contains("shared:6379 leads to 6 servers"),
            "{}",
            ended.stdout
        );
    }
    for node in 0..6 {
        assert!(nodes.mutations(node).is_empty());
    }
    let nodes = Nodes::start(2, &[], &["--network-alias", "shared"]);
    for spec in [
        "mode: standalone\nnodes: [shared:6379]\n",
        "mode: replication\nnodes: [shared:6379, valkey-1:6379]\n",
    ] {
        let ended =
            nodes.init(&format!("{spec}password: {{secret: password}}\n")).run().expect(4, "conflict");
        assert!(ended.report["conflicts"].to_string().contains("leads to 2 servers"), "{}", ended.stdout);
    }
    for node in 0..2 {
        assert!(nodes.mutations(node).is_empty());
    }
}
