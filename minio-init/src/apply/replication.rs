//! Makes remote targets, replaces their credentials, and writes replication rules. At the end the server tries all
//! rules, so that an account which may do too little at the other server is named at once.

use std::collections::BTreeMap;

use init_core::Secrets;
use tokio::time::Instant;

use super::shared::{self, DeclaredPart};
use crate::change::{ReplicationChange, Target};
use crate::desired::{ReplicaRoute, ReplicaRule};
use crate::error::Error;
use crate::observe::by_arn;
use crate::wire::client::Client;
use crate::wire::credential::existing_credential;
use crate::wire::s3::Subresource;
use crate::wire::s3::replication::{Targets, from_xml, to_xml};
use crate::wire::xml::Element;

/// The code for a server that has a target already, which another run has made.
const EXISTS: &str = "XMinioAdminBucketRemoteAlreadyExists";

pub(super) async fn apply(
    client: &Client,
    change: &ReplicationChange,
    secrets: &Secrets,
) -> Result<(), Error> {
    match change {
        ReplicationChange::CreateRemoteTarget(target) => write_target(client, target, secrets, None).await,
        ReplicationChange::AlterRemoteTarget { target, .. } => {
            let listed = client.read_targets(&target.bucket).await?;
            let arn = listed.into_iter().find(|listed| listed.url() == target.url).map(|listed| listed.arn);
            write_target(client, target, secrets, arn.as_deref()).await?;
            match client.read_xml(&target.bucket, Subresource::Replication).await? {
                Some(_) => client.check_replication(&target.bucket).await,
                None => Ok(()),
            }
        }
        ReplicationChange::SetReplication { bucket, rules } => {
            let targets = by_arn(&client.read_targets(bucket).await?);
            let rules = rules.iter().map(|drift| (drift.route.clone(), drift.rule.to)).collect();
            let declared = Rules { targets, rules };
            shared::update(client, bucket, Subresource::Replication, &declared).await?;
            client.check_replication(bucket).await
        }
    }
}

async fn write_target(
    client: &Client,
    target: &Target,
    secrets: &Secrets,
    arn: Option<&str>,
) -> Result<(), Error> {
    let credential = existing_credential(secrets, &target.access_key, &target.secret)?;
    let began = Instant::now();
    let place = (target.url.as_str(), target.to.as_str());
    let written = client.write_target(&target.bucket, place, &credential, arn).await;
    written.map_err(|refused| refused.caused_by_concurrent_run(&[EXISTS]))?;
    client.shared().record_write(began);
    Ok(())
}

/// The rules that are written, with the targets that the server has.
struct Rules {
    targets: Targets,
    rules: BTreeMap<ReplicaRoute, ReplicaRule>,
}

impl DeclaredPart for Rules {
    fn missing_part(&self, now: Option<&Element>) -> Option<String> {
        let now = now.map(|now| from_xml(now, &self.targets)).unwrap_or_default();
        let is_stored = |(route, rule): &(&ReplicaRoute, &ReplicaRule)| {
            now.get(*route).is_some_and(|now| rule.completed(Some(now)) == *now)
        };
        let missing = self.rules.iter().find(|entry| !is_stored(entry));
        missing.map(|(route, _)| format!("rule {route}"))
    }

    fn merged(&self, now: Option<&Element>) -> String {
        to_xml(now, &self.targets, &self.rules)
    }
}
