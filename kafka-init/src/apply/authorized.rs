//! Kafka has no `validate_only` for users and ACLs, so the broker is asked whether the account may change them at all.

use kafka_protocol::error::ResponseError;

use crate::Error;
use crate::change::Change;
use crate::desired::Operation;
use crate::error::{Attempt, refused};
use crate::observe::on_the_cluster;
use crate::wire::Connection;

const DENIED: i16 = ResponseError::ClusterAuthorizationFailed.code();

/// Of the changes at these positions, those that the account may not make, and why.
pub(super) async fn check(
    main: &mut Connection,
    changes: &[Change],
    positions: Vec<usize>,
) -> Vec<(usize, Error)> {
    if positions.is_empty() {
        return Vec::new();
    }
    let allowed = on_the_cluster(main).await;
    let peer = main.peer();
    let authorized = |change: &Change| match &allowed {
        Err(error) => Err(error.clone()),
        Ok(operations) if !operations.lacks(Operation::Alter) => Ok(()),
        Ok(_) => refused(DENIED, None, peer, || Attempt {
            action: change.to_string(),
            permission: "Alter on the cluster".to_owned(),
            waits: &[],
            races: &[],
        }),
    };
    let refused = |position| Some((position, authorized(changes.get(position)?).err()?));
    positions.into_iter().filter_map(refused).collect()
}
