//! Asks MinIO whether its buckets are replicated to other sites, which keeps their versioning enabled.

use http::Method;
use serde::Deserialize;

use crate::desired::{Desired, Versioning};
use crate::error::Error;
use crate::wire::client::{Call, Client};

#[derive(Deserialize)]
struct SiteReplication {
    enabled: bool,
}

/// Fails when the spec suspends versioning and the site does not allow that.
pub(super) async fn check_suspension(client: &Client, desired: &Desired) -> Result<(), Error> {
    let mut buckets = desired.buckets.iter();
    let suspended = buckets.find(|(_, bucket)| bucket.versioning == Some(Versioning::Suspended));
    let Some((name, _)) = suspended else { return Ok(()) };
    let action = "ask for site replication";
    let call = Call::admin(Method::GET, "site-replication/info", action);
    let site: SiteReplication = match client.send_admin("versioning", call).await {
        Ok(body) => client.json(action, &body)?,
        // A release without site replication, or an account that may not ask; then the write reports it.
        Err(Error::Refused(refusal)) if (400..500).contains(&refusal.status) => return Ok(()),
        Err(other) => return Err(other),
    };
    if !site.enabled {
        return Ok(());
    }
    Err(Error::Unsupported {
        at: format!("buckets.{name}.versioning"),
        feature: "`suspended`",
        endpoint: client.endpoint().clone(),
        why: "it replicates its buckets to other sites, which needs versioning: leave it out".to_owned(),
    })
}
