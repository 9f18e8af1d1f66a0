//! Applies one stage: its changes at the same time, with a bounded number of requests.

mod access_key;
mod attachment;
mod bucket;
mod ceph;
mod check;
mod config;
mod encryption;
mod garage;
mod iam;
mod identity;
mod late_fields;
mod ldap;
mod lifecycle;
mod limits;
mod owners;
mod removal;
mod replication;
mod rustfs;
mod shared;
mod stored;
mod suspension;
mod targets;
mod tier;

use futures_util::StreamExt as _;
use futures_util::stream;
use init_core::{Progress, Secrets};

use crate::change::{Change, NotificationChange};
use crate::desired::Accounts;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::parallel::PARALLEL;
use crate::wire::s3::Subresource;

pub(crate) use check::check;

/// Returns one result per change, in the order of the changes.
pub(crate) async fn apply(
    client: &Client,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let one = async |change: &Change| {
        let done = match change {
            Change::Garage(change) => garage::apply(client, change, secrets).await,
            Change::DeletedKey(change) => garage::delete_key(client, change, secrets).await,
            Change::Identity(change) => match client.accounts() {
                Accounts::Policies | Accounts::Keys | Accounts::None => {
                    identity::apply(client, change, secrets).await
                }
                Accounts::AdminOps => ceph::apply(client, change, secrets).await,
                Accounts::Owners => owners::apply(client, change, secrets).await,
                Accounts::Iam => iam::apply(client, change, secrets).await,
            },
            Change::Tier(change) => tier::apply(client, change, secrets).await,
            Change::Bucket(change) => bucket::apply(client, change, secrets).await,
            Change::Replication(change) => replication::apply(client, change, secrets).await,
            Change::Config(change) => config::apply(client, change, secrets).await,
            Change::Notifications(NotificationChange { bucket, routes }) => {
                shared::update(client, bucket, Subresource::Notification, &routes.as_slice()).await
            }
        };
        progress.advance(1);
        done
    };
    stream::iter(stage).map(one).buffered(at_once(stage)).collect().await
}

/// The number of changes of the stage that are sent at once. MinIO reads, changes and writes its configuration as a
/// whole and without a lock, and its tiers too, so that one of two changes at once could be lost.
fn at_once(stage: &[Change]) -> usize {
    if matches!(stage, [Change::Config(_) | Change::Tier(_), ..]) { 1 } else { PARALLEL }
}
