//! Does one stage: its changes at once, a bounded number of requests under way.

mod bucket;
mod identity;
mod lifecycle;
mod shared;

use futures_util::StreamExt as _;
use futures_util::stream;
use init_core::{Progress, Secrets};

use crate::change::Change;
use crate::client::Client;
use crate::error::Error;
use crate::observe::PARALLEL;

pub(crate) use shared::Shared;

/// One result per change, in order.
pub(crate) async fn apply(
    client: &Client,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let one = async |change| {
        let done = one(client, change, secrets).await;
        progress.advance(1);
        done
    };
    stream::iter(stage).map(one).buffered(PARALLEL).collect().await
}

async fn one(client: &Client, change: &Change, secrets: &Secrets) -> Result<(), Error> {
    match change {
        Change::CreateBucket { .. }
        | Change::SetVersioning { .. }
        | Change::SetObjectLock { .. }
        | Change::SetEncryption { .. }
        | Change::SetQuota { .. }
        | Change::SetTags { .. }
        | Change::SetLifecycle { .. }
        | Change::SetBucketPolicy { .. }
        | Change::SetNotifications { .. }
        | Change::SetCors { .. } => bucket::apply(client, change).await,
        identity => identity::apply(client, identity, secrets).await,
    }
}
