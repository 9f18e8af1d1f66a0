//! Applies one stage: its changes at the same time, with a bounded number of requests.

mod access_key;
mod attachment;
mod bucket;
mod check;
mod identity;
mod late_fields;
mod lifecycle;
mod limits;
mod owners;
mod removal;
mod shared;
mod stored;
mod suspension;

use futures_util::StreamExt as _;
use futures_util::stream;
use init_core::{Progress, Secrets};

use crate::change::Change;
use crate::desired::Accounts;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::parallel::PARALLEL;

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
            Change::Identity(change) => match client.kind().accounts() {
                Accounts::Policies | Accounts::None => identity::apply(client, change, secrets).await,
                Accounts::Owners => owners::apply(client, change, secrets).await,
            },
            Change::Bucket(change) => bucket::apply(client, change, secrets).await,
        };
        progress.advance(1);
        done
    };
    stream::iter(stage).map(one).buffered(PARALLEL).collect().await
}
