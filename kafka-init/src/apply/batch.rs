//! Divides changes into batches, one for each request.
//!
//! A controller commits a request as one batch of at most 10,000 metadata records, and refuses a larger one with
//! `POLICY_VIOLATION`. A cluster's own policies answer with the same code, so that limit must not be reached. Half of
//! it leaves room for what a newer release may add per topic.

const MAX_RECORDS: usize = 5_000;
/// The most changes of one request, so that a response and a commit stay short.
const MAX_ITEMS: usize = 500;

/// Divides the items, in their order, into batches within both limits. An item that exceeds the limit of records by
/// itself gets a batch of its own, and the server decides about it.
pub(super) fn into_batches<T: Copy>(items: &[T], records: impl Fn(T) -> usize) -> Vec<Vec<T>> {
    let mut batches = Vec::new();
    let mut batch: Vec<T> = Vec::new();
    let mut total = 0;
    for &item in items {
        let more = records(item);
        if !batch.is_empty() && (batch.len() == MAX_ITEMS || total + more > MAX_RECORDS) {
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
        into_batches(items, |records| records).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_batch_ends_at_either_limit_and_an_oversized_item_has_its_own() {
        assert_eq!(sizes(&[1; 501]), [500, 1]);
        assert_eq!(sizes(&[9; 1000]), [500, 500]);
        assert_eq!(sizes(&[2_500, 2_500, 1]), [2, 1]);
        assert_eq!(sizes(&[1, 20_000, 1]), [1, 1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_reordered_or_over_the_limits(items in prop::collection::vec(0_usize..6_000, 0..2_000)) {
            let batches = into_batches(&items, |records| records);
            prop_assert_eq!(batches.concat(), items);
            for batch in batches {
                prop_assert!(batch.len() == 1 || batch.iter().sum::<usize>() <= MAX_RECORDS);
                prop_assert!((1..=MAX_ITEMS).contains(&batch.len()));
            }
        }
    }
}
