//! The fault suite: every request cut in turn, the controller killed, the brokers restarted, and ten thousand topics.

use std::collections::BTreeMap;
use std::time::Duration;

use integration::{Cut, Ended, docker, eventually};

use crate::{CONTAINERS, admin, init, tool};

/// More than one run sends.
const MOST_REQUESTS: usize = 60;
const ROUNDS: usize = 10;
const TOPICS: usize = 200;

/// Something of each kind: a topic to grow and to configure, a new one, a user, an ACL, a quota, a broker config.
fn spec_of_cut(number: usize, port: u16) -> String {
    format!(
        "bootstrap: [kafka-cut:{port}]
sasl: {{mechanism: PLAIN, username: admin, password: {{secret: admin_password}}}}
probe:
  bootstrap: [kafka-1:19092]
  tls: {{ca: {{file: /pki/ca.pem}}}}
topics:
  cut-{number}-old: {{partitions: 2, config: {{retention.ms: 1000}}}}
  cut-{number}-new: {{partitions: 2, replicationFactor: 3}}
users: {{cut-{number}: {{mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {{secret: password}}}}}}
acls: [{{principal: \"User:cut-{number}\", allow: [read, write], topic: cut-{number}-new}}]
quotas: [{{user: cut-{number}, producerByteRate: 1000}}]
brokerDefaults: {{log.cleaner.backoff.ms: {}}}
",
        15_001 + number
    )
}

#[test]
#[ignore = "the fault suite: just fault kafka"]
fn whichever_request_is_cut_the_run_converges_and_the_next_changes_nothing() {
    let old = |number| {
        format!("  cut-{number}-old: {{partitions: 1, replicationFactor: 3, config: {{retention.ms: 5}}}}\n")
    };
    let topics: String = (1..=MOST_REQUESTS).map(old).collect();
    admin(&format!("topics:\n{topics}")).run().expect(0, "changed");
    let network = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let address = docker(&["inspect", "--format", network, CONTAINERS[0]]).ok();
    let cut = Cut::before(&format!("{}:19096", address.trim()));
    for number in 1..=MOST_REQUESTS {
        let run = |fatal: usize, outcome: &str| {
            cut.after(fatal);
            let run =
                init(&spec_of_cut(number, cut.port())).docker(&["--add-host", "kafka-cut:host-gateway"]);
            run.secret("password", "cut-5d1e").run().expect(0, outcome)
        };
        let ended = run(number, "changed");
        let all_sent = cut.seen() < number;
        // One more where the cut came between the two mechanisms of the user: half made, then completed.
        assert!([8, 9].contains(&ended.changes().len()), "{}", ended.stdout);
        assert!(ended.changes().iter().all(|change| change.ends_with(": applied")), "{}", ended.stdout);
        run(0, "unchanged");
        if all_sent {
            assert!(number > 15, "{number} requests are not a whole run");
            return;
        }
    }
    panic!("no run was without a cut");
}

fn spec_of_round(name: &str) -> String {
    let topic = |number| {
        format!(
            "  {name}-{number}: {{partitions: 3, replicationFactor: 3, config: {{retention.ms: 1000}}}}\n"
        )
    };
    format!("brokers: 3\ntopics:\n{}", (0..TOPICS).map(topic).collect::<String>())
}

/// Runs while `trouble` goes on. The run or the one after it converges, and every topic is whole.
fn survives(name: &str, trouble: impl Fn()) {
    let spec = spec_of_round(name);
    let running = admin(&spec).args(&["--timeout", "180s"]).start();
    eventually("it has planned", Duration::from_secs(60), || running.log().contains("planned"));
    trouble();
    let ended: Ended = running.wait();
    assert!([0, 69].contains(&ended.exit), "{}\n{}", ended.stdout, ended.log);
    for container in CONTAINERS {
        let state = ["inspect", "--format", "{{.State.Health.Status}}", container];
        eventually(container, Duration::from_secs(180), || docker(&state).ok().trim() == "healthy");
    }
    if ended.exit != 0 {
        assert_eq!(admin(&spec).args(&["--timeout", "180s"]).run().exit, 0);
    }
    admin(&spec).args(&["--timeout", "180s"]).run().expect(0, "unchanged");
    whole(name);
    remove(name);
}

/// Brokers with this little memory do not start again with too many partitions.
fn remove(name: &str) {
    let names = format!("{name}-.*");
    tool("kafka-topics", &["--delete", "--topic", &names]);
    let gone = || !tool("kafka-topics", &["--list"]).contains(&format!("{name}-"));
    eventually("they are gone", Duration::from_secs(180), gone);
}

/// By Kafka's own tool: each topic once, with all its partitions, copies and configs.
fn whole(name: &str) {
    let said = tool("kafka-topics", &["--describe", "--topic", &format!("{name}-.*")]);
    let mut partitions = BTreeMap::<&str, usize>::new();
    let mut headers = 0;
    for line in said.lines() {
        if line.contains("PartitionCount") {
            let is_whole = ["PartitionCount: 3\t", "ReplicationFactor: 3\t", "retention.ms=1000"];
            assert!(is_whole.iter().all(|part| line.contains(part)), "{line}");
            headers += 1;
        } else if let Some(topic) = line.split('\t').find_map(|part| part.trim().strip_prefix("Topic: ")) {
            *partitions.entry(topic).or_default() += 1;
        }
    }
    assert_eq!((headers, partitions.len()), (TOPICS, TOPICS), "{said}");
    assert!(partitions.values().all(|count| *count == 3), "{said}");
}

/// The container of the broker that is the active controller.
fn controller() -> &'static str {
    let status = tool("kafka-metadata-quorum", &["describe", "--status"]);
    let leader = status.lines().find_map(|line| line.strip_prefix("LeaderId:")).map(str::trim);
    let position = leader.and_then(|id| id.parse::<usize>().ok()).unwrap_or_default();
    CONTAINERS[position.checked_sub(1).unwrap_or_else(|| panic!("no leader: {status}"))]
}

#[test]
#[ignore = "the fault suite: just fault kafka"]
fn the_active_controller_is_killed_during_apply_ten_times() {
    for round in 0..ROUNDS {
        admin("").run().expect(0, "unchanged");
        let controller = controller();
        survives(&format!("killed-{round}"), || {
            docker(&["kill", "--signal", "KILL", controller]).ok();
            docker(&["start", controller]).ok();
        });
    }
}

#[test]
#[ignore = "the fault suite: just fault kafka"]
fn the_brokers_are_restarted_one_by_one_during_apply_ten_times() {
    for round in 0..ROUNDS {
        survives(&format!("rolled-{round}"), || {
            for container in CONTAINERS {
                docker(&["restart", "--time", "10", container]).ok();
            }
        });
    }
}

/// The kernel ends a run that takes more memory than it may.
#[test]
#[ignore = "the fault suite: just fault kafka"]
fn ten_thousand_topics_are_created_verified_and_left_alone_in_64_mb() {
    let topic = |number| {
        format!("  huge-{number}: {{partitions: 1, replicationFactor: 1, config: {{retention.ms: 1000}}}}\n")
    };
    let spec = format!("topics:\n{}", (0..10_000).map(topic).collect::<String>());
    let run = |outcome: &str| {
        let run = admin(&spec).docker(&["--memory", "64m", "--memory-swap", "64m"]);
        run.args(&["--timeout", "900s"]).run().expect(0, outcome)
    };
    assert_eq!(run("changed").changes().len(), 10_000);
    assert!(run("unchanged").changes().is_empty());
    let listed = tool("kafka-topics", &["--list"]);
    assert_eq!(listed.lines().filter(|name| name.starts_with("huge-")).count(), 10_000);
    remove("huge");
}
