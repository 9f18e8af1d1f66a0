//! The S3 actions that the words for access stand for, for users and for requests without credentials alike.

/// Actions on a bucket, and actions on its objects.
pub(super) type Actions = (&'static [&'static str], &'static [&'static str]);

/// Listing a bucket and getting its objects.
pub(super) const READ: Actions = (&["s3:GetBucketLocation", "s3:ListBucket"], &["s3:GetObject"]);

/// The same, with putting and deleting objects, in parts too.
pub(super) const READ_AND_WRITE: Actions = (
    &["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
    &[
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    ],
);
