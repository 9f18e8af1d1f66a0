//! Checks that a server stores what it has accepted. What it drops is named at once; the verification at the end of
//! the run would only find a difference.

use std::time::Duration;

use tokio::time::sleep;

use crate::desired::document::Document;
use crate::desired::{Cors, Size};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::s3::{self, Subresource};
use crate::wire::xml::Element;

/// The number of attempts, because a server may need a moment to show what it has stored.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// Writes a sub-resource with a single value, which `what` names, and checks that the server has stored it.
pub(super) async fn set(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    body: String,
    what: &'static str,
    kept: impl Fn(Option<&Element>) -> bool,
) -> Result<(), Error> {
    client.write_subresource(bucket, subresource, Some(body)).await?;
    document(client, bucket, subresource, |now| (!kept(now)).then_some(what)).await
}

/// Checks a sub-resource; `missing_part` names what the server has dropped of it.
pub(super) async fn document(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    missing_part: impl Fn(Option<&Element>) -> Option<&'static str>,
) -> Result<(), Error> {
    retry_until_stored(client, bucket, subresource.feature(), async || {
        Ok(missing_part(client.read_xml(bucket, subresource).await?.as_ref()))
    })
    .await
}

pub(super) async fn policy(client: &Client, bucket: &str, wanted: Option<&Document>) -> Result<(), Error> {
    let missing_part = async || {
        let stored = client.read_policy(bucket).await?;
        Ok((stored.as_ref() != wanted).then_some("policy"))
    };
    retry_until_stored(client, bucket, Subresource::Policy.feature(), missing_part).await
}

pub(super) async fn quota(client: &Client, bucket: &str, wanted: Size) -> Result<(), Error> {
    let missing_part = async || {
        let stored = client.read_quota(bucket).await?.unwrap_or_default();
        Ok((stored.size.max(stored.limit) != wanted.0).then_some("quota"))
    };
    retry_until_stored(client, bucket, "quota", missing_part).await
}

async fn retry_until_stored(
    client: &Client,
    bucket: &str,
    feature: &'static str,
    missing_part: impl AsyncFn() -> Result<Option<&'static str>, Error>,
) -> Result<(), Error> {
    let mut missing = feature;
    for tried in 0..TRIES {
        if tried > 0 {
            sleep(PAUSE).await;
        }
        match missing_part().await? {
            None => return Ok(()),
            Some(what) => missing = what,
        }
    }
    Err(client.dropped_error(bucket, feature, missing))
}

/// The first field of a rule that differs, by its key in a spec. The order of rules has no meaning.
pub(super) fn missing_cors_field(wanted: &[Cors], stored: Option<&Element>) -> Option<&'static str> {
    let stored = stored.map(s3::cors).unwrap_or_default();
    let (mut wanted, mut stored): (Vec<_>, Vec<_>) = (wanted.iter().collect(), stored.iter().collect());
    if wanted.len() != stored.len() {
        return Some("rules");
    }
    wanted.sort();
    stored.sort();
    wanted.into_iter().zip(stored).find_map(|(wanted, stored)| {
        let fields = [
            (wanted.origins == stored.origins, "allowedOrigins"),
            (wanted.methods == stored.methods, "allowedMethods"),
            (wanted.headers == stored.headers, "allowedHeaders"),
            (wanted.expose == stored.expose, "exposeHeaders"),
            (wanted.max_age == stored.max_age, "maxAgeSeconds"),
        ];
        fields.into_iter().find(|(same, _)| !same).map(|(_, field)| field)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_field_of_a_rule_that_is_dropped_is_named_whatever_the_order() {
        let set = |value: &str| BTreeSet::from([value.to_owned()]);
        let rule = |origin: &str| Cors {
            origins: set(origin),
            methods: set("GET"),
            headers: set("*"),
            expose: set("etag"),
            max_age: Some(60),
        };
        let missing_part = |seen: &[Cors]| {
            let xml = Element::parse(s3::cors_xml(seen).as_bytes()).unwrap();
            missing_cors_field(&[rule("b"), rule("a")], Some(&xml))
        };
        assert_eq!(missing_part(&[rule("a"), rule("b")]), None);
        assert_eq!(missing_part(&[rule("b")]), Some("rules"));
        assert_eq!(missing_part(&[rule("a"), rule("c")]), Some("allowedOrigins"));
        assert_eq!(missing_part(&[rule("a"), Cors { max_age: None, ..rule("b") }]), Some("maxAgeSeconds"));
        assert_eq!(
            missing_part(&[rule("a"), Cors { expose: BTreeSet::new(), ..rule("b") }]),
            Some("exposeHeaders")
        );
    }
}
