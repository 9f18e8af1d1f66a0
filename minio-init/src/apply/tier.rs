//! Makes tiers and replaces their credentials. MinIO reads and writes all tiers as one document without a lock, so that
//! another client may take a new one away again; it is looked for after it is written.

use init_core::Secrets;
use tokio::time::Instant;

use crate::change::TierChange;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::existing_credential;

/// The code for a tier that exists already, which another run has made.
const EXISTS: &str = "XMinioAdminTierAlreadyExists";
/// The most writes while the tier does not stay.
const TRIES: u32 = 3;

pub(super) async fn apply(client: &Client, change: &TierChange, secrets: &Secrets) -> Result<(), Error> {
    let (access_key, secret) = match change {
        TierChange::CreateTier { access_key, secret, .. }
        | TierChange::AlterTier { access_key, secret, .. } => (access_key, secret),
    };
    let credential = existing_credential(secrets, access_key, secret)?;
    for _ in 0..TRIES {
        let began = Instant::now();
        match change {
            TierChange::CreateTier { tier, place, .. } => client
                .create_tier(tier, place, &credential)
                .await
                .map_err(|refused| refused.caused_by_concurrent_run(&[EXISTS]))?,
            TierChange::AlterTier { tier, .. } => client.edit_tier(tier, &credential).await?,
        }
        client.shared().record_write(began);
        if client.read_tiers().await?.iter().any(|listed| listed.name == change.tier()) {
            return Ok(());
        }
    }
    Err(Error::OverwrittenByAnotherRun { change: change.to_string() })
}
