//! `export`: the spec of live nodes changes nothing on them, and makes equal nodes of empty ones.

use std::collections::BTreeMap;
use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD, QUICK};
use integration::{Init, eventually};

/// Passwords by user: whoever has one in an export and is not here gets another.
const PASSWORDS: [(&str, &str); 2] = [("app", "canary-app-11"), ("link", "canary-link-22")];

/// Quotes in rules and names need an ACL file.
const ACL_FILE: [&str; 2] = ["--env", "VALKEY_ACL_FILE=yes"];

const FULL: &str = r##"interpolate: true
users:
  app: {passwords: [{secret: app}], rules: "&app:* ~app:* %R~shared:* +@read +@write -@dangerous +config|get (~own:* +get)"}
  link: {passwords: [{secret: link}], rules: "+psync +sync +replconf +ping"}
  idle: {enabled: false, rules: "nopass ~* +get"}
  "yes": {enabled: false, rules: "-@all"}
  "ünï:'$${X}#{a}": {enabled: false, rules: "~it's:*:{x} +get"}
config: {maxmemory: 256mb, maxmemory-policy: allkeys-lru, notify-keyspace-events: KEA, slowlog-max-len: 256, save: "", lazyfree-lazy-expire: false, hz: 20}
functions:
  counters: {code: "#!lua name=counters\nredis.register_function('up', function(keys, args)\n  return redis.call('INCR', keys[1]) -- \"quoted\", $${not} {a: map}\nend)\n"}
"##;

fn spec(nodes: &Nodes, mode: &str, rest: &str) -> String {
    format!("mode: {mode}\nnodes: [{}]\npassword: {{secret: password}}\n{rest}", nodes.list())
}

fn export(nodes: &Nodes, mode: &str, args: &[&str]) -> String {
    let ended = nodes.init(&spec(nodes, mode, "")).args(&[&["export"], args].concat()).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    ended.stdout
}

/// A run with an exported spec, its secrets under the exported names.
fn with(page: &str, nodes: &Nodes) -> Init {
    let passwords = BTreeMap::from(PASSWORDS);
    let told =
        page.lines().filter_map(|line| line.strip_prefix("#   ")?.split_once(": a password of the user "));
    told.fold(nodes.init(page), |run, (name, user)| {
        run.secret(name, passwords.get(user).copied().unwrap_or("canary-other"))
    })
}

/// The page of nodes that were provisioned by a spec, which changes nothing there and makes nodes with the same page of
/// empty ones.
fn cloned(mode: &str, rest: &str, count: usize, start: impl Fn() -> Nodes) -> String {
    let a = start();
    let first = a.init(&spec(&a, mode, &format!("{rest}{FULL}")));
    first.secret("app", PASSWORDS[0].1).secret("link", PASSWORDS[1].1).run().expect(0, "changed");
    // A command that a replica receives from its primary counts there too.
    eventually("every node has the library", Duration::from_secs(30), || {
        (0..count).all(|node| a.cli(node, &["FUNCTION", "LIST"]).contains("counters"))
    });
    a.reset_statistics();
    let page = export(&a, mode, &[]);
    with(&page, &a).run().expect(0, "unchanged");
    assert_eq!(export(&a, mode, &[]), page, "the same again");
    for node in 0..count {
        assert_eq!(a.mutations(node).into_iter().collect::<Vec<_>>(), [], "{page}");
    }
    assert!(!page.contains("canary") && !page.contains(PASSWORD), "{page}");
    let b = start();
    with(&page, &b).run().expect(0, "changed");
    assert_eq!(export(&b, mode, &[]), page);
    with(&page, &b).run().expect(0, "unchanged");
    for line in [
        "#   app_password: a password of the user app\n",
        "  default: {passwords: [{secret: password}], rules: \"~* &* +@all\"}\n",
        "  idle: {enabled: false, rules: \"nopass ~* +get\"}\n",
        "  maxmemory: 268435456\n",
        "  notify-keyspace-events: ",
        "  counters:\n    code: |\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    page
}

#[test]
fn one_node_is_exported_and_cloned() {
    let page = cloned("standalone", "", 1, || Nodes::start(1, &[], &ACL_FILE));
    assert!(!page.contains("replicationUser") && !page.contains("announceHostnames"), "{page}");
}

#[test]
fn a_primary_with_replicas_is_exported_and_cloned() {
    let start = || Nodes::start(3, &[&QUICK[2..], &["--repl-ping-replica-period", "1"]].concat(), &ACL_FILE);
    let page = cloned("replication", "replicationUser: link\nannounceHostnames: true\n", 3, start);
    for line in ["announceHostnames: true\n", "replicationUser: link\n", "  repl-diskless-sync-delay: 0\n"] {
        assert!(page.contains(line), "{line}{page}");
    }
}

#[test]
fn a_cluster_is_exported_and_cloned() {
    let rest = "replicasPerPrimary: 1\nreplicationUser: link\nannounceHostnames: true\n";
    let settings = [&["--cluster-enabled", "yes"][..], &QUICK].concat();
    let page = cloned("cluster", rest, 6, || Nodes::start(6, &settings, &ACL_FILE));
    for line in ["replicasPerPrimary: 1\n", "announceHostnames: true\n", "  cluster-node-timeout: 1000\n"] {
        assert!(page.contains(line), "{line}{page}");
    }
}

/// Built-in state is not exported, by any release.
#[test]
fn a_new_server_has_nothing_but_its_first_password() {
    let nodes = Nodes::start(1, &[], &[]);
    let page = export(&nodes, "standalone", &[]);
    let sections = ["config:", "modules:", "functions:", "replicationUser:", "defaults are not known"];
    for section in sections {
        assert!(!page.contains(section), "{section}\n{page}");
    }
    assert!(
        page.contains("\nusers:\n  default: {passwords: [{secret: password}], rules: \"~* &* +@all\"}\n"),
        "{page}"
    );
}

#[test]
fn what_the_nodes_have_differently_is_told_and_a_part_is_a_part() {
    let nodes = Nodes::start(2, &QUICK[2..], &[]);
    nodes.init(&spec(&nodes, "replication", "")).run().expect(0, "changed");
    nodes.cli(0, &["ACL", "SETUSER", "half", "on", ">canary-half", "~*", "+get"]);
    nodes.cli(0, &["ACL", "SETUSER", "none", "on", "~*", "+get"]);
    nodes.cli(1, &["ACL", "SETUSER", "none", "on", "~*", "+get"]);
    nodes.cli(1, &["CONFIG", "SET", "maxmemory", "100mb"]);
    for node in 0..2 {
        nodes.cli(node, &["CONFIG", "SET", "timeout", "60"]);
    }
    let page = export(&nodes, "replication", &[]);
    for line in [
        "#   users.half: the nodes have it differently, or not all have it\n",
        "#   users.none: that it is enabled without having any password\n",
        "#   config.maxmemory: the nodes have it differently: write it under `config` of each node that differs\n",
        "  timeout: 60\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    assert!(!page.contains("canary"), "{page}");
    let part = export(&nodes, "replication", &["--only", "config=time*"]);
    assert!(part.contains("config:\n  timeout: 60\n") && !part.contains("users"), "{part}");
    with(&part, &nodes).run().expect(0, "unchanged");
}

/// An account of few rights exports what it may read, and says what it may not.
#[test]
fn an_account_that_may_not_read_everything_says_so() {
    let nodes = Nodes::start(1, &[], &[]);
    nodes
        .cli(0, &["ACL", "SETUSER", "reader", "on", ">canary-reader", "+info", "+acl|users", "+acl|getuser"]);
    let spec = spec(&nodes, "standalone", "user: reader\n").replace("password}", "reader}");
    let run = |args: &[&str]| nodes.init(&spec).secret("reader", "canary-reader").args(args).run();
    let ended = run(&["export"]);
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    for line in [
        "#   config: anything: the account that provisions may not send CONFIG GET\n",
        "#   functions: anything: the account that provisions may not send FUNCTION LIST\n",
        "  reader: {passwords: [{secret: reader}], rules: ",
    ] {
        assert!(ended.stdout.contains(line), "{line}{}", ended.stdout);
    }
    assert!(!ended.stdout.contains("canary"), "{}", ended.stdout);
}

#[test]
fn an_export_by_the_first_password_is_a_spec() {
    let nodes = Nodes::start(1, &[], &[]);
    let spec = format!(
        "mode: standalone\nnodes: [{}]\npassword: {{secret: new}}\nbootstrapPassword: {{secret: password}}\n",
        nodes.list()
    );
    let ended = nodes.init(&spec).secret("new", "canary-new").args(&["export"]).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    let validated = nodes.init(&ended.stdout).args(&["validate"]).run();
    assert_eq!(validated.exit, 0, "{}\n{}", validated.stdout, ended.stdout);
}
