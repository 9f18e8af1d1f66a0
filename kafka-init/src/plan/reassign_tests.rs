use proptest::prelude::*;

use super::*;

fn brokers(racks: &[Option<&str>]) -> BTreeMap<i32, Option<String>> {
    (1..).zip(racks.iter().map(|rack| rack.map(str::to_owned))).collect()
}

fn topic(replicas: &[&[i32]]) -> ObservedTopic {
    let partition = |replicas: &&[i32]| Assignment {
        replicas: replicas.to_vec(),
        in_sync: replicas.iter().copied().collect(),
        ..Assignment::default()
    };
    let copies =
        |pick: fn(usize, usize) -> usize| replicas.iter().map(|replicas| replicas.len()).reduce(pick);
    let count = |copies: Option<usize>| i16::try_from(copies.unwrap_or_default()).unwrap_or(i16::MAX);
    ObservedTopic {
        partitions: i32::try_from(replicas.len()).unwrap_or(i32::MAX),
        copies: (count(copies(usize::min)), count(copies(usize::max))),
        assignment: (0..).zip(replicas.iter().map(partition)).collect(),
        ..ObservedTopic::default()
    }
}

fn reassigned(racks: &[Option<&str>], existing: &ObservedTopic, factor: i16) -> BTreeMap<i32, Vec<i32>> {
    let observed = Observed {
        brokers: brokers(racks),
        topics: [("t".to_owned(), existing.clone())].into(),
        ..Observed::default()
    };
    reassign("t", factor, existing, &mut Brokers::of(&observed)).moves
}

#[test]
fn leaders_are_spread_over_added_replicas() {
    let existing = topic(&[&[1], &[1], &[1]]);
    let moves = reassigned(&[None, None, None], &existing, 3);
    let leaders: BTreeSet<i32> = moves.values().filter_map(|replicas| replicas.first().copied()).collect();
    assert_eq!(leaders, [1, 2, 3].into(), "{moves:?}");
    assert!(moves.values().all(|replicas| replicas.len() == 3), "{moves:?}");
}

#[test]
fn a_new_replica_goes_to_another_rack() {
    let racks = [Some("a"), Some("a"), Some("b"), Some("b")];
    for replicas in reassigned(&racks, &topic(&[&[1], &[2], &[3], &[4]]), 2).values() {
        let of = |broker: i32| racks[usize::try_from(broker - 1).unwrap()];
        assert_ne!(of(replicas[0]), of(replicas[1]), "{replicas:?}");
    }
    // Of two replicas on the same rack, one is dropped first.
    for replicas in reassigned(&racks, &topic(&[&[1, 2, 3], &[3, 4, 2]]), 2).values() {
        let of = |broker: i32| racks[usize::try_from(broker - 1).unwrap()];
        assert_ne!(of(replicas[0]), of(replicas[1]), "{replicas:?}");
    }
}

#[test]
fn dead_and_out_of_sync_replicas_are_dropped_first() {
    let mut existing = topic(&[&[9, 1, 2], &[1, 2, 3]]);
    existing.assignment.get_mut(&1).unwrap().in_sync = [2, 3].into();
    let moves = reassigned(&[None, None, None], &existing, 1);
    assert_eq!(moves[&0], [1]);
    assert_eq!(moves[&1], [2]);
}

proptest! {
    /// For any assignment, the new one has the wanted number of distinct brokers, and no replica moves that may stay.
    #[test]
    fn as_few_replicas_as_possible_are_moved(
        partitions in prop::collection::vec(prop::sample::subsequence(vec![1, 2, 3, 4, 5], 1..=4), 1..8),
        racks in prop::collection::vec(prop::option::of(prop::sample::select(vec!["a", "b"])), 5),
        factor in 1_i16..=5,
    ) {
        let replicas: Vec<&[i32]> = partitions.iter().map(Vec::as_slice).collect();
        for (index, target) in reassigned(&racks, &topic(&replicas), factor) {
            let existing = &partitions[usize::try_from(index).unwrap()];
            let distinct: BTreeSet<i32> = target.iter().copied().collect();
            prop_assert_eq!((target.len(), distinct.len()), (usize::try_from(factor).unwrap(), target.len()));
            let stays = existing.iter().filter(|replica| target.contains(replica)).count();
            prop_assert_eq!(stays, existing.len().min(target.len()));
        }
    }
}
