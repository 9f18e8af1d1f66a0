//! Whether a server keeps what it has accepted. What it drops is named at once: the reading at the end of a run would only
//! find that something differs.

use std::time::Duration;

use tokio::time::sleep;

use crate::desired::document::Document;
use crate::desired::{Cors, Size};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::s3::{self, Subresource};
use crate::wire::xml::Element;

/// A server may need a moment to show what it has.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// `lacking` names what of it is not there.
pub(super) async fn document(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    lacking: impl Fn(Option<&Element>) -> Option<&'static str>,
) -> Result<(), Error> {
    shows(client, bucket, subresource.feature(), async || {
        Ok(lacking(client.read_xml(bucket, subresource).await?.as_ref()))
    })
    .await
}

pub(super) async fn policy(client: &Client, bucket: &str, wanted: Option<&Document>) -> Result<(), Error> {
    let lacking = async || {
        let now = client.read_policy(bucket).await?;
        Ok((now.as_ref() != wanted).then_some("policy"))
    };
    shows(client, bucket, Subresource::Policy.feature(), lacking).await
}

pub(super) async fn quota(client: &Client, bucket: &str, wanted: Size) -> Result<(), Error> {
    let lacking = async || {
        let now = client.read_quota(bucket).await?.unwrap_or_default();
        Ok((now.size.max(now.limit) != wanted.0).then_some("quota"))
    };
    shows(client, bucket, "quota", lacking).await
}

async fn shows(
    client: &Client,
    bucket: &str,
    feature: &'static str,
    lacking: impl AsyncFn() -> Result<Option<&'static str>, Error>,
) -> Result<(), Error> {
    let mut lacks = feature;
    for tried in 0..TRIES {
        if tried > 0 {
            sleep(PAUSE).await;
        }
        match lacking().await? {
            None => return Ok(()),
            Some(what) => lacks = what,
        }
    }
    Err(client.drops(bucket, feature, lacks))
}

/// The first field of a rule that differs, as a spec calls it. The order of rules has no meaning.
pub(super) fn lacking_cors(wanted: &[Cors], now: Option<&Element>) -> Option<&'static str> {
    let now = now.map(s3::cors).unwrap_or_default();
    let (mut wanted, mut now): (Vec<_>, Vec<_>) = (wanted.iter().collect(), now.iter().collect());
    if wanted.len() != now.len() {
        return Some("rules");
    }
    wanted.sort();
    now.sort();
    wanted.into_iter().zip(now).find_map(|(wanted, now)| {
        let fields = [
            (wanted.origins == now.origins, "allowedOrigins"),
            (wanted.methods == now.methods, "allowedMethods"),
            (wanted.headers == now.headers, "allowedHeaders"),
            (wanted.expose == now.expose, "exposeHeaders"),
            (wanted.max_age == now.max_age, "maxAgeSeconds"),
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
        let lacking = |seen: &[Cors]| {
            let xml = Element::parse(s3::cors_xml(seen).as_bytes()).unwrap();
            lacking_cors(&[rule("b"), rule("a")], Some(&xml))
        };
        assert_eq!(lacking(&[rule("a"), rule("b")]), None);
        assert_eq!(lacking(&[rule("b")]), Some("rules"));
        assert_eq!(lacking(&[rule("a"), rule("c")]), Some("allowedOrigins"));
        assert_eq!(lacking(&[rule("a"), Cors { max_age: None, ..rule("b") }]), Some("maxAgeSeconds"));
        assert_eq!(
            lacking(&[rule("a"), Cors { expose: BTreeSet::new(), ..rule("b") }]),
            Some("exposeHeaders")
        );
    }
}
