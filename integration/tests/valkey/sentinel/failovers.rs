//! Failovers while a run goes on, and a watch beside Sentinels.

use std::thread::sleep;
use std::time::Duration;

use integration::valkey::{Nodes, Sentinels};
use integration::{Ended, docker, eventually};

use super::{NEXT, PORT, role, run, spec};

const REST: &str = "  authPassword: {secret: password}\n";

/// Has the Sentinels replace the primary, which takes them some seconds.
fn begin_failover(sentinels: &Sentinels<'_>) {
    eventually("a failover may begin", Duration::from_secs(60), || {
        sentinels.cli(0, &["SENTINEL", "FAILOVER", "main"]).trim() == "OK"
    });
}

fn roles(nodes: &Nodes) -> Vec<String> {
    (0..nodes.count()).map(|node| role(nodes, node)).collect()
}

fn is_well(ended: &Ended) {
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
}

/// A run with something to write to each node and each Sentinel, and a failover that begins at each of several moments of it:
/// the run ends well, and everything that it was to write is there, on the new primary too.
#[test]
fn a_failover_in_the_middle_of_a_run_is_waited_for() {
    let nodes = super::nodes(3);
    let sentinels = nodes.sentinels(3, PORT, &[]);
    let text = spec(&nodes, &sentinels, REST);
    run(&nodes, &text).run().expect(0, "changed");
    for (pass, delay) in [0, 30, 80, 200, 600].into_iter().enumerate() {
        let users =
            format!("users: {{app: {{passwords: [{{secret: next}}], rules: \"~{pass}:* +@all\"}}}}\n");
        let functions = format!(
            "functions: {{lib{pass}: {{code: \"#!lua name=lib{pass}\\nredis.register_function('f{pass}', function() return 1 end)\"}}}}\n"
        );
        let more = text.replace("1500", &format!("{}", 1600 + pass)) + &users + &functions;
        let running = run(&nodes, &more).start();
        sleep(Duration::from_millis(delay));
        begin_failover(&sentinels);
        is_well(&running.wait());
        let ended = run(&nodes, &more).run();
        is_well(&ended);
        run(&nodes, &more).run().expect(0, "unchanged");
        let primary = sentinels.primary(0);
        let roles = roles(&nodes);
        assert_eq!(
            roles.iter().filter(|role| role.as_str() == "master").count(),
            1,
            "after {delay} ms: {roles:?}"
        );
        for (node, role) in roles.iter().enumerate() {
            assert_eq!(format!("valkey-{node}:6379") == primary, role == "master", "after {delay} ms");
            let access = nodes.cli_as(node, "app", NEXT, &["GET", &format!("{pass}:key")]).stdout;
            assert_eq!(access.trim(), "", "after {delay} ms");
            assert!(
                nodes.cli(node, &["FUNCTION", "LIST"]).contains(&format!("lib{pass}")),
                "after {delay} ms"
            );
        }
    }
}

/// The first run of all, with a failover while the Sentinels are told.
#[test]
fn a_failover_in_the_middle_of_the_first_run_is_waited_for() {
    let nodes = super::nodes(3);
    let sentinels = nodes.sentinels(3, PORT, &[]);
    let text = spec(&nodes, &sentinels, REST);
    let running = run(&nodes, &text).start();
    begin_failover(&sentinels);
    is_well(&running.wait());
    is_well(&run(&nodes, &text).run());
    run(&nodes, &text).run().expect(0, "unchanged");
    assert_eq!(roles(&nodes).iter().filter(|role| *role == "master").count(), 1);
}

/// A watch leaves failovers to the Sentinels, and mends what somebody else changes in them.
#[test]
fn a_watch_beside_sentinels_mends_drift_and_leaves_failovers_to_them() {
    let nodes = super::nodes(3);
    let sentinels = nodes.sentinels(3, PORT, &[]);
    let text = spec(&nodes, &sentinels, &format!("{REST}  quorum: 2\nrequire: majority\n"));
    let watch = run(&nodes, &text).watch("2s");
    sentinels.cli(1, &["SENTINEL", "SET", "main", "quorum", "1"]);
    watch.until("the quorum is back", || sentinels.field(1, "quorum") == "2");

    nodes.cli(0, &["SET", "key", "1"]);
    docker(&["kill", &nodes.container(0)]).ok();
    watch.until("another node is the primary", || sentinels.primary(1) != "valkey-0:6379");
    let primary = sentinels.primary(1);
    let writes = sentinels.told(0);
    watch.becomes_well();
    docker(&["start", &nodes.container(0)]).ok();
    nodes.all_answer();
    watch.until("the old primary is a replica", || role(&nodes, 0) == "slave");
    sleep(Duration::from_secs(6));
    watch.becomes_well();
    assert_eq!((sentinels.primary(0), sentinels.told(0)), (primary.clone(), writes));

    sentinels.lose(2);
    sentinels.run(2);
    watch.until("the Sentinel is told again", || sentinels.primary(2) == primary);
    watch.becomes_well();
    let failed = watch.outcomes().iter().filter(|outcome| *outcome == "failed").count();
    assert!(failed <= 2, "{:?}", watch.outcomes());
    let conflicts = watch.outcomes().iter().any(|outcome| outcome == "conflict");
    assert!(!conflicts, "{:?}", watch.reports());
    watch.terminate();
    run(&nodes, &text).run().expect(0, "unchanged");
}
