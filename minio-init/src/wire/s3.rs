//! The sub-resources of a bucket: their names, the codes for an absent one, and how they are read and written.

mod cors;
mod lifecycle;
mod listing;
mod notification;
mod properties;
pub(crate) mod replication;

use http::Method;

pub(crate) use listing::parse_listing;
pub(crate) use properties::{
    encryption, encryption_xml, location_xml, lock, lock_xml, tags, tags_xml, versioning, versioning_xml,
};
pub(crate) use {cors::from_xml as cors, cors::to_xml as cors_xml};
pub(crate) use {
    lifecycle::from_xml as lifecycle, lifecycle::other_rules, lifecycle::rules_with_ids,
    lifecycle::to_xml as lifecycle_xml,
};
pub(crate) use {
    notification::from_xml as notifications, notification::others as other_notifications,
    notification::to_xml as notifications_xml,
};

use crate::error::Error;
use crate::wire::client::{Answer, Call, Client};
use crate::wire::xml::Element;

/// The largest document, in bytes; a thousand lifecycle rules have less.
const DOCUMENT_LIMIT: usize = 1 << 20;

/// The path of an object that does not exist and is never made.
pub(crate) const NO_OBJECT: &str = "/minio-init.nothing";

/// A sub-resource of a bucket, by its query parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subresource {
    Versioning,
    ObjectLock,
    Encryption,
    Tagging,
    Lifecycle,
    Policy,
    Notification,
    Replication,
    Cors,
}

impl Subresource {
    pub(crate) const ALL: [Self; 9] = [
        Self::Versioning,
        Self::ObjectLock,
        Self::Encryption,
        Self::Tagging,
        Self::Lifecycle,
        Self::Policy,
        Self::Notification,
        Self::Replication,
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
            Self::Replication => "replication",
            Self::Cors => "cors",
        }
    }

    /// The key of the sub-resource in a spec.
    pub(crate) fn feature(self) -> &'static str {
        match self {
            Self::ObjectLock => "objectLock",
            Self::Tagging => "tags",
            Self::Notification => "notifications",
            other => other.parameter(),
        }
    }

    /// A part of the name of the document's root element, which every server has in it: some write `Tagging` and some
    /// `GetBucketTaggingOutput`.
    fn root_name_part(self) -> &'static str {
        match self {
            Self::Versioning => "versioning",
            Self::ObjectLock => "objectlock",
            Self::Encryption => "encryption",
            Self::Tagging => "tagging",
            Self::Lifecycle => "lifecycle",
            Self::Policy => "policy",
            Self::Notification => "notification",
            Self::Replication => "replication",
            Self::Cors => "cors",
        }
    }

    /// The error codes for a bucket without this sub-resource.
    fn absent_codes(self) -> &'static [&'static str] {
        match self {
            Self::Versioning | Self::Notification => &[],
            Self::ObjectLock => &["ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound"],
            Self::Encryption => &["ServerSideEncryptionConfigurationNotFoundError"],
            Self::Tagging => &["NoSuchTagSet", "NoSuchTagSetError"],
            Self::Lifecycle => &["NoSuchLifecycleConfiguration"],
            Self::Policy => &["NoSuchBucketPolicy"],
            Self::Replication => &["ReplicationConfigurationNotFoundError"],
            Self::Cors => &["NoSuchCORSConfiguration"],
        }
    }
}

impl Client {
    /// Reads the sub-resource; `None` if the bucket has none.
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
            Err(refused) if subresource.absent_codes().contains(&refused.code()) => Ok(None),
            Err(refused) => Err(self.unsupported(bucket, subresource, refused)),
        }
    }

    /// Fails if the server does not support the sub-resource.
    pub(crate) async fn check_subresource(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<(), Error> {
        self.read_subresource(bucket, subresource).await.map(drop)
    }

    /// Reads the sub-resource as XML.
    pub(crate) async fn read_xml(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<Option<Element>, Error> {
        Ok(self.read_xml_with_etag(bucket, subresource).await?.0)
    }

    /// Reads the sub-resource as XML, with its `ETag`.
    pub(crate) async fn read_xml_with_etag(
        &self,
        bucket: &str,
        subresource: Subresource,
    ) -> Result<(Option<Element>, Option<String>), Error> {
        let Some(Answer { body, etag, .. }) = self.read_subresource(bucket, subresource).await? else {
            return Ok((None, None));
        };
        // For a bucket without notifications Amazon answers with an empty element, and others with an empty body.
        if matches!(subresource, Subresource::Notification) && body.is_empty() {
            return Ok((None, etag));
        }
        let action = format!("read the {} of bucket {bucket}", subresource.parameter());
        let xml = Element::parse(&body).map_err(|problem| self.unreadable(&action, &problem))?;
        if !xml.name().to_ascii_lowercase().contains(subresource.root_name_part()) {
            let problem = format!(
                "it begins with <{}>, which is no {} of a bucket",
                xml.name(),
                subresource.parameter()
            );
            return Err(self.unreadable(&action, &problem));
        }
        Ok((Some(xml), etag))
    }

    /// Reads the region of a bucket.
    pub(crate) async fn read_region(&self, bucket: &str) -> Result<Option<String>, Error> {
        let action = format!("read the region of bucket {bucket}");
        let call = Call::get(action.as_str()).bucket(bucket).query("location", "");
        let answer = self.send(call).await?;
        let xml = Element::parse(&answer.body).map_err(|problem| self.unreadable(&action, &problem))?;
        // SeaweedFS answers with the element of a request that creates a bucket, and names no region in it.
        match (xml.name(), xml.descendant(&["LocationConstraint"])) {
            ("LocationConstraint", _) => Ok(Some(properties::region(&xml).to_owned())),
            ("CreateBucketConfiguration", there) => {
                Ok(there.map(|there| properties::region(there).to_owned()))
            }
            (other, _) => Err(self.unreadable(&action, &format!("it begins with <{other}>"))),
        }
    }

    /// Replaces the sub-resource, or removes it for `None`.
    pub(crate) async fn write_subresource(
        &self,
        bucket: &str,
        subresource: Subresource,
        body: Option<String>,
    ) -> Result<(), Error> {
        self.write_if_unchanged(bucket, subresource, body, None).await
    }

    /// Replaces the sub-resource only while its `ETag` is still this one, or in any case for `None`.
    pub(crate) async fn write_if_unchanged(
        &self,
        bucket: &str,
        subresource: Subresource,
        body: Option<String>,
        etag: Option<&str>,
    ) -> Result<(), Error> {
        let action = format!("set the {} of bucket {bucket}", subresource.parameter());
        let call = match body {
            Some(body) => Call::put(action).document(body),
            None => Call::new(Method::DELETE, action),
        };
        let call = etag.into_iter().fold(call, |call, etag| call.header("if-match", etag));
        let call = call.bucket(bucket).query(subresource.parameter(), "");
        self.send(call).await.map(drop).map_err(|refused| self.unsupported(bucket, subresource, refused))
    }

    /// Turns the refusal of a server without the sub-resource into an error that names the place in the spec.
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
