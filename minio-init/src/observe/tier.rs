//! Reads the declared tiers, and looks for those that lifecycle rules name.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Secrets;
use tokio::time::sleep;

use super::names::label_of;
use super::patience::within_patience;
use crate::desired::Desired;
use crate::error::Error;
use crate::observed::ObservedTier;
use crate::wire::admin::TierCheck;
use crate::wire::client::Client;
use crate::wire::parallel::all;
use crate::wire::shared_writes::jitter;

/// The most tries before the credentials of a tier are taken for refused. MinIO tries a tier with an object of one
/// name, so that two runs at once may take it from each other.
const TRIES: u32 = 3;

pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<BTreeMap<String, ObservedTier>, Error> {
    let mut undeclared =
        desired.transitions().filter(|(.., tier)| !desired.tiers.contains_key(*tier)).peekable();
    if desired.tiers.is_empty() && undeclared.peek().is_none() {
        return Ok(BTreeMap::new());
    }
    let listed = match client.read_tiers().await {
        // An account may write rules without reading the tiers; then the write reports a missing one.
        Err(refused) if desired.tiers.is_empty() && refused.code() == "AccessDenied" => {
            return Ok(BTreeMap::new());
        }
        listed => listed?,
    };
    let known: BTreeSet<_> = listed.iter().map(|tier| tier.name.clone()).collect();
    if let Some((bucket, id, tier)) = undeclared.find(|(.., tier)| !known.contains(*tier)) {
        return Err(missing(client, (bucket, id), tier, known));
    }
    let ours = listed.into_iter().filter_map(|listed| {
        let (name, wanted) = desired.tiers.get_key_value(&listed.name)?;
        Some((name, wanted, listed))
    });
    let observed = all(ours.map(async |(name, wanted, listed)| {
        let kind = listed.kind.clone();
        let existing = match listed.into_parts() {
            None => ObservedTier::OtherType(kind),
            Some((place, key)) => {
                let access_key = label_of(secrets, &wanted.access_key, &key)?;
                let comparable = access_key == wanted.access_key && wanted.place.differing(&place).is_empty();
                let secret_refused =
                    desired.compare_secrets && comparable && is_refused(client, name).await?;
                ObservedTier::Known { place, access_key, secret_refused }
            }
        };
        Ok((name.clone(), existing))
    }))
    .await?;
    Ok(observed.into_iter().collect())
}

/// True when the other server refuses the credentials that this server has. MinIO never shows the secret key; it tries
/// it.
async fn is_refused(client: &Client, name: &str) -> Result<bool, Error> {
    for tried in 0..TRIES {
        sleep(jitter(200) * tried).await;
        match within_patience(client.check_tier(name)).await.transpose()? {
            Some(TierCheck::Refused) => {}
            Some(TierCheck::Works | TierCheck::Unknown) | None => return Ok(false),
        }
    }
    Ok(true)
}

fn missing(client: &Client, (bucket, id): (&str, &str), tier: &str, known: BTreeSet<String>) -> Error {
    let known: Vec<_> = known.into_iter().collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Error::Unsupported {
        at: format!("buckets.{bucket}.lifecycle, rule {id}"),
        feature: "transitionTo",
        endpoint: client.endpoint().clone(),
        why: format!(
            "the spec declares no tier {tier}, and the server has none of that name; it has: {known}"
        ),
    }
}
