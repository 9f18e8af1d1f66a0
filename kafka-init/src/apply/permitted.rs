//! Users and ACLs have no rehearsal, so the broker is asked whether the account may change them at all.

use kafka_protocol::error::ResponseError;

use super::{allowed, users};
use crate::Error;
use crate::change::Change;
use crate::error::{Attempt, refused};
use crate::observe::on_the_cluster;
use crate::spec::Operation;
use crate::wire::Connection;

const DENIED: i16 = ResponseError::ClusterAuthorizationFailed.code();

/// The changes that the account may not make, by position, and why.
pub(super) async fn check(home: &mut Connection, changes: &[Change]) -> Vec<(usize, Error)> {
    let without_rehearsal = |change: &Change| users::is_of_user(change) || allowed(change).is_some();
    let asked =
        changes.iter().enumerate().filter(|(_, change)| without_rehearsal(change)).collect::<Vec<_>>();
    if asked.is_empty() {
        return Vec::new();
    }
    let answer = on_the_cluster(home).await;
    let peer = home.peer();
    let judged = |change: &Change| match &answer {
        Err(error) => Err(error.clone()),
        Ok(operations) if !operations.lacks(Operation::Alter) => Ok(()),
        Ok(_) => refused(DENIED, None, peer, || Attempt {
            action: change.to_string(),
            permission: "Alter on the cluster".to_owned(),
            waits: &[],
            races: &[],
        }),
    };
    asked.into_iter().filter_map(|(position, change)| Some((position, judged(change).err()?))).collect()
}
