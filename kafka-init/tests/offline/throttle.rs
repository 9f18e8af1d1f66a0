//! The replication throttle of a reassignment: when it is set, kept and removed, and whose it is.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use kafka_init::{Assignment, Observed, ObservedTopic, Setting};
use serde_json::{Value, json};

use crate::support::{cluster, plan, topic};

const REPLICAS: [&str; 2] =
    ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"];
const RATES: [&str; 2] = ["leader.replication.throttled.rate", "follower.replication.throttled.rate"];

/// A topic of one partition with these replicas, some of which are being added.
fn held(replicas: &[i32], adding: &[i32]) -> ObservedTopic {
    let partition = Assignment {
        replicas: replicas.to_vec(),
        in_sync: replicas.iter().copied().collect(),
        target: (!adding.is_empty()).then(|| replicas.to_vec()),
        adding: adding.to_vec(),
    };
    let copies = i16::try_from(replicas.len()).unwrap();
    ObservedTopic { assignment: [(0, partition)].into(), ..topic(1, copies, &[]) }
}

fn settings(keys: [&str; 2], values: [&str; 2]) -> BTreeMap<String, Setting> {
    topic(1, 1, &[(keys[0], values[0]), (keys[1], values[1])]).config
}

/// The same topic with these lists.
fn listed(existing: ObservedTopic, lists: [&str; 2]) -> ObservedTopic {
    ObservedTopic { throttled_replicas: settings(REPLICAS, lists), ..existing }
}

/// Three brokers with this rate each, or without one.
fn observed(existing: ObservedTopic, rates: [Option<&str>; 3]) -> Observed {
    let rates = rates.map(|rate| rate.map(|rate| settings(RATES, [rate, rate])).unwrap_or_default());
    let throttle_rates: BTreeMap<i32, _> = (1..).zip(rates).collect();
    let brokers = throttle_rates.keys().map(|id| (*id, None)).collect();
    Observed { brokers, throttle_rates, ..cluster([("t", existing)]) }
}

fn planned(reassign: &Value, observed: &Observed) -> String {
    let spec = json!({"topics": {"t": {"replicationFactor": 3, "reassign": reassign}}});
    let plan = plan(spec, observed);
    let changes = plan.changes().iter().map(|change| format!("{change}\n"));
    changes.chain(plan.conflicts().iter().map(|conflict| format!("! {conflict}\n"))).collect()
}

fn throttled() -> Value {
    json!({"throttle": "50MiB"})
}

const NO_RATES: [Option<&str>; 3] = [None; 3];

#[test]
fn a_throttle_is_set_before_the_replicas_are_added_and_removed_after_it() {
    assert_snapshot!(planned(&throttled(), &observed(held(&[1], &[]), NO_RATES)));
}

#[test]
fn without_a_throttle_in_the_spec_or_without_a_copy_none_is_set() {
    assert_snapshot!(planned(&json!(true), &observed(held(&[1], &[]), NO_RATES)));
    assert_snapshot!(planned(&throttled(), &observed(held(&[1, 2, 3], &[]), NO_RATES)));
    // Replicas that are dropped are not copied.
    assert_snapshot!(planned(&throttled(), &observed(held(&[1, 2, 3, 4], &[]), NO_RATES)));
}

#[test]
fn a_reassignment_that_is_under_way_is_throttled_where_the_spec_says_so() {
    assert_snapshot!(planned(&throttled(), &observed(held(&[1, 2, 3], &[2, 3]), NO_RATES)));
}

#[test]
fn the_throttle_of_an_interrupted_run_is_kept_while_copying_and_gets_another_rate() {
    let interrupted = || listed(held(&[1, 2, 3], &[2, 3]), ["00:1", "00:2,00:3"]);
    assert_snapshot!(planned(&throttled(), &observed(interrupted(), [Some("52428800"); 3])));
    assert_snapshot!(planned(&throttled(), &observed(interrupted(), [Some("1000"), None, Some("1000")])));
}

#[test]
fn the_throttle_of_an_interrupted_run_is_removed_when_nothing_is_copied_any_more() {
    let complete = || listed(held(&[1, 2, 3], &[]), ["00:1", "00:2,00:3"]);
    assert_snapshot!(planned(&throttled(), &observed(complete(), [Some("52428800"); 3])));
    // Whatever the spec says by now.
    assert_snapshot!(planned(&json!(true), &observed(complete(), [Some("1000"), None, None])));
    let copying = listed(held(&[1, 2, 3], &[2, 3]), ["00:1", "00:2,00:3"]);
    assert_snapshot!(planned(&json!(true), &observed(copying, [Some("1000"); 3])));
}

/// The list is the only trace of the rate that a broker has which is away.
#[test]
fn a_list_stays_while_one_of_its_brokers_is_away() {
    let mut observed = observed(listed(held(&[1, 2, 3], &[]), ["00:1", "00:2,00:3"]), [Some("1000"); 3]);
    observed.throttle_rates.remove(&3);
    assert_snapshot!(planned(&throttled(), &observed));
}

#[test]
fn a_throttle_of_somebody_else_is_a_conflict_where_one_is_to_be_set_and_else_left_alone() {
    let lists = ["0:1", "0:2,0:3"];
    let to_move = || listed(held(&[1], &[]), lists);
    assert_snapshot!(planned(&throttled(), &observed(to_move(), NO_RATES)));
    let rates = [None, Some("52428800"), None];
    assert_snapshot!(planned(&throttled(), &observed(held(&[1], &[]), rates)));
    assert_snapshot!(planned(&json!(true), &observed(to_move(), rates)));
    let complete = listed(held(&[1, 2, 3], &[]), lists);
    assert_snapshot!(planned(&throttled(), &observed(complete, rates)));
    // A rate for all brokers counts for each of them.
    let mut by_default = observed(held(&[1], &[]), rates);
    let of_broker_2 = by_default.throttle_rates.get_mut(&2).unwrap();
    of_broker_2.values_mut().for_each(|setting| setting.is_own = false);
    assert_snapshot!(planned(&throttled(), &by_default));
}

/// Newer brokers describe the default, which limits nothing.
#[test]
fn a_rate_that_limits_nothing_is_no_throttle() {
    let mut unlimited = observed(held(&[1], &[]), [Some("9223372036854775807"); 3]);
    let settings = unlimited.throttle_rates.values_mut().flat_map(BTreeMap::values_mut);
    settings.for_each(|setting| setting.is_own = false);
    let without = observed(held(&[1], &[]), NO_RATES);
    assert_eq!(planned(&throttled(), &unlimited), planned(&throttled(), &without));
}
