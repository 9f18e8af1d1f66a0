//! Tests whether a server applies a bucket policy to requests without a signature. Some accept and return the policy
//! but still answer 403, so it is tried, with requests that change nothing.

use std::time::Duration;

use http::Method;
use tokio::time::sleep;

use crate::desired::{Access, Anonymous};
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::s3::NO_OBJECT;
use crate::wire::xml::Element;

/// The number of attempts, because a server may need a moment until a policy takes effect.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(300);

/// The id of an upload that does not exist.
const UPLOAD: &str = "none";

/// Everybody as a grantee of an ACL.
const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

/// Fails when the server does not apply the policy. It is not called for MinIO, which is known to.
pub(super) async fn check_applied(client: &Client, access: &Access) -> Result<(), Error> {
    let word = Anonymous::from_policy(access.document.as_ref(), &access.bucket);
    if word == Some(Anonymous::None) {
        return check_closed(client, &access.bucket).await;
    }
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
                // The request was allowed: only the object or the upload does not exist.
                Ok(_) | Err(Error::Refused(_)) => break,
                Err(other) => return Err(other),
            }
        }
    }
    Ok(())
}

/// Fails when the ACL of a bucket grants something to everybody, whatever its policy says. A server may have no ACLs, or
/// show none to the account.
async fn check_closed(client: &Client, bucket: &str) -> Result<(), Error> {
    let action = format!("read the ACL of bucket {bucket}");
    let answer = match client.send(Call::get(action).bucket(bucket).query("acl", "")).await {
        Err(refused) if refused.is_of_another_server() => return Ok(()),
        answer => answer?,
    };
    let Ok(acl) = Element::parse(&answer.body) else { return Ok(()) };
    let mut grants =
        acl.descendant(&["AccessControlList"]).into_iter().flat_map(|grants| grants.all("Grant"));
    if !grants.any(|grant| grant.value(&["Grantee", "URI"]) == Some(EVERYBODY)) {
        return Ok(());
    }
    Err(Error::Unsupported {
        at: format!("buckets.{bucket}.anonymous"),
        feature: "`none`",
        endpoint: client.endpoint().clone(),
        why: "the ACL of the bucket grants something to everybody, whatever its policy says: close it first \
              (`aws s3api put-bucket-acl --acl private`)"
            .to_owned(),
    })
}

type Attempt<'a> = (&'static str, Box<dyn Fn() -> Call<'a> + Send + 'a>);

fn calls(word: Anonymous, bucket: &str) -> Vec<Attempt<'_>> {
    let read =
        move || Call::get(format!("read bucket {bucket} without a signature")).bucket(bucket).path(NO_OBJECT);
    let write = move || {
        let action = format!("write to bucket {bucket} without a signature");
        let part = Call::new(Method::PUT, action).bucket(bucket).path(NO_OBJECT);
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
