//! Reads and writes the replication of a bucket.

use init_core::Text;
use init_core::export::{Node, secret_name};

use crate::desired::{ReplicaRoute, ReplicaRule, Status};
use crate::error::Error;
use crate::observe::by_arn;
use crate::observed::{ObservedBucket, ObservedReplication, ObservedTarget};
use crate::wire::client::Client;
use crate::wire::s3::Subresource;
use crate::wire::s3::replication::{from_xml, inexpressible};

pub(super) async fn read(
    client: &Client,
    name: &str,
    existing: &mut ObservedBucket,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let Some(xml) = client.read_xml(name, Subresource::Replication).await? else { return Ok(()) };
    let listed = client.read_targets(name).await?;
    let arns = by_arn(&listed);
    let targets = listed.iter().map(|target| {
        let access_key = Text::Plain(target.access_key().to_owned());
        (target.url(), ObservedTarget { bucket: target.bucket.clone(), access_key, refused: false })
    });
    existing.replication = ObservedReplication {
        targets: targets.collect(),
        rules: from_xml(&xml, &arns),
        ..ObservedReplication::default()
    };
    let others = inexpressible(&xml, &arns);
    if others > 0 {
        notes.push(format!("{others} replication rules in a form that a spec cannot express"));
    }
    Ok(())
}

pub(super) fn rules(bucket: &str, existing: &ObservedReplication) -> Node {
    let rule = |(route, rule): (&ReplicaRoute, &ReplicaRule)| {
        let Text::Plain(access_key) = &existing.targets.get(&route.endpoint)?.access_key else { return None };
        let host = route.endpoint.split_once("://").map_or("", |(_, host)| host);
        let secret_key = Node::Secret {
            name: secret_name(&format!("{bucket}-{host}"), "secret_key"),
            purpose: format!("the secret key of {access_key} at {}", route.endpoint),
        };
        let to = Node::map()
            .with("endpoint", route.endpoint.as_str())
            .with("bucket", route.bucket.as_str())
            .with("accessKey", access_key.as_str())
            .with("secretKey", secret_key);
        let tags = route.tags.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
        let copied = |is_copied: Option<bool>| is_copied.filter(|is_copied| *is_copied);
        let node = Node::map()
            .with("to", to)
            .with_some("status", rule.status.filter(|status| *status == Status::Disabled).map(Status::as_str))
            .with_some("prefix", Some(route.prefix.as_str()).filter(|prefix| !prefix.is_empty()))
            .with_non_empty("tags", Node::Map(tags.collect()))
            .with_some("priority", rule.priority.map(i64::from))
            .with_some("deleteMarkers", copied(rule.delete_markers))
            .with_some("deletes", copied(rule.deletes))
            .with_some("existingObjects", copied(rule.existing_objects));
        Some(node)
    };
    Node::List(existing.rules.iter().filter_map(rule).collect())
}
