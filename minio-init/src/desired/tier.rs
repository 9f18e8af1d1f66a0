//! Remote tiers: places at other servers to which lifecycle rules move objects.

use std::fmt;

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The protocol of the server of a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TierType {
    /// MinIO.
    Minio,
    /// Any server that speaks S3.
    S3,
}

/// A tier with its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tier {
    pub(crate) place: Place,
    pub(crate) access_key: Text,
    pub(crate) secret: SecretRef,
}

/// The place of the objects of a tier, which never changes. In a spec `None` is not declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    #[serde(rename = "type")]
    pub(crate) kind: TierType,
    pub(crate) endpoint: String,
    pub(crate) bucket: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class: Option<String>,
}

impl TierType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Minio => "minio",
            Self::S3 => "s3",
        }
    }

    /// Reads MinIO's names; `None` for a type that a spec cannot express.
    pub(crate) fn read(name: &str) -> Option<Self> {
        [Self::Minio, Self::S3].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Place {
    /// The fields that differ from those of an existing tier, with both values: key, from, to. A prefix has the same
    /// meaning with and without a slash at its end.
    pub(crate) fn differing<'a>(&'a self, existing: &'a Self) -> Vec<(&'static str, &'a str, &'a str)> {
        let text = |value: &'a Option<String>| value.as_deref().unwrap_or_default();
        let declared = |value: &'a Option<String>, other: &'a Option<String>| {
            if value.is_some() { text(value) } else { text(other) }
        };
        let trimmed = |prefix: &'a str| prefix.strip_suffix('/').unwrap_or(prefix);
        let fields = [
            ("type", existing.kind.as_str(), self.kind.as_str()),
            ("endpoint", existing.endpoint.as_str(), self.endpoint.as_str()),
            ("bucket", existing.bucket.as_str(), self.bucket.as_str()),
            ("prefix", trimmed(text(&existing.prefix)), trimmed(declared(&self.prefix, &existing.prefix))),
            ("region", text(&existing.region), declared(&self.region, &existing.region)),
            (
                "storageClass",
                text(&existing.storage_class),
                declared(&self.storage_class, &existing.storage_class),
            ),
        ];
        fields.into_iter().filter(|(_, from, to)| from != to).collect()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.bucket, self.endpoint)?;
        self.prefix.iter().try_for_each(|prefix| write!(f, " below {prefix}"))
    }
}

/// The URL of another server in the one form in which it is compared: in lower case, without the port that the scheme
/// implies and without a slash at its end.
pub(crate) fn normal_url(url: &str) -> String {
    let url = url.trim_end_matches('/').to_ascii_lowercase();
    let implied = if url.starts_with("https://") { ":443" } else { ":80" };
    url.strip_suffix(implied).map_or(url.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(prefix: Option<&str>, region: Option<&str>) -> Place {
        Place {
            kind: TierType::Minio,
            endpoint: "http://cold:9000".to_owned(),
            bucket: "cold".to_owned(),
            prefix: prefix.map(str::to_owned),
            region: region.map(str::to_owned),
            storage_class: None,
        }
    }

    #[test]
    fn what_a_spec_does_not_declare_does_not_differ() {
        let existing = place(Some("a/"), Some("eu"));
        assert_eq!(place(None, None).differing(&existing), []);
        assert_eq!(place(Some("a"), None).differing(&existing), []);
        assert_eq!(
            place(Some("b"), Some("us")).differing(&existing),
            [("prefix", "a", "b"), ("region", "eu", "us")]
        );
        assert_eq!(place(Some("b"), None).differing(&place(None, None)), [("prefix", "", "b")]);
    }

    #[test]
    fn a_url_has_one_form() {
        for (url, normal) in [
            ("https://S3.Example.org:443/", "https://s3.example.org"),
            ("http://cold:80", "http://cold"),
            ("http://cold:9000/", "http://cold:9000"),
            ("https://cold:80", "https://cold:80"),
        ] {
            assert_eq!(normal_url(url), normal);
        }
    }
}
