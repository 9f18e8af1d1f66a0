//! Reads the replication of a bucket: its targets, and the declared rules.

use init_core::Secrets;

use super::names::label_of;
use super::patience::within_patience;
use crate::desired::{Bucket, Desired, Versioning};
use crate::error::Error;
use crate::observed::{ObservedReplication, ObservedTarget};
use crate::wire::admin::TargetInfo;
use crate::wire::client::Client;
use crate::wire::s3::Subresource;
use crate::wire::s3::replication::{Targets, from_xml, other_rules};
use crate::wire::xml::Element;

/// The codes with which MinIO reports that a target refuses the credentials, or lets them do too little.
const REFUSED: [&str; 2] = ["InvalidRequest", "RemoteDestinationNotFoundError"];

/// The targets by their ARN.
pub(crate) fn by_arn(targets: &[TargetInfo]) -> Targets {
    targets.iter().map(|target| (target.arn.clone(), (target.url(), target.bucket.clone()))).collect()
}

/// Reads the replication of a bucket, whose versioning was read before.
pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    (name, wanted): (&str, &Bucket),
    versioning: Option<Versioning>,
) -> Result<ObservedReplication, Error> {
    let mut observed = ObservedReplication::default();
    if wanted.replication.rules.is_empty() {
        return Ok(observed);
    }
    let listed = client.read_targets(name).await?;
    let arns = by_arn(&listed);
    let xml = client.read_xml(name, Subresource::Replication).await?;
    if let Some(xml) = &xml {
        observed.rules = from_xml(xml, &arns);
        observed.rules.retain(|route, _| wanted.replication.rules.contains_key(route));
        let others = other_rules(xml, &arns, |route| wanted.replication.rules.contains_key(route));
        observed.other_priorities = others.into_iter().filter_map(|rule| rule.priority).collect();
    }
    for target in &listed {
        if let Some(ours) = wanted.replication.targets.get(&target.url()) {
            let access_key = label_of(secrets, &ours.access_key, target.access_key())?;
            let existing = ObservedTarget { bucket: target.bucket.clone(), access_key, refused: false };
            observed.targets.insert(target.url(), existing);
        }
    }
    let is_versioned = wanted.versioning.is_none() || versioning == Some(Versioning::Enabled);
    if let Some(xml) = xml.filter(|xml| {
        is_versioned && desired.compare_secrets && can_be_tried(wanted, &observed, &listed, xml)
    }) && is_refused(client, name).await?
    {
        let tried = from_xml(&xml, &arns);
        let is_tried = |url: &String| tried.keys().any(|route| route.endpoint == *url);
        observed
            .targets
            .iter_mut()
            .filter(|(url, _)| is_tried(url))
            .for_each(|(_, target)| target.refused = true);
    }
    Ok(observed)
}

/// True when a failure would be about the declared credentials: all rules go to declared targets, whose servers are
/// not away and whose access keys are the declared ones.
fn can_be_tried(
    wanted: &Bucket,
    observed: &ObservedReplication,
    listed: &[TargetInfo],
    xml: &Element,
) -> bool {
    let arns = by_arn(listed);
    let declared = |url: &str| wanted.replication.targets.get(url);
    let others = other_rules(xml, &arns, |route| declared(&route.endpoint).is_some());
    let is_as_declared = |(url, target): (&String, &ObservedTarget)| {
        declared(url).is_some_and(|ours| ours.access_key == target.access_key && ours.bucket == target.bucket)
    };
    others.is_empty()
        && !observed.targets.is_empty()
        && observed.targets.iter().all(is_as_declared)
        && listed.iter().all(|target| !target.is_away() || declared(&target.url()).is_none())
}

async fn is_refused(client: &Client, bucket: &str) -> Result<bool, Error> {
    let Some(checked) = within_patience(client.check_replication(bucket)).await else { return Ok(false) };
    match checked {
        Ok(()) => Ok(false),
        Err(Error::Refused(refusal)) if refusal.status < 500 => {
            Ok(REFUSED.contains(&refusal.code.as_str()) && !is_unanswered(&refusal.message))
        }
        Err(other) => Err(other),
    }
}

/// True when the message is about a request that had no answer, which Go's client names with its quoted URL: the other
/// server is away, and MinIO has the same code for that.
fn is_unanswered(message: &str) -> bool {
    message.contains("\"http://") || message.contains("\"https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_away_refuses_nothing() {
        let away = "The remote destination bucket does not exist (Head \"http://far:9000/copy/\": dial tcp 172.30.0.3:9000: connect: connection refused)";
        assert!(is_unanswered(away));
        let refused = "The remote destination bucket does not exist (Access Denied.)";
        assert!(!is_unanswered(refused));
    }
}
