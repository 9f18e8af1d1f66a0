//! Whether a server does what a bucket policy says of requests without a signature. Some accept the policy, show it, and
//! answer 403 all the same, so it is tried, with requests that read and change nothing.

use std::time::Duration;

use http::Method;
use tokio::time::sleep;

use crate::desired::{Access, Anonymous};
use crate::error::Error;
use crate::wire::client::{Call, Client};

/// A server may need a moment from the policy to what it says.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// An object that nobody has, and an upload that nobody began.
const OBJECT: &str = "/minio-init.nothing";
const UPLOAD: &str = "none";

/// MinIO is known to do what it says.
pub(super) async fn holds(client: &Client, access: &Access) -> Result<(), Error> {
    let word = Anonymous::of(access.document.as_ref(), &access.bucket);
    for (tried, call) in word.map(|word| calls(word, &access.bucket)).unwrap_or_default() {
        for left in (0..TRIES).rev() {
            match client.send_as(call(), None).await {
                Err(Error::Refused(refusal)) if refusal.is_forbidden() && left > 0 => sleep(PAUSE).await,
                Err(Error::Refused(refusal)) if refusal.is_forbidden() => {
                    return Err(Error::Unsupported {
                        at: format!("buckets.{}.anonymous", access.bucket),
                        feature: "anonymous",
                        endpoint: client.endpoint().clone(),
                        why: format!(
                            "it keeps the policy, and still refuses to {tried} without a signature ({})",
                            refusal.code
                        ),
                    });
                }
                // There is no such object and no such upload: it was allowed.
                Ok(_) | Err(Error::Refused(_)) => break,
                Err(other) => return Err(other),
            }
        }
    }
    Ok(())
}

type Attempt<'a> = (&'static str, Box<dyn Fn() -> Call<'a> + Send + 'a>);

fn calls(word: Anonymous, bucket: &str) -> Vec<Attempt<'_>> {
    let read =
        move || Call::get(format!("read bucket {bucket} without a signature")).bucket(bucket).path(OBJECT);
    let write = move || {
        let doing = format!("write to bucket {bucket} without a signature");
        let part = Call::new(Method::PUT, doing).bucket(bucket).path(OBJECT);
        part.query("partNumber", "1").query("uploadId", UPLOAD)
    };
    let get = || -> Attempt<'_> { ("read", Box::new(read)) };
    let put = || -> Attempt<'_> { ("write", Box::new(write)) };
    match word {
        Anonymous::None => Vec::new(),
        Anonymous::Download => vec![get()],
        Anonymous::Upload => vec![put()],
        Anonymous::Public => vec![get(), put()],
    }
}
