//! The profile `ha`: three PostgreSQL members under Patroni behind one router, provisioned through it.

use std::time::Duration;

use integration::{docker, eventually, shell};

use crate::{UP, all_exited_0, outcomes, proved, stack};

/// The member that is the primary, by Patroni's own word.
fn leader() -> String {
    let jq = r#"jq --raw-output '.members[] | select(.role == "leader") | .name'"#;
    shell(&format!("docker exec pg-0 curl -s http://localhost:8008/cluster | {jq}")).ok().trim().to_owned()
}

#[test]
fn a_cluster_behind_its_router_is_provisioned_and_left_alone_also_after_a_switchover() {
    stack("down --volumes --remove-orphans --timeout 2").ok();
    let up = format!("COMPOSE_PROFILES=ha {UP}");
    shell(&up).ok();
    all_exited_0(&["pg-cluster-init"]);
    proved(&["smoke-ha"]);
    shell(&up).ok();
    assert_eq!(outcomes("pg-cluster-init"), ["changed", "unchanged"]);

    let before = leader();
    assert!(before.starts_with("pg-"), "{before}");
    let body = format!(r#"{{"leader": "{before}"}}"#);
    docker(&["exec", "pg-0", "curl", "-s", "http://localhost:8008/switchover", "-d", &body]).ok();
    eventually("another member leads", Duration::from_secs(60), || {
        let now = leader();
        now.starts_with("pg-") && now != before
    });
    shell(&up).ok();
    assert_eq!(outcomes("pg-cluster-init"), ["changed", "unchanged", "unchanged"]);
    stack("down --volumes --timeout 2").ok();
}
