//! The notification targets that are configured on the server.

use std::collections::BTreeSet;

use http::Method;

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::admin::Info;
use crate::wire::client::{Call, Client};

/// Fails when a notification target of the spec is not configured on the server, and not by the spec either.
pub(super) async fn check(client: &Client, desired: &Desired) -> Result<(), Error> {
    let routes = desired
        .buckets
        .iter()
        .flat_map(|(name, bucket)| bucket.notifications.keys().map(move |route| (name, &route.target)));
    let by_spec = |target: &str| desired.config.keys().any(|section| section.provides(target));
    let routes: Vec<_> = routes.filter(|(_, target)| !by_spec(target)).collect();
    if routes.is_empty() {
        return Ok(());
    }
    let Some(known) = notification_targets(client).await? else { return Ok(()) };
    match routes.into_iter().find(|(_, target)| !known.contains(*target)) {
        Some((bucket, target)) => Err(missing_target(client, bucket, target, &known)),
        None => Ok(()),
    }
}

/// The ARNs of the targets; `None` for an account that may not read them.
pub(crate) async fn notification_targets(client: &Client) -> Result<Option<BTreeSet<String>>, Error> {
    let action = "list the notification targets";
    match client.send_admin("notifications", Call::admin(Method::GET, "info", action)).await {
        Ok(body) => client.json::<Info>(action, &body).map(|info| Some(info.targets)),
        Err(refused) if refused.code() == "AccessDenied" => Ok(None),
        Err(other) => Err(other),
    }
}

pub(crate) fn missing_target(client: &Client, bucket: &str, target: &str, known: &BTreeSet<String>) -> Error {
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Error::Unsupported {
        at: format!("buckets.{bucket}.notifications"),
        feature: "notifications",
        endpoint: client.endpoint().clone(),
        why: format!("the target {target} is not configured there; configured: {known}"),
    }
}
