//! Asks whether the account may alter the cluster at all, because Kafka has no `validate_only` for users, ACLs and
//! reassignments.

use kafka_protocol::error::ResponseError;

use crate::Error;
use crate::change::Change;
use crate::desired::Operation;
use crate::error::{Attempt, refused};
use crate::observe::read_cluster_operations;
use crate::wire::Connection;

const DENIED: i16 = ResponseError::ClusterAuthorizationFailed.code();

/// The changes at these positions that the account may not make, each with the refusal.
pub(super) async fn check(
    main: &mut Connection,
    changes: &[Change],
    positions: Vec<usize>,
) -> Vec<(usize, Error)> {
    if positions.is_empty() {
        return Vec::new();
    }
    let allowed = read_cluster_operations(main).await;
    let peer = main.peer();
    let authorized = |change: &Change| match &allowed {
        Err(error) => Err(error.clone()),
        Ok(operations) if !operations.denies(Operation::Alter) => Ok(()),
        Ok(_) => refused(DENIED, None, peer, || Attempt::new(change.to_string(), "Alter on the cluster")),
    };
    let refused = |position| Some((position, authorized(changes.get(position)?).err()?));
    positions.into_iter().filter_map(refused).collect()
}
