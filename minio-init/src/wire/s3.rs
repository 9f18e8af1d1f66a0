//! The sub-resources of a bucket: what each is called, when it is not there, and how its XML reads.

mod cors;
mod lifecycle;
mod listing;
mod notification;

use std::collections::BTreeMap;

use http::Method;

pub(crate) use listing::listed;
pub(crate) use {cors::from_xml as cors, cors::to_xml as cors_xml};
pub(crate) use {
    lifecycle::from_xml as lifecycle, lifecycle::others as other_rules, lifecycle::these as these_rules,
    lifecycle::to_xml as lifecycle_xml,
};
pub(crate) use {
    notification::from_xml as notifications, notification::others as other_notifications,
    notification::to_xml as notifications_xml,
};

use crate::desired::{Encryption, Lock, Period, REGION, RetentionMode, Versioning};
use crate::error::Error;
use crate::wire::client::{Answer, Call, Client};
use crate::wire::xml::Element;

/// More than a thousand lifecycle rules have.
const DOCUMENT_LIMIT: usize = 1 << 20;

/// A configuration of a bucket, by its query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sub {
    Versioning,
    ObjectLock,
    Encryption,
    Tagging,
    Lifecycle,
    Policy,
    Notification,
    Cors,
}

impl Sub {
    pub(crate) const ALL: [Self; 8] = [
        Self::Versioning,
        Self::ObjectLock,
        Self::Encryption,
        Self::Tagging,
        Self::Lifecycle,
        Self::Policy,
        Self::Notification,
        Self::Cors,
    ];

    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Versioning => "versioning",
            Self::ObjectLock => "object-lock",
            Self::Encryption => "encryption",
            Self::Tagging => "tagging",
            Self::Lifecycle => "lifecycle",
            Self::Policy => "policy",
            Self::Notification => "notification",
            Self::Cors => "cors",
        }
    }

    /// As a spec says it.
    pub(crate) fn feature(self) -> &'static str {
        match self {
            Self::ObjectLock => "objectLock",
            Self::Tagging => "tags",
            Self::Notification => "notifications",
            other => other.parameter(),
        }
    }

    /// What is in the name of the document's root, whoever wrote it: some say `Tagging` and some `GetBucketTaggingOutput`.
    fn root(self) -> &'static str {
        match self {
            Self::Versioning => "versioning",
            Self::ObjectLock => "objectlock",
            Self::Encryption => "encryption",
            Self::Tagging => "tagging",
            Self::Lifecycle => "lifecycle",
            Self::Policy => "policy",
            Self::Notification => "notification",
            Self::Cors => "cors",
        }
    }

    /// What servers say when the bucket has none.
    fn absent(self) -> &'static [&'static str] {
        match self {
            Self::Versioning | Self::Notification => &[],
            Self::ObjectLock => &["ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound"],
            Self::Encryption => &["ServerSideEncryptionConfigurationNotFoundError"],
            Self::Tagging => &["NoSuchTagSet", "NoSuchTagSetError"],
            Self::Lifecycle => &["NoSuchLifecycleConfiguration"],
            Self::Policy => &["NoSuchBucketPolicy"],
            Self::Cors => &["NoSuchCORSConfiguration"],
        }
    }
}

impl Client {
    /// The sub-resource, if the bucket has one.
    pub(crate) async fn read_sub(&self, bucket: &str, sub: Sub) -> Result<Option<Answer>, Error> {
        let call = Call::get(format!("read the {} of bucket {bucket}", sub.parameter()))
            .bucket(bucket)
            .query(sub.parameter(), "")
            .limit(DOCUMENT_LIMIT);
        match self.send(call).await {
            Ok(answer) => Ok(Some(answer)),
            Err(refused) if sub.absent().contains(&refused.code()) => Ok(None),
            Err(refused) => Err(self.unsupported(bucket, sub, refused)),
        }
    }

    /// Whether the server knows the sub-resource, whatever it says of this bucket.
    pub(crate) async fn probe_sub(&self, bucket: &str, sub: Sub) -> Result<(), Error> {
        self.read_sub(bucket, sub).await.map(drop)
    }

    /// The same as a tree.
    pub(crate) async fn read_xml(&self, bucket: &str, sub: Sub) -> Result<Option<Element>, Error> {
        Ok(self.read_tagged(bucket, sub).await?.0)
    }

    /// The same with what a write can be made to depend on.
    pub(crate) async fn read_tagged(
        &self,
        bucket: &str,
        sub: Sub,
    ) -> Result<(Option<Element>, Option<String>), Error> {
        let Some(Answer { body, etag, .. }) = self.read_sub(bucket, sub).await? else {
            return Ok((None, None));
        };
        // Of a bucket without notifications Amazon answers with an empty element, and others with an empty body.
        if matches!(sub, Sub::Notification) && body.is_empty() {
            return Ok((None, etag));
        }
        let doing = format!("read the {} of bucket {bucket}", sub.parameter());
        let xml = Element::parse(&body).map_err(|problem| self.garbled(&doing, &problem))?;
        if !xml.name().to_ascii_lowercase().contains(sub.root()) {
            let problem =
                format!("it begins with <{}>, which is no {} of a bucket", xml.name(), sub.parameter());
            return Err(self.garbled(&doing, &problem));
        }
        Ok((Some(xml), etag))
    }

    /// Where the bucket is.
    pub(crate) async fn read_region(&self, bucket: &str) -> Result<Option<String>, Error> {
        let doing = format!("read the region of bucket {bucket}");
        let call = Call::get(doing.as_str()).bucket(bucket).query("location", "");
        let answer = self.send(call).await?;
        let xml = Element::parse(&answer.body).map_err(|problem| self.garbled(&doing, &problem))?;
        // SeaweedFS answers with the element that a request to make a bucket has, and names no region in it.
        match (xml.name(), xml.at(&["LocationConstraint"])) {
            ("LocationConstraint", _) => Ok(Some(region(&xml).to_owned())),
            ("CreateBucketConfiguration", there) => Ok(there.map(|there| region(there).to_owned())),
            (other, _) => Err(self.garbled(&doing, &format!("it begins with <{other}>"))),
        }
    }

    /// Replaces the sub-resource, or removes it.
    pub(crate) async fn write_sub(&self, bucket: &str, sub: Sub, body: Option<String>) -> Result<(), Error> {
        self.write_over(bucket, sub, body, None).await
    }

    /// The same, only while it is what was read with `etag`.
    pub(crate) async fn write_over(
        &self,
        bucket: &str,
        sub: Sub,
        body: Option<String>,
        etag: Option<&str>,
    ) -> Result<(), Error> {
        let doing = format!("set the {} of bucket {bucket}", sub.parameter());
        let call = match body {
            Some(body) => Call::put(doing).document(body),
            None => Call::new(Method::DELETE, doing),
        };
        let call = etag.into_iter().fold(call, |call, etag| call.header("if-match", etag));
        let call = call.bucket(bucket).query(sub.parameter(), "");
        self.send(call).await.map(drop).map_err(|refused| self.unsupported(bucket, sub, refused))
    }

    /// A server that does not know a sub-resource says so by a code or a bare status.
    fn unsupported(&self, bucket: &str, sub: Sub, refused: Error) -> Error {
        match &refused {
            Error::Refused(refusal)
                if ["NotImplemented", "MethodNotAllowed"].contains(&refusal.code.as_str()) =>
            {
                Error::Unsupported {
                    at: format!("buckets.{bucket}.{}", sub.feature()),
                    feature: sub.feature(),
                    endpoint: self.endpoint().clone(),
                    why: format!("it answers {} (HTTP {})", refusal.code, refusal.status),
                }
            }
            _ => refused,
        }
    }
}

pub(crate) fn versioning(xml: &Element) -> Option<Versioning> {
    match xml.value(&["Status"])? {
        "Enabled" => Some(Versioning::Enabled),
        "Suspended" => Some(Versioning::Suspended),
        _ => None,
    }
}

/// With whatever else is said there. Prefixes that MinIO excludes have no meaning, and are refused, while it is suspended.
pub(crate) fn versioning_xml(versioning: Versioning, now: Option<&Element>) -> String {
    let stays = |child: &&Element| {
        child.name() != "Status" && (versioning == Versioning::Enabled || child.name() != "ExcludedPrefixes")
    };
    let others = now.into_iter().flat_map(Element::children).filter(stays);
    let status = Element::new("VersioningConfiguration").text("Status", versioning.as_str());
    status.with_all(others.cloned()).to_string()
}

pub(crate) fn lock(xml: &Element) -> Option<Lock> {
    if xml.value(&["ObjectLockEnabled"])? != "Enabled" {
        return None;
    }
    let retention = xml.at(&["Rule", "DefaultRetention"]);
    let mode = retention.and_then(|retention| match retention.value(&["Mode"])? {
        "GOVERNANCE" => Some(RetentionMode::Governance),
        "COMPLIANCE" => Some(RetentionMode::Compliance),
        _ => None,
    });
    let number = |name| retention?.value(&[name])?.parse::<u32>().ok().filter(|number| *number > 0);
    let period = number("Days").map(Period::Days).or_else(|| number("Years").map(Period::Years));
    Some(match (mode, period) {
        (Some(mode), Some(period)) => Lock::Retention { mode, period },
        _ => Lock::NoRetention,
    })
}

pub(crate) fn lock_xml(lock: Lock) -> String {
    let enabled = Element::new("ObjectLockConfiguration").text("ObjectLockEnabled", "Enabled");
    let Lock::Retention { mode, period } = lock else {
        return enabled.to_string();
    };
    let retention = Element::new("DefaultRetention").text("Mode", mode.as_str());
    let retention = match period {
        Period::Days(days) => retention.text("Days", days),
        Period::Years(years) => retention.text("Years", years),
    };
    enabled.with(Element::new("Rule").with(retention)).to_string()
}

/// The first region of S3 has no name there, and the first in Europe an old one.
fn region(xml: &Element) -> &str {
    match xml.content().trim() {
        "" => REGION,
        "EU" => "eu-west-1",
        named => named,
    }
}

/// Where a new bucket is to be.
pub(crate) fn location_xml(region: &str) -> String {
    Element::new("CreateBucketConfiguration").text("LocationConstraint", region).to_string()
}

/// The algorithm's name as S3 says it, whatever it is.
pub(crate) fn encryption(xml: &Element) -> Option<String> {
    xml.value(&["Rule", "ApplyServerSideEncryptionByDefault", "SSEAlgorithm"]).map(str::to_owned)
}

pub(crate) fn encryption_xml(encryption: Encryption) -> String {
    let by_default =
        Element::new("ApplyServerSideEncryptionByDefault").text("SSEAlgorithm", encryption.algorithm());
    Element::new("ServerSideEncryptionConfiguration").with(Element::new("Rule").with(by_default)).to_string()
}

pub(crate) fn tags(xml: &Element) -> BTreeMap<String, String> {
    let pair = |tag: &Element| Some((tag.value(&["Key"])?.to_owned(), tag.value(&["Value"])?.to_owned()));
    xml.at(&["TagSet"]).into_iter().flat_map(|set| set.all("Tag")).filter_map(pair).collect()
}

pub(crate) fn tags_xml<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let tag = |(key, value)| Element::new("Tag").text("Key", key).text("Value", value);
    Element::new("Tagging").with(Element::new("TagSet").with_all(tags.into_iter().map(tag))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let read = |text: String| Element::parse(text.as_bytes()).unwrap();
        for value in [Versioning::Enabled, Versioning::Suspended] {
            assert_eq!(versioning(&read(versioning_xml(value, None))), Some(value));
        }
        let governed = Lock::Retention { mode: RetentionMode::Governance, period: Period::Days(30) };
        let complied = Lock::Retention { mode: RetentionMode::Compliance, period: Period::Years(7) };
        for value in [Lock::NoRetention, governed, complied] {
            assert_eq!(lock(&read(lock_xml(value))), Some(value));
        }
        assert_eq!(encryption(&read(encryption_xml(Encryption::SseS3))).as_deref(), Some("AES256"));
        let value = BTreeMap::from([("team".to_owned(), "a & b".to_owned())]);
        assert_eq!(tags(&read(tags_xml(&value))), value);
    }

    #[test]
    fn a_lock_without_retention_and_no_lock_are_told_apart() {
        let read = |text: &str| lock(&Element::parse(text.as_bytes()).unwrap());
        assert_eq!(read("<X><ObjectLockEnabled>Enabled</ObjectLockEnabled></X>"), Some(Lock::NoRetention));
        assert_eq!(read("<X/>"), None);
    }
}
