//! Sets the encryption of buckets. Servers without a key to encrypt with keep the setting and then refuse every object
//! of the bucket, so an encrypted upload is begun and given up before. MinIO is asked for its key when a run begins.

use http::Method;

use super::stored;
use crate::desired::Encryption;
use crate::error::{Error, Refusal};
use crate::wire::client::{Call, Client};
use crate::wire::s3::{self, NO_OBJECT, Subresource};
use crate::wire::xml::Element;

/// An upload, which begins with or without encryption.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Upload {
    Encrypted,
    Plain,
}

pub(super) async fn set(
    client: &Client,
    bucket: &str,
    encryption: Encryption,
    algorithm: &str,
) -> Result<(), Error> {
    if !client.is_minio() {
        check_key(client, bucket).await?;
    }
    let kept = |now: Option<&Element>| now.and_then(s3::encryption).as_deref() == Some(algorithm);
    let body = s3::encryption_xml(encryption);
    stored::set(client, bucket, Subresource::Encryption, body, "algorithm", kept).await
}

/// Fails when the server refuses an upload for its encryption: it takes the same upload without. An account that may not
/// upload learns nothing, and neither does it where the server has no uploads in parts.
async fn check_key(client: &Client, bucket: &str) -> Result<(), Error> {
    let refusal = match attempt(client, bucket, Upload::Encrypted).await {
        Err(Error::Refused(refusal)) if !refusal.is_forbidden() => refusal,
        Ok(()) | Err(Error::Refused(_)) => return Ok(()),
        Err(other) => return Err(other),
    };
    match attempt(client, bucket, Upload::Plain).await {
        Ok(()) => Err(without_key(client, bucket, &refusal)),
        Err(Error::Refused(plain)) if plain.status < 500 || plain.status == 501 => Ok(()),
        Err(other) => Err(other),
    }
}

fn without_key(client: &Client, bucket: &str, refusal: &Refusal) -> Error {
    Error::Unsupported {
        at: format!("buckets.{bucket}.encryption"),
        feature: "encryption",
        endpoint: client.endpoint().clone(),
        why: format!(
            "it keeps the setting and then refuses every object of the bucket, as it refuses an encrypted upload \
             ({}); set up its key for SSE-S3 first",
            [refusal.code.as_str(), refusal.message.as_str()].join(" ").trim_end()
        ),
    }
}

/// Begins an upload in parts and gives it up.
async fn attempt(client: &Client, bucket: &str, upload: Upload) -> Result<(), Error> {
    let action = format!("try an upload to bucket {bucket}");
    let call = Call::new(Method::POST, action.as_str()).bucket(bucket).path(NO_OBJECT).query("uploads", "");
    let call = match upload {
        Upload::Encrypted => call.header("x-amz-server-side-encryption", "AES256"),
        Upload::Plain => call,
    };
    let begun = client.send(call).await?;
    let begun = Element::parse(&begun.body).map_err(|problem| client.unreadable(&action, &problem))?;
    let Some(id) = begun.value(&["UploadId"]) else {
        return Err(client.unreadable(&action, &"it has no UploadId"));
    };
    let action = format!("give up the upload that was tried to bucket {bucket}");
    let call = Call::new(Method::DELETE, action).bucket(bucket).path(NO_OBJECT).query("uploadId", id);
    client.send(call).await.map(drop)
}
