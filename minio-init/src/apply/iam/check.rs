//! Checks changes before the first write: that the server may be written to, and that it takes the policies.

use crate::change::{Change, IdentityChange};
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::parallel::all;

/// The index of each change that the server would refuse, with the refusal.
pub(crate) async fn check(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    let mut identities =
        changes.iter().enumerate().filter(|(_, change)| matches!(change, Change::Identity(_)));
    let Some((first, _)) = identities.next() else { return Vec::new() };
    if let Err(refused) = client.check_iam_writes().await {
        return vec![(first, refused)];
    }
    let altered = changes.iter().enumerate().filter_map(|(index, change)| Some((index, altered(change)?)));
    let refusals = all(altered.map(async |(index, (policy, document))| {
        let refused = client.check_iam_policy(policy, document).await.err();
        Ok::<_, Error>(refused.map(|refused| (index, refused)))
    }));
    refusals.await.into_iter().flatten().flatten().collect()
}

/// The policy that a change alters. A new policy may have what no policy is altered to.
fn altered(change: &Change) -> Option<(&String, &Document)> {
    let Change::Identity(IdentityChange::AlterPolicy { policy, document }) = change else { return None };
    Some((policy, &document.to))
}
