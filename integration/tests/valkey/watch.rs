//! A watch beside real nodes: what somebody else changes, what the files change, and what becomes of the nodes.

use std::thread::sleep;
use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD};
use integration::{Init, docker};

use crate::pairs;

const SPEC: &str = "mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: password}\npersist: false\n\
    users:\n  app: {passwords: [{secret: app}], rules: \"~* +@all\"}\nconfig: {maxmemory: 256mb}\n";

/// Runs on the nodes' network as a container of its own: it outlasts the nodes.
fn beside(nodes: &Nodes, spec: &str) -> Init {
    Init::new("valkey-init", spec).network(nodes.network()).secret("password", PASSWORD)
}

#[test]
fn a_watch_keeps_what_the_spec_and_the_secrets_say() {
    let nodes = Nodes::start(1, &[], &[]);
    let watch = beside(&nodes, SPEC).secret("app", "canary-app-1").watch("2s");
    let login = |password: &str| nodes.cli_as(0, "app", password, &["PING"]).stdout.trim() == "PONG";
    nodes.cli(0, &["ACL", "DELUSER", "app"]);
    watch.until("the user is back", || login("canary-app-1"));
    nodes.cli(0, &["CONFIG", "SET", "maxmemory", "1gb"]);
    watch.until("the parameter is back", || {
        nodes.cli(0, &["CONFIG", "GET", "maxmemory"]).contains("268435456")
    });

    nodes.cli(0, &["ACL", "SETUSER", "other", "on", ">other", "allkeys", "allcommands"]);
    let blocked =
        "(kv-cli --no-auth-warning --user other -a other BLPOP nothing 0 >/dev/null 2>&1 &) ; sleep 1";
    docker(&["exec", &nodes.container(0), "bash", "-c", blocked]).ok();
    let sessions =
        || nodes.cli(0, &["CLIENT", "LIST"]).lines().filter(|line| line.contains("user=other")).count();
    assert_eq!(sessions(), 1);
    watch.rotate("app", "canary-app-2");
    watch.until("the new password is accepted", || login("canary-app-2"));
    assert!(!login("canary-app-1"));
    assert_eq!(sessions(), 1, "the other user's session goes on");

    watch.edit_spec(|spec| spec.replace("256mb", "512mb"));
    watch.until("the edited spec is applied", || {
        nodes.cli(0, &["CONFIG", "GET", "maxmemory"]).contains("536870912")
    });
    watch.edit_spec(|spec| spec.replace("mode: standalone", "mode: [standalone"));
    watch.until("the wrong spec is told", || watch.outcomes().last().is_some_and(|last| last == "failed"));
    nodes.cli(0, &["ACL", "DELUSER", "app"]);
    watch.until("the last good spec is in force", || login("canary-app-2"));
    assert!(watch.health().0, "{:?}", watch.health());
    watch.edit_spec(|spec| spec.replace("mode: [standalone", "mode: standalone"));
    watch.until("the right spec is told", || watch.outcomes().last().is_some_and(|last| last == "unchanged"));

    docker(&["stop", "--time", "5", &nodes.container(0)]).ok();
    watch.becomes_unwell();
    sleep(Duration::from_secs(10));
    docker(&["start", &nodes.container(0)]).ok();
    watch.becomes_well();
    nodes.cli(0, &["ACL", "DELUSER", "app"]);
    watch.until("the user is back", || login("canary-app-2"));
    let expected =
        ["changed", "changed", "changed", "changed", "changed", "failed", "changed", "unchanged", "failed"];
    assert_eq!(watch.outcomes().get(..9).unwrap_or_default(), expected);
    watch.terminate();
}

#[test]
fn the_password_of_the_provisioning_user_rotates_while_it_watches() {
    let nodes = Nodes::start(1, &[], &[]);
    let spec = "mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: next}\nbootstrapPassword: {secret: password}\n\
                users:\n  default: {passwords: [{secret: next}]}\n";
    let watch = beside(&nodes, spec).secret("next", PASSWORD).watch("2s");
    watch.rotate("next", "canary-next-88bb");
    watch.until("the new password is accepted", || {
        nodes.cli_as(0, "default", "canary-next-88bb", &["PING"]).stdout.trim() == "PONG"
    });
    assert!(nodes.cli_as(0, "default", PASSWORD, &["PING"]).stderr.contains("WRONGPASS"));
    watch.becomes_well();
    watch.terminate();
}

#[test]
fn an_edited_spec_and_a_rotated_secret_reach_every_node_of_a_cluster() {
    let nodes = Nodes::cluster(6);
    let users = "persist: false\nusers: {app: {passwords: [{secret: app}], rules: \"~* +@all\"}}\n";
    let watch = beside(&nodes, &(pairs(&nodes) + users)).secret("app", "canary-app-1").watch("2s");
    let logins = |password: &str| {
        (0..6).filter(|node| nodes.cli_as(*node, "app", password, &["PING"]).stdout.trim() == "PONG").count()
    };
    assert_eq!(logins("canary-app-1"), 6);
    watch.rotate("app", "canary-app-2");
    watch.until("the new password is accepted everywhere", || logins("canary-app-2") == 6);
    assert_eq!(logins("canary-app-1"), 0);
    watch.edit_spec(|spec| format!("{spec}config: {{maxmemory: 256mb}}\n"));
    watch.until("the edited spec is applied everywhere", || {
        nodes.each(&["CONFIG", "GET", "maxmemory"]).iter().all(|answer| answer.contains("268435456"))
    });
    // On one node alone.
    nodes.cli(4, &["ACL", "DELUSER", "app"]);
    watch.until("the user is back", || logins("canary-app-2") == 6);
    nodes.prove();
    watch.terminate();
}

/// Stops the nodes and starts them again at other addresses of the network, from this one on.
fn move_nodes(nodes: &Nodes, moved: &[usize], first: usize) {
    let before = nodes.addresses();
    for node in moved {
        let (container, alias) = (nodes.container(*node), format!("valkey-{node}"));
        docker(&["stop", "--time", "5", &container]).ok();
        docker(&["network", "disconnect", nodes.network(), &container]).ok();
        let network = before[*node].trim().rsplit_once('.').map_or("", |(network, _)| network);
        let address = format!("{network}.{}", first + node);
        docker(&["network", "connect", "--alias", &alias, "--ip", &address, nodes.network(), &container])
            .ok();
    }
    for node in moved {
        docker(&["start", &nodes.container(*node)]).ok();
    }
    let after = nodes.addresses();
    for node in moved {
        assert_ne!(before[*node], after[*node], "valkey-{node} has its old address");
    }
}

#[test]
fn a_cluster_whose_nodes_get_new_addresses_is_whole_within_an_interval() {
    let nodes = Nodes::cluster(6);
    let watch = beside(&nodes, &pairs(&nodes)).watch("2s");
    for (moved, first) in [(&[0, 1, 5][..], 100), (&[0, 1, 2, 3, 4, 5], 120)] {
        move_nodes(&nodes, moved, first);
        nodes.all_answer();
        watch.until("every node is known by its new address", || {
            let views = nodes.each(&["CLUSTER", "NODES"]);
            nodes
                .addresses()
                .iter()
                .all(|address| views.iter().all(|view| view.contains(&format!("{}:6379", address.trim()))))
        });
        watch.until("the cluster serves every slot", || {
            nodes.each(&["CLUSTER", "INFO"]).iter().all(|info| info.contains("cluster_state:ok"))
        });
        watch.becomes_well();
        nodes.prove();
    }
    watch.terminate();
}

#[test]
fn a_watch_that_is_killed_or_ended_in_a_pass_leaves_a_cluster_that_the_next_forms() {
    let nodes = Nodes::cluster(6);
    let start = || {
        let running = beside(&nodes, &pairs(&nodes)).args(&["watch", "--every", "2s"]).start();
        running.has_begun();
        running
    };
    let killed = start();
    killed.signal("KILL");
    assert_eq!(killed.wait().exit, 137);
    start().terminate();
    let watch = start();
    watch.becomes_well();
    nodes.prove();
    // While a node is away.
    docker(&["stop", "--time", "5", &nodes.container(5)]).ok();
    watch.becomes_unwell();
    watch.terminate();
}

/// Nothing is written, nothing is held, and nothing is said.
fn quiet_for(time: Duration) {
    let nodes = Nodes::cluster(3);
    let spec = format!(
        "mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\nusers:\n  app: {{passwords: [{{secret: app}}], rules: \"~* +@all\"}}\n",
        nodes.list()
    );
    let other = beside(&nodes, &spec).secret("app", "canary-app").watch("1s");
    let watch = beside(&nodes, &spec).secret("app", "canary-app").watch("1s");
    sleep(Duration::from_secs(10));
    nodes.reset_statistics();
    let counted: Vec<_> = (0..3).map(|node| nodes.mutations(node)).collect();
    watch.is_quiet(|| sleep(time));
    assert_eq!((0..3).map(|node| nodes.mutations(node)).collect::<Vec<_>>(), counted);
    assert_eq!(other.outcomes().len(), 1);
    watch.terminate();
    other.terminate();
}

#[test]
fn two_quiet_watches_change_nothing() {
    quiet_for(Duration::from_secs(15));
}

mod fault {
    use std::time::Duration;

    #[test]
    #[ignore = "ten minutes"]
    fn six_hundred_quiet_passes_change_nothing() {
        super::quiet_for(Duration::from_secs(600));
    }
}
