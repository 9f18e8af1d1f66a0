//! Checks before the first write that each notification has a target: one that the server has, or one that a change of
//! the configuration makes.

use crate::change::Change;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::connect::{missing_target, notification_targets};

/// The index of each change of notifications without a target, with the error.
pub(super) async fn missing(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    let configured = changes.iter().filter_map(|change| match change {
        Change::Config(change) => Some(&change.section),
        Change::Garage(_)
        | Change::Identity(_)
        | Change::Tier(_)
        | Change::Bucket(_)
        | Change::Replication(_)
        | Change::Notifications(_)
        | Change::DeletedKey(_) => None,
    });
    let configured: Vec<_> = configured.collect();
    let routes = changes.iter().enumerate().flat_map(|(index, change)| match change {
        Change::Notifications(change) => {
            let routes = change.routes.iter();
            routes.map(|routed| (index, &change.bucket, &routed.route.target)).collect::<Vec<_>>()
        }
        Change::Garage(_)
        | Change::Identity(_)
        | Change::Tier(_)
        | Change::Bucket(_)
        | Change::Replication(_)
        | Change::Config(_)
        | Change::DeletedKey(_) => Vec::new(),
    });
    let routes: Vec<_> =
        routes.filter(|(.., target)| !configured.iter().any(|section| section.provides(target))).collect();
    if routes.is_empty() {
        return Vec::new();
    }
    match notification_targets(client).await {
        Ok(Some(known)) => {
            let missing = routes.into_iter().filter(|(.., target)| !known.contains(*target));
            missing
                .map(|(index, bucket, target)| (index, missing_target(client, bucket, target, &known)))
                .collect()
        }
        // The write reports it.
        Ok(None) | Err(_) => Vec::new(),
    }
}
