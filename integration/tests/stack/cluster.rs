//! The profile `ha`: three PostgreSQL members under Patroni behind one router, provisioned through it.

use integration::{docker, shell};

use crate::{UP, all_exited_0, outcomes, proved, stack};

#[test]
fn a_cluster_behind_its_router_is_provisioned_and_left_alone_also_after_a_switchover() {
    stack("down --volumes --remove-orphans --timeout 2").ok();
    let up = format!("COMPOSE_PROFILES=ha {UP}");
    shell(&up).ok();
    all_exited_0(&["pg-cluster-init"]);
    proved();
    shell(&up).ok();
    assert_eq!(outcomes("pg-cluster-init"), ["changed", "unchanged"]);
    let leader = || docker(&["exec", "pg-0", "curl", "-s", "http://localhost:8008/cluster"]).ok();
    assert!(leader().contains(r#""role": "leader""#), "{}", leader());
    stack("down --volumes --timeout 2").ok();
}
