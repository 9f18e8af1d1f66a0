//! Anonymous access, in the words and with the meaning of `mc anonymous`: a word stands for a bucket policy.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::{Actions, READ, READ_AND_WRITE};
use super::document::Document;

/// The access of requests without credentials to a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Anonymous {
    /// No access: the bucket has no policy.
    None,
    /// List and get.
    Download,
    /// Put and delete.
    Upload,
    /// List, get, put and delete.
    Public,
}

impl Anonymous {
    const OPEN: [Self; 3] = [Self::Download, Self::Upload, Self::Public];

    /// The bucket policy for this word; `None` stands for no policy.
    pub(crate) fn document(self, bucket: &str) -> Option<Document> {
        let (on_bucket, on_objects) = self.actions()?;
        let (bucket, objects) = (format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*"));
        let everybody = json!({"AWS": ["*"]});
        Document::read(&json!({
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": everybody, "Action": on_bucket, "Resource": [bucket]},
                {"Effect": "Allow", "Principal": everybody, "Action": on_objects, "Resource": [objects]},
            ],
        }))
    }

    /// The word for a bucket policy, if there is one.
    pub(crate) fn from_policy(document: Option<&Document>, bucket: &str) -> Option<Self> {
        match document {
            None => Some(Self::None),
            Some(document) => {
                Self::OPEN.into_iter().find(|word| word.document(bucket).as_ref() == Some(document))
            }
        }
    }

    fn actions(self) -> Option<Actions> {
        Some(match self {
            Self::None => return None,
            Self::Download => READ,
            Self::Upload => (
                &["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
                &[
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ],
            ),
            Self::Public => READ_AND_WRITE,
        })
    }
}

impl fmt::Display for Anonymous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Download => "download",
            Self::Upload => "upload",
            Self::Public => "public",
        })
    }
}
