//! How many changes go into one request.
//!
//! A controller commits a request as one batch of at most 10,000 metadata records and refuses a larger one
//! with `POLICY_VIOLATION`, which a policy of the cluster also answers with: so it must not come to that.
//! Half of it leaves room for what a newer version may add per topic.

const RECORDS: usize = 5_000;
/// Keeps one answer, and one commit, short.
const ITEMS: usize = 500;

/// Cuts the items, in their order, into batches within both limits. One that is over the limit by itself
/// goes alone, and the server has the last word.
pub(super) fn pack<T: Copy>(items: &[T], records: impl Fn(T) -> usize) -> Vec<Vec<T>> {
    let mut batches = Vec::new();
    let mut batch: Vec<T> = Vec::new();
    let mut total = 0;
    for &item in items {
        let more = records(item);
        if !batch.is_empty() && (batch.len() == ITEMS || total + more > RECORDS) {
            batches.push(std::mem::take(&mut batch));
            total = 0;
        }
        batch.push(item);
        total += more;
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(items: &[usize]) -> Vec<usize> {
        pack(items, |records| records).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_batch_ends_at_either_limit_and_a_giant_goes_alone() {
        assert_eq!(sizes(&[1; 501]), [500, 1]);
        assert_eq!(sizes(&[9; 1000]), [500, 500]);
        assert_eq!(sizes(&[2_500, 2_500, 1]), [2, 1]);
        assert_eq!(sizes(&[1, 20_000, 1]), [1, 1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_reordered_or_over_the_limits(items in prop::collection::vec(0_usize..6_000, 0..2_000)) {
            let batches = pack(&items, |records| records);
            prop_assert_eq!(batches.concat(), items);
            for batch in batches {
                prop_assert!(batch.len() == 1 || batch.iter().sum::<usize>() <= RECORDS);
                prop_assert!((1..=ITEMS).contains(&batch.len()));
            }
        }
    }
}
