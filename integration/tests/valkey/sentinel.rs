//! A primary, its replicas, and Sentinels that replace it.

mod failovers;
mod hostile;
mod secured;

use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD, QUICK, Sentinels};
use integration::{Init, docker, eventually};

const NEXT: &str = "canary-next-88bb";
/// The least content of a Sentinel's first file.
const PORT: &str = "port 26379";

fn nodes(count: usize) -> Nodes {
    Nodes::start(count, &[&QUICK[2..], &["--repl-ping-replica-period", "1"]].concat(), &[])
}

fn spec(nodes: &Nodes, sentinels: &Sentinels<'_>, rest: &str) -> String {
    format!(
        "mode: sentinel\nnodes: [{}]\npassword: {{secret: password}}\nannounceHostnames: true\n\
         sentinels:\n  nodes: [{}]\n  monitor: main\n  downAfterMilliseconds: 1500\n  failoverTimeout: 6000\n  \
         resolveHostnames: true\n  announceHostnames: true\n{rest}",
        nodes.list(),
        sentinels.list()
    )
}

/// A spec whose Sentinels wait longer than a restart takes, so that the only failovers are those that the test asks for.
fn patient_spec(nodes: &Nodes, sentinels: &Sentinels<'_>, rest: &str) -> String {
    spec(nodes, sentinels, rest).replace("downAfterMilliseconds: 1500", "downAfterMilliseconds: 30000")
}

/// A run from the network itself: it outlasts every node.
fn run(nodes: &Nodes, spec: &str) -> Init {
    let init = Init::new("valkey-init", spec).network(nodes.network());
    init.secret("password", PASSWORD).secret("next", NEXT).secret("watch", "canary-watch-11cc")
}

fn role(nodes: &Nodes, node: usize) -> String {
    let said = nodes.cli(node, &["INFO", "replication"]);
    said.lines().find_map(|line| line.trim().strip_prefix("role:")).unwrap_or_default().to_owned()
}

/// From nothing to a failover and back: the Sentinels are told once, and their word is right from then on.
#[test]
fn the_primary_is_the_one_that_the_sentinels_name() {
    let nodes = nodes(3);
    let sentinels = nodes.sentinels(3, PORT, &[]);
    let spec = spec(&nodes, &sentinels, "  authPassword: {secret: password}\nrequire: majority\n");
    run(&nodes, &spec).run().expect(0, "changed");
    assert_eq!((0..3).map(|s| sentinels.primary(s)).collect::<Vec<_>>(), ["valkey-0:6379"; 3]);
    let option = |name: &str| (0..3).map(|s| sentinels.field(s, name)).collect::<Vec<_>>();
    assert_eq!(option("quorum"), ["2"; 3]);
    assert_eq!(option("down-after-milliseconds"), ["1500"; 3]);
    assert_eq!(option("parallel-syncs"), ["1"; 3], "what the spec does not name is theirs");
    assert_eq!(option("num-slaves"), ["2"; 3]);

    let (told, files) = (sentinels.told(0), sentinels.file(0));
    nodes.reset_statistics();
    run(&nodes, &spec).run().expect(0, "unchanged");
    assert_eq!((sentinels.told(0), sentinels.file(0)), (told, files));
    assert!((0..3).all(|node| nodes.mutations(node).is_empty()));

    let page = run(&nodes, &spec).args(&["export"]).run();
    assert_eq!(page.exit, 0, "{}", page.log);
    assert!(page.stdout.contains("monitor: main") && page.stdout.contains("quorum 2"), "{}", page.stdout);
    run(&nodes, &page.stdout).run().expect(0, "unchanged");

    // The primary is gone: nothing is to be done but by the Sentinels.
    nodes.cli(0, &["SET", "key", "1"]);
    docker(&["kill", &nodes.container(0)]).ok();
    let ended = run(&nodes, &spec).run().expect(0, "unchanged");
    assert!(ended.log.contains("valkey-0:6379"), "{}", ended.log);
    let primary = sentinels.primary(1);
    assert_ne!(primary, "valkey-0:6379");
    // It is back as a primary with keys of its own, until they make it a replica.
    docker(&["start", &nodes.container(0)]).ok();
    nodes.all_answer();
    let ended = run(&nodes, &spec).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert_eq!((role(&nodes, 0).as_str(), sentinels.primary(2)), ("slave", primary.clone()));
    run(&nodes, &spec).run().expect(0, "unchanged");

    // A Sentinel that has forgotten everything is told again, and by the word of the others.
    sentinels.lose(2);
    sentinels.run(2);
    sentinels.all_answer();
    let ended = run(&nodes, &spec).run().expect(0, "changed");
    let changes = ended.report["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change.to_string().contains("sentinel-2")), "{}", ended.stdout);
    assert_eq!(sentinels.primary(2), primary);

    nodes.restart();
    sentinels.restart();
    let ended = run(&nodes, &spec).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    run(&nodes, &spec).run().expect(0, "unchanged");
}

/// No moment in which the nodes refuse what the Sentinels have, and none of the passwords in any output.
#[test]
fn a_password_that_rotates_reaches_the_sentinels_before_the_old_one_ends() {
    let nodes = nodes(2);
    let sentinels = nodes.sentinels(2, PORT, &[]);
    let first = spec(&nodes, &sentinels, "  authPassword: {secret: password}\n");
    run(&nodes, &first).run().expect(0, "changed");
    let told = sentinels.told(0);

    let users = "  authPassword: {secret: next}\nusers: {default: {passwords: [{secret: next}], rules: \"~* &* +@all\"}}\n\
                 bootstrapPassword: {secret: password}\n";
    let second = spec(&nodes, &sentinels, users)
        .replace("password: {secret: password}\nannounce", "password: {secret: next}\nannounce");
    let ended = run(&nodes, &second).run().expect(0, "changed");
    let kinds: Vec<&str> =
        ended.report["changes"].as_array().unwrap().iter().map(|c| c["op"].as_str().unwrap()).collect();
    let expected = [
        "alter_user",
        "alter_user",
        "set_config",
        "set_config",
        "set_monitor",
        "set_monitor",
        "alter_user",
        "alter_user",
    ];
    assert_eq!(kinds, expected, "{}", ended.stdout);
    assert!(sentinels.told(0) > told);
    let refused = nodes.cli(0, &["PING"]);
    assert!(refused.contains("WRONGPASS") || refused.contains("NOAUTH"), "{refused}");
    run(&nodes, &second).run().expect(0, "unchanged");

    let down = |s: usize| sentinels.log(s).contains("+sdown");
    assert!(!(0..2).any(down), "{}", sentinels.log(0));

    // Every connection is made anew, and after a restart too.
    for node in 0..2 {
        nodes.cli_as(node, "default", NEXT, &["CLIENT", "KILL", "TYPE", "normal"]);
        nodes.cli_as(node, "default", NEXT, &["CLIENT", "KILL", "TYPE", "pubsub"]);
    }
    sentinels.restart();
    run(&nodes, &second).run().expect(0, "unchanged");
    assert_eq!(sentinels.field(0, "flags"), "master");
    for said in [ended.stdout, ended.log, sentinels.log(0), sentinels.log(1)] {
        assert!(!said.contains("canary-"), "{said}");
    }

    // A Sentinel with another password shows it once its link is new.
    sentinels.cli(1, &["SENTINEL", "SET", "main", "auth-pass", "another"]);
    eventually("the Sentinel is refused", Duration::from_secs(10), || {
        sentinels.field(1, "flags").contains("s_down")
    });
    let ended = run(&nodes, &second).run().expect(0, "changed");
    assert!(ended.stdout.contains("set_monitor") && !ended.stdout.contains("alter_user"), "{}", ended.stdout);
    eventually("the Sentinel is well", Duration::from_secs(10), || sentinels.field(1, "flags") == "master");
}

/// Sentinels with users and passwords of their own, towards each other too, and a user of the nodes that may do no more than
/// they need.
#[test]
fn sentinels_have_users_of_their_own_and_one_at_the_nodes() {
    let nodes = nodes(2);
    let sentinels = nodes.sentinels(2, PORT, &[]);
    let watcher = "~nothing allchannels +ping +info +subscribe +publish +multi +exec +slaveof +config|rewrite \
                   +client|setname +client|kill +script|kill";
    let rest = format!(
        "  authUser: watcher\n  authPassword: {{secret: watch}}\n  sentinelUser: peer\n  sentinelPassword: {{secret: next}}\n  \
         user: admin\n  password: {{secret: next}}\n  users:\n    \
         admin: {{passwords: [{{secret: next}}], rules: \"+@all\"}}\n    \
         peer: {{passwords: [{{secret: next}}], rules: \"allchannels +auth +client|setname +ping +publish +sentinel\"}}\n    \
         default: {{enabled: false}}\n\
         users: {{watcher: {{passwords: [{{secret: watch}}], rules: \"{watcher}\"}}}}\n"
    );
    let spec = patient_spec(&nodes, &sentinels, &rest);
    run(&nodes, &spec).run().expect(0, "changed");
    run(&nodes, &spec).run().expect(0, "unchanged");
    let as_admin = |s: usize, args: &[&str]| sentinels.cli_as(s, "admin", NEXT, args).stdout;
    assert!(sentinels.cli(0, &["PING"]).contains("NOAUTH"));
    assert!(as_admin(0, &["SENTINEL", "CKQUORUM", "main"]).starts_with("OK 2 usable"));
    let clients = nodes.cli(1, &["CLIENT", "LIST", "TYPE", "pubsub"]);
    assert_eq!(clients.matches("user=watcher").count(), 2, "{clients}");
    nodes.restart();
    sentinels.restart();
    run(&nodes, &spec).run().expect(0, "unchanged");
    // The failover that this user is for.
    assert_eq!(as_admin(0, &["SENTINEL", "FAILOVER", "main"]).trim(), "OK");
    let named = || as_admin(1, &["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"]);
    eventually("the other node is the primary", Duration::from_secs(30), || named().contains("valkey-1"));
    let ended = run(&nodes, &spec).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert_eq!((role(&nodes, 0).as_str(), role(&nodes, 1).as_str()), ("slave", "master"));

    // An account that may only look is told what it lacks before anything is sent.
    let see = "+ping +info +acl +sentinel|master +sentinel|myid +sentinel|ckquorum +sentinel|config";
    let set =
        [&["ACL", "SETUSER", "looker", "on", ">canary-watch-11cc"][..], &see.split(' ').collect::<Vec<_>>()]
            .concat();
    as_admin(0, &set);
    as_admin(1, &set);
    let files = sentinels.file(0);
    let looker =
        spec.replace("user: admin\n  password: {secret: next}", "user: looker\n  password: {secret: watch}");
    run(&nodes, &looker).run().expect(0, "unchanged");
    let ended = run(&nodes, &looker.replace("30000", "25000")).run().expect(77, "failed");
    assert!(ended.error().contains("SENTINEL SET") && ended.error().contains("NOPERM"), "{}", ended.stdout);
    assert_eq!(sentinels.file(0), files);
}

/// A difference that only a RESET could mend is a conflict, and nothing is sent.
#[test]
fn what_a_sentinel_says_otherwise_is_left_to_a_person() {
    let nodes = nodes(2);
    // As packages ship it.
    let sentinels = nodes.sentinels(1, "port 26379\nsentinel monitor main 127.0.0.1 6379 2", &[]);
    let spec = spec(&nodes, &sentinels, "  authPassword: {secret: password}\n");
    let ended = run(&nodes, &spec).run().expect(4, "conflict");
    let conflicts = ended.report["conflicts"].to_string();
    assert!(conflicts.contains("sentinels.nodes[0]") && conflicts.contains("127.0.0.1:6379"), "{conflicts}");
    assert!(nodes.cli(1, &["INFO", "replication"]).contains("role:master"), "nothing was sent");
    assert_eq!(sentinels.cli(0, &["SENTINEL", "REMOVE", "main"]).trim(), "OK");

    // A name is taken only by one that looks up names.
    let without = spec.replace("  resolveHostnames: true\n  announceHostnames: true\n", "");
    let ended = run(&nodes, &without).run().expect(76, "failed");
    assert!(ended.error().contains("resolve-hostnames"), "{}", ended.stdout);
    assert!(nodes.cli(1, &["INFO", "replication"]).contains("role:master"), "nothing was sent");

    // The login that the nodes ask for.
    let ended = run(&nodes, &spec.replace("  authPassword: {secret: password}\n", ""))
        .args(&["--timeout", "60s"])
        .run();
    let ended = ended.expect(76, "failed");
    assert!(ended.report["error"]["remedy"].to_string().contains("authPassword"), "{}", ended.stdout);
    run(&nodes, &spec).run().expect(0, "changed");
    let ended =
        run(&nodes, &spec.replace("authPassword: {secret: password}", "authPassword: {secret: next}")).run();
    let ended = ended.expect(76, "failed");
    assert!(ended.error().contains("refuses the login that the spec gives"), "{}", ended.stdout);

    // A server that is no Sentinel, and a value that would not be read again.
    let other = format!(
        "mode: sentinel\nnodes: [valkey-0:6379, valkey-1:6379]\npassword: {{secret: password}}\n\
         sentinels: {{nodes: [\"{}:6379\"], monitor: main, password: {{secret: password}}}}\n",
        nodes.container(1)
    );
    let ended = run(&nodes, &other).run().expect(76, "failed");
    assert!(ended.error().contains("it is no Sentinel"), "{}", ended.stdout);
    let ended = run(&nodes, &spec).secret("password", "two words").run().expect(78, "failed");
    assert!(ended.error().contains("would not start again"), "{}", ended.stdout);
}

/// A minority of the Sentinels may be away while nothing is to be changed.
#[test]
fn a_minority_of_the_sentinels_may_be_away() {
    let nodes = nodes(2);
    let sentinels = nodes.sentinels(3, PORT, &[]);
    let rest = "  authPassword: {secret: password}\nrequire: majority\n";
    let spec = spec(&nodes, &sentinels, rest);
    run(&nodes, &spec).run().expect(0, "changed");
    docker(&["kill", &sentinels.container(1)]).ok();
    let ended = run(&nodes, &spec).run().expect(0, "unchanged");
    assert!(ended.log.contains("sentinel-1:26379"), "{}", ended.log);
    let ended =
        run(&nodes, &spec.replace("1500", "2500")).args(&["--timeout", "5s"]).run().expect(69, "failed");
    assert!(ended.error().contains("sentinel-1:26379"), "{}", ended.stdout);
    let all = spec.replace("require: majority\n", "");
    let ended = run(&nodes, &all).args(&["--timeout", "5s"]).run().expect(69, "failed");
    assert!(ended.error().contains("sentinel-1:26379"), "{}", ended.stdout);
    docker(&["kill", &sentinels.container(2)]).ok();
    let ended = run(&nodes, &spec).args(&["--timeout", "5s"]).run().expect(69, "failed");
    assert!(ended.error().contains("sentinel-"), "{}", ended.stdout);
}
