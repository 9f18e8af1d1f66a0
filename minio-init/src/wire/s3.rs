//! The sub-resources of a bucket: what each is called, when it is not there, and how it is read and written.

mod cors;
mod lifecycle;
mod listing;
mod notification;
mod properties;

use http::Method;

pub(crate) use listing::listed;
pub(crate) use properties::{
    encryption, encryption_xml, location_xml, lock, lock_xml, tags, tags_xml, versioning, versioning_xml,
};
pub(crate) use {cors::from_xml as cors, cors::to_xml as cors_xml};
pub(crate) use {
    lifecycle::from_xml as lifecycle, lifecycle::others as other_rules, lifecycle::these as these_rules,
    lifecycle::to_xml as lifecycle_xml,
};
pub(crate) use {
    notification::from_xml as notifications, notification::others as other_notifications,
    notification::to_xml as notifications_xml,
};

use crate::error::Error;
use crate::wire::client::{Answer, Call, Client};
use crate::wire::xml::Element;

/// More than a thousand lifecycle rules have.
const DOCUMENT_LIMIT: usize = 1 << 20;

/// A configuration of a bucket, by its query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subresource {
    Versioning,
    ObjectLock,
    Encryption,
    Tagging,
    Lifecycle,
    Policy,
    Notification,
    Cors,
}

impl Subresource {
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
    pub(crate) async fn read_subresource(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<Option<Answer>, Error> {
        let call = Call::get(format!("read the {} of bucket {bucket}", subresource.parameter()))
            .bucket(bucket)
            .query(subresource.parameter(), "")
            .limit(DOCUMENT_LIMIT);
        match self.send(call).await {
            Ok(answer) => Ok(Some(answer)),
            Err(refused) if subresource.absent().contains(&refused.code()) => Ok(None),
            Err(refused) => Err(self.unsupported(bucket, subresource, refused)),
        }
    }

    /// Whether the server knows the sub-resource, whatever it says of this bucket.
    pub(crate) async fn probe_subresource(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<(), Error> {
        self.read_subresource(bucket, subresource).await.map(drop)
    }

    /// The same as a tree.
    pub(crate) async fn read_xml(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<Option<Element>, Error> {
        Ok(self.read_tagged(bucket, subresource).await?.0)
    }

    /// The same with what a write can be made to depend on.
    pub(crate) async fn read_tagged(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<(Option<Element>, Option<String>), Error> {
        let Some(Answer { body, etag, .. }) = self.read_subresource(bucket, subresource).await? else {
            return Ok((None, None));
        };
        // Of a bucket without notifications Amazon answers with an empty element, and others with an empty body.
        if matches!(subresource, Subresource::Notification) && body.is_empty() {
            return Ok((None, etag));
        }
        let doing = format!("read the {} of bucket {bucket}", subresource.parameter());
        let xml = Element::parse(&body).map_err(|problem| self.garbled(&doing, &problem))?;
        if !xml.name().to_ascii_lowercase().contains(subresource.root()) {
            let problem = format!(
                "it begins with <{}>, which is no {} of a bucket",
                xml.name(),
                subresource.parameter()
            );
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
            ("LocationConstraint", _) => Ok(Some(properties::region(&xml).to_owned())),
            ("CreateBucketConfiguration", there) => {
                Ok(there.map(|there| properties::region(there).to_owned()))
            }
            (other, _) => Err(self.garbled(&doing, &format!("it begins with <{other}>"))),
        }
    }

    /// Replaces the sub-resource, or removes it.
    pub(crate) async fn write_subresource(
        &self,
        bucket: &str,
        subresource: Subresource,
        body: Option<String>,
    ) -> Result<(), Error> {
        self.write_over(bucket, subresource, body, None).await
    }

    /// The same, only while it is what was read with `etag`.
    pub(crate) async fn write_over(
        &self,
        bucket: &str,
        subresource: Subresource,
        body: Option<String>,
        etag: Option<&str>,
    ) -> Result<(), Error> {
        let doing = format!("set the {} of bucket {bucket}", subresource.parameter());
        let call = match body {
            Some(body) => Call::put(doing).document(body),
            None => Call::new(Method::DELETE, doing),
        };
        let call = etag.into_iter().fold(call, |call, etag| call.header("if-match", etag));
        let call = call.bucket(bucket).query(subresource.parameter(), "");
        self.send(call).await.map(drop).map_err(|refused| self.unsupported(bucket, subresource, refused))
    }

    /// A server that does not know a sub-resource says so by a code or a bare status.
    fn unsupported(&self, bucket: &str, subresource: Subresource, refused: Error) -> Error {
        match &refused {
            Error::Refused(refusal)
                if ["NotImplemented", "MethodNotAllowed"].contains(&refusal.code.as_str()) =>
            {
                Error::Unsupported {
                    at: format!("buckets.{bucket}.{}", subresource.feature()),
                    feature: subresource.feature(),
                    endpoint: self.endpoint().clone(),
                    why: format!("it answers {} (HTTP {})", refusal.code, refusal.status),
                }
            }
            _ => refused,
        }
    }
}
