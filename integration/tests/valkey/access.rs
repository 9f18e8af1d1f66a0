//! Rights that a run must not take away: those of the user that replicas log in as, and those that the next run needs.

use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD, QUICK};
use integration::{Ended, Init, docker, eventually};

use crate::{LAYOUT, pairs};

const NEXT: &str = "canary-next-88bb";

fn replication(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: replication\nnodes: [{}]\n{rest}", nodes.list());
    nodes.init(&spec).secret("next", NEXT).secret("link", "canary-link-99cc")
}

fn standalone(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\n{rest}");
    nodes.init(&spec).secret("next", NEXT).secret("admin", "canary-admin-11dd")
}

fn three(more: &[&str]) -> Nodes {
    Nodes::start(3, &[&QUICK[2..], more].concat(), &[])
}

/// Every link is cut from the primary's side and comes back.
fn links_come_back(nodes: &Nodes, password: &str, replicas: &[usize]) {
    cut_links(nodes, password, replicas);
    for node in replicas {
        eventually("the link comes back", Duration::from_secs(90), || is_linked(nodes, password, *node));
    }
}

/// The same in a cluster of pairs, where a replica may take the place of a primary that was restarted.
fn links_of_pairs_come_back(nodes: &Nodes, password: &str) {
    let all: Vec<usize> = (0..nodes.count()).collect();
    cut_links(nodes, password, &all);
    eventually("every replica has its link", Duration::from_secs(90), || {
        all.iter().filter(|node| is_linked(nodes, password, **node)).count() == nodes.count() / 2
    });
}

fn cut_links(nodes: &Nodes, password: &str, replicas: &[usize]) {
    for node in replicas {
        nodes.cli_as(*node, "default", password, &["CLIENT", "KILL", "TYPE", "primary"]);
        nodes.cli_as(*node, "default", password, &["CLIENT", "KILL", "TYPE", "master"]);
    }
}

fn is_linked(nodes: &Nodes, password: &str, node: usize) -> bool {
    let said = nodes.cli_as(node, "default", password, &["INFO", "replication"]).stdout;
    said.contains("master_link_status:up")
}

fn conflict(ended: &Ended, at: &str, words: &str) {
    let conflicts = &ended.report["conflicts"];
    assert_eq!(conflicts[0]["at"], at, "{}", ended.stdout);
    assert!(conflicts.to_string().contains(words), "{}", ended.stdout);
}

/// `masterauth` is a part of the rotation of whom the replicas log in as.
#[test]
fn a_rotation_of_default_takes_the_replicas_along() {
    let nodes = three(&[]);
    replication(&nodes, "password: {secret: password}\n").run().expect(0, "changed");
    let rotated = "password: {secret: next}\nbootstrapPassword: {secret: password}\nusers: {default: {passwords: [{secret: next}]}}\n";
    replication(&nodes, rotated).run().expect(0, "changed");
    links_come_back(&nodes, NEXT, &[1, 2]);
    nodes.lasts(|| replication(&nodes, rotated));
    links_come_back(&nodes, NEXT, &[1, 2]);
}

/// The same in a cluster, where a primary may be a replica tomorrow; and back again.
#[test]
fn a_rotation_of_default_takes_a_cluster_along() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    assert_eq!(nodes.layout(), LAYOUT);
    let spec = |new: &str, old: &str| {
        format!(
            "mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 1\npassword: {{secret: {new}}}\nbootstrapPassword: {{secret: {old}}}\n\
             users: {{default: {{passwords: [{{secret: {new}}}]}}}}\n",
            nodes.list()
        )
    };
    let run = |new, old| nodes.init(&spec(new, old)).secret("next", NEXT);
    run("next", "password").run().expect(0, "changed");
    links_of_pairs_come_back(&nodes, NEXT);
    nodes.lasts(|| run("next", "password"));
    run("password", "next").run().expect(0, "changed");
    links_of_pairs_come_back(&nodes, PASSWORD);
    nodes.lasts(|| run("password", "next"));
}

/// Whoever the replicas log in as may do so after the plan.
#[test]
fn what_would_end_replication_is_a_conflict() {
    let nodes = three(&[]);
    // Redis does not have it.
    for node in 0..3 {
        nodes.cli(node, &["CONFIG", "SET", "dual-channel-replication-enabled", "yes"]);
    }
    let dual = nodes.cli(0, &["CONFIG", "GET", "dual-channel-replication-enabled"]).contains("yes");
    replication(&nodes, "password: {secret: password}\n").run().expect(0, "changed");
    let admin = "user: admin\npassword: {secret: next}\nbootstrapPassword: {secret: password}\n";
    let make = "users:\n  admin: {passwords: [{secret: next}], rules: \"~* &* +@all\"}\n";
    let ended = replication(&nodes, &format!("{admin}{make}  default: {{enabled: false}}\n")).run();
    conflict(&ended.expect(4, "conflict"), "users.default.enabled", "replicationUser");
    let ended = replication(
        &nodes,
        &format!("{admin}{make}  default: {{passwords: [{{secret: password}}], rules: \"+get\"}}\n"),
    )
    .run();
    conflict(&ended.expect(4, "conflict"), "users.default.rules", "psync");
    let link = |rules: &str| {
        let link = format!(
            "  link: {{passwords: [{{secret: link}}], rules: \"{rules}\"}}\n  default: {{enabled: false}}\nreplicationUser: link\n"
        );
        replication(&nodes, &format!("{admin}{make}{link}"))
    };
    conflict(&link("+ping +replconf").run().expect(4, "conflict"), "users.link.rules", "psync");
    if dual {
        conflict(&link("+psync +ping +replconf").run().expect(4, "conflict"), "users.link.rules", "sync");
    }
    assert!(!nodes.cli(0, &["ACL", "LIST"]).contains("admin"), "written before it was checked");

    let whole = || link("+psync +sync +replconf +ping");
    whole().run().expect(0, "changed");
    nodes.lasts(whole);
}

/// A link that is up may be older than a login that is refused now.
#[test]
fn a_link_that_would_not_come_back_is_told() {
    let nodes = three(&[]);
    replication(&nodes, "password: {secret: password}\n").run().expect(0, "changed");
    for node in 0..3 {
        nodes.cli(node, &["CONFIG", "SET", "requirepass", NEXT]);
    }
    let ended = replication(&nodes, "password: {secret: next}\n").run().expect(76, "failed");
    assert!(ended.error().contains("refuses the login that it uses"), "{}", ended.stdout);
    // With its password declared, it is mended.
    let declared = "password: {secret: next}\nusers: {default: {passwords: [{secret: next}]}}\n";
    replication(&nodes, declared).run().expect(0, "changed");
    links_come_back(&nodes, NEXT, &[1, 2]);
    nodes.lasts(|| replication(&nodes, declared));
}

/// The user that logs in keeps what the next run needs.
#[test]
fn rules_that_would_end_the_next_run_are_a_conflict() {
    let nodes = Nodes::start(1, &[], &[]);
    let before = nodes.cli(0, &["ACL", "LIST"]);
    for rules in [
        "~* &* +@all -@admin",
        "-@all",
        "+@all -config",
        "+@all -acl|setuser",
        "+@all -config|rewrite",
        "nocommands +info",
    ] {
        let spec = format!(
            "password: {{secret: password}}\nusers: {{default: {{passwords: [{{secret: password}}], rules: \"{rules}\"}}}}\nconfig: {{hz: 20}}\n"
        );
        let ended = standalone(&nodes, &spec).run().expect(4, "conflict");
        conflict(&ended, "users.default.rules", "the next run could not do its work");
    }
    assert_eq!(nodes.cli(0, &["ACL", "LIST"]), before);
    // A successor that does not exist is tried before anything is written.
    let spec = "user: nobody\npassword: {secret: next}\nbootstrapPassword: {secret: password}\nusers:\n  default: {enabled: false}\n  app: {passwords: [{secret: admin}], rules: \"+get\"}\n";
    let ended = standalone(&nodes, spec).run().expect(77, "failed");
    assert!(ended.error().contains("WRONGPASS"), "{}", ended.stdout);
    assert_eq!(nodes.cli(0, &["ACL", "LIST"]), before);
}

/// The usual first line of an ACL file, on a server that is open: the run makes its own user and closes the other.
#[test]
fn an_open_server_is_closed_by_the_user_that_stays() {
    for (file, bootstrap) in [("no", ""), ("yes", ""), ("no", "bootstrapPassword: {secret: password}\n")] {
        let nodes = Nodes::start(
            1,
            &[],
            &["--env", "VALKEY_PASSWORD_FILE=", "--env", &format!("VALKEY_ACL_FILE={file}")],
        );
        assert_eq!(nodes.cli_as(0, "default", "", &["PING"]).stdout.trim(), "PONG");
        let spec = format!(
            "user: admin\npassword: {{secret: admin}}\n{bootstrap}users:\n  admin: {{passwords: [{{secret: admin}}], rules: \"~* &* +@all\"}}\n  \
             default: {{enabled: false, rules: \"-@all\"}}\n"
        );
        let run = || standalone(&nodes, &spec);
        run().run().expect(0, "changed");
        nodes.lasts(run);
        let container = nodes.container(0);
        let anybody = docker(&["exec", &container, "kv-cli", "PING"]).stdout;
        assert!(anybody.contains("NOAUTH"), "{anybody}");
        let list = nodes.cli_as(0, "admin", "canary-admin-11dd", &["ACL", "LIST"]).stdout;
        let default = list.lines().find(|line| line.contains("user default")).unwrap_or_default();
        assert!(default.contains(" off ") && !default.contains("nopass"), "{list}");
    }
}

/// The least permissions of the account: it applies, applies again, rotates its own password and another's, and applies again.
#[test]
fn a_rerun_passes_where_the_first_run_passed() {
    let rights = "+@connection +info +config|get +config|set +config|rewrite +acl +replicaof +function";
    for file in ["no", "yes"] {
        let nodes = Nodes::start(1, &[], &["--env", &format!("VALKEY_ACL_FILE={file}")]);
        nodes.cli(0, &["ACL", "SETUSER", "admin", "on", ">canary-admin-11dd"]);
        let set = [&["ACL", "SETUSER", "admin"][..], &rights.split(' ').collect::<Vec<_>>()].concat();
        assert_eq!(nodes.cli(0, &set).trim(), "OK");
        let spec = |password: &str, more: &str| {
            format!(
                "user: admin\npassword: {{secret: {password}}}\n{more}config: {{hz: 20}}\nusers:\n  admin: {{passwords: [{{secret: {password}}}{}], rules: \"{rights}\"}}\n  \
                 default: {{enabled: false}}\n  app: {{passwords: [{{secret: {password}}}], rules: \"~app:* +get\"}}\n",
                if password == "admin" { ", {secret: next}" } else { "" }
            )
        };
        let first = || standalone(&nodes, &spec("admin", ""));
        first().run().expect(0, "changed");
        nodes.lasts(first);
        let rotated = || standalone(&nodes, &spec("next", ""));
        rotated().run().expect(0, "changed");
        nodes.lasts(rotated);
    }
}

/// A server that does not know the first command of other clients is logged in to without it.
#[test]
fn a_server_without_hello_is_provisioned_and_gives_nothing_away() {
    let scratch = integration::Scratch::new();
    scratch.file("hello.conf", b"rename-command HELLO \"\"\n");
    let volume = format!("{}:/etc/hello.conf:ro", scratch.path().join("hello.conf").display());
    let nodes = Nodes::start(1, &["--include", "/etc/hello.conf"], &["--volume", &volume]);
    let spec = "password: {secret: password}\nusers: {app: {passwords: [{secret: next}], rules: \"+get\"}}\nconfig: {hz: 20}\n";
    let run = || standalone(&nodes, spec).args(&["--log", "trace"]);
    let ended = run().run().expect(0, "changed");
    nodes.lasts(run);
    let wrong =
        standalone(&nodes, "password: {secret: next}\n").args(&["--log", "trace"]).run().expect(77, "failed");
    for text in [ended.stdout, ended.log, wrong.stdout, wrong.log] {
        assert!(!text.contains(PASSWORD) && !text.contains(NEXT), "{text}");
    }
}
