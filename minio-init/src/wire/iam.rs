//! The IAM API of SeaweedFS: forms that are signed as requests of S3 and sent to the S3 endpoint, with answers in XML.
//!
//! <https://github.com/seaweedfs/seaweedfs/blob/master/weed/s3api/s3api_embedded_iam.go>

mod calls;
pub(crate) mod documents;
mod form;
mod reads;
mod writes;

pub(super) use form::Form;
pub(crate) use writes::Step;
