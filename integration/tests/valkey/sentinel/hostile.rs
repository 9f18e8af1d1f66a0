//! Peers that say they are Sentinels, beside real nodes: nothing that they say of a primary changes a node.

use std::time::Duration;

use integration::valkey::{FalseSentinel, Nodes, fields};
use integration::{Ended, STEERING, shows_no_controls};

use super::run;

fn spec(nodes: &Nodes, sentinels: &[FalseSentinel]) -> String {
    let list: Vec<String> = sentinels.iter().map(|sentinel| format!("hostile:{}", sentinel.port())).collect();
    format!(
        "mode: sentinel\nnodes: [{}]\npassword: {{secret: password}}\nannounceHostnames: true\n\
         sentinels: {{nodes: [{}], monitor: main, downAfterMilliseconds: 1500, authPassword: {{secret: password}}}}\n",
        nodes.list(),
        list.join(", ")
    )
}

/// A run against nodes that are right, and these Sentinels.
fn told(nodes: &Nodes, sentinels: &[FalseSentinel], args: &[&str]) -> Ended {
    let init = run(nodes, &spec(nodes, sentinels)).docker(&["--add-host", "hostile:host-gateway"]);
    init.docker(&["--memory", "64m", "--memory-swap", "64m"]).args(&["--timeout", "60s"]).args(args).run()
}

/// A monitor of this address, by a failover of this epoch.
fn monitor(host: &str, port: &str, epoch: &str) -> String {
    fields(&[
        "name",
        "main",
        "ip",
        host,
        "port",
        port,
        "flags",
        "master",
        "last-ok-ping-reply",
        "5",
        "last-ping-reply",
        "5",
        "down-after-milliseconds",
        "1500",
        "quorum",
        "1",
        "config-epoch",
        epoch,
        "num-slaves",
        "1",
        "num-other-sentinels",
        "0",
    ])
}

fn replicas(nodes: &Nodes) {
    let follow = ["REPLICAOF", "valkey-0", "6379"];
    assert_eq!(nodes.cli(1, &follow).trim(), "OK");
    nodes.reset_statistics();
}

/// Each form of a wrong answer, and each lie, by one Sentinel alone.
#[test]
fn what_a_false_sentinel_says_changes_no_node() {
    let nodes = super::nodes(2);
    replicas(&nodes);
    let many = (0..100_000).map(|_| "$1\r\na\r\n").collect::<String>();
    let answers = [
        // No answers at all, or of another form.
        ("*-1\r\n".to_owned(), 76),
        ("+OK\r\n".to_owned(), 76),
        (":7\r\n".to_owned(), 76),
        ("*0\r\n".to_owned(), 76),
        (fields(&["name", "main", "ip"]), 76),
        (fields(&["ip", "valkey-0", "port", "sixty"]), 76),
        (monitor("valkey-0", "99999999999999999999", "0"), 76),
        ("*4\r\n*1\r\n*1\r\n*0\r\n$1\r\na\r\n:5\r\n_\r\n".to_owned(), 76),
        (format!("*100000\r\n{many}"), 76),
        ("$2147483647\r\n".to_owned(), 76),
        ("-NOPERM this user has no permissions to run the 'sentinel|master' command\r\n".to_owned(), 77),
        // A primary that is none of the nodes, one that is nowhere, and the replica.
        (monitor("10.9.9.9", "6379", "0"), 4),
        (monitor("", "0", "0"), 4),
        (monitor("valkey-1", "6379", "18446744073709551615"), 4),
        (monitor(STEERING, "6379", "1"), 4),
    ];
    for (answer, exit) in answers {
        let sentinel = [FalseSentinel::new(&[
            ("SENTINEL MASTER", answer.clone()),
            ("SENTINEL CKQUORUM", "+OK\r\n".to_owned()),
        ])];
        let shown: String = answer.chars().take(200).collect();
        let ended =
            told(&nodes, &sentinel, &["--format", "text", "--log-format", "text", "--color", "never"]);
        assert_eq!(ended.exit, exit, "{shown}: {}\n{}", ended.stdout, ended.log);
        assert!(ended.is_in_time(Duration::from_secs(60)), "{shown}: {:?}", ended.took);
        shows_no_controls(&ended.stdout);
        shows_no_controls(&ended.log);
        assert_eq!(sentinel[0].mutations(), Vec::<String>::new(), "{shown}");
        for node in 0..2 {
            assert!(nodes.mutations(node).is_empty(), "{shown}: {:?}", nodes.mutations(node));
        }
    }
    assert_eq!((super::role(&nodes, 0).as_str(), super::role(&nodes, 1).as_str()), ("master", "slave"));
}

/// One of three that lies: the others' word does not count for less, and nothing is changed.
#[test]
fn a_false_sentinel_among_others_changes_no_node() {
    let nodes = super::nodes(2);
    replicas(&nodes);
    let sentinel = |host: &str, epoch: &str| {
        FalseSentinel::new(&[
            ("SENTINEL MASTER", monitor(host, "6379", epoch)),
            ("SENTINEL CKQUORUM", "+OK\r\n".to_owned()),
        ])
    };
    for lie in [sentinel("valkey-1", "9"), sentinel("10.9.9.9", "9")] {
        let sentinels = [sentinel("valkey-0", "3"), lie, sentinel("valkey-0", "3")];
        let ended = told(&nodes, &sentinels, &[]).expect(4, "conflict");
        assert!(ended.report["conflicts"].to_string().contains("sentinels"), "{}", ended.stdout);
        for node in 0..2 {
            assert!(nodes.mutations(node).is_empty(), "{:?}", nodes.mutations(node));
        }
        assert!(sentinels.iter().all(|sentinel| sentinel.mutations().is_empty()));
    }
}

/// A Sentinel that repeats what it is told, and that tells passwords as its own.
#[test]
fn a_false_sentinel_gets_no_password_into_any_output() {
    let nodes = super::nodes(2);
    replicas(&nodes);
    let secret = integration::valkey::PASSWORD;
    for answers in [
        vec![("SENTINEL SET", format!("-ERR {secret} is what I was told\r\n"))],
        vec![("SENTINEL MONITOR", format!("-ERR {secret} is what I was told\r\n"))],
        vec![("SENTINEL MASTER", monitor(secret, "6379", "1"))],
        vec![("INFO", format!("-ERR {secret}\r\n"))],
    ] {
        let ended = told(&nodes, &[FalseSentinel::new(&answers)], &["--log", "trace"]);
        assert_ne!(ended.exit, 0, "{}", ended.stdout);
        assert!(
            !ended.stdout.contains(secret) && !ended.log.contains(secret),
            "{}\n{}",
            ended.stdout,
            ended.log
        );
    }
}
