//! Removes users and access keys.

use http::Method;
use init_core::{Secrets, Text};

use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::resolve_name;

/// The codes with which MinIO reports that a user or an access key does not exist.
const NO_SUCH_ACCOUNT: [&str; 3] =
    ["XMinioAdminNoSuchUser", "XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"];

/// Removes an account by its access key. Another run may have removed it already.
pub(super) async fn remove(
    client: &Client,
    call: &str,
    what: &str,
    name: &Text,
    secrets: &Secrets,
) -> Result<(), Error> {
    let call = Call::admin(Method::DELETE, call, format!("remove {what} {name}"))
        .query("accessKey", &resolve_name(secrets, name)?);
    match client.send_admin("users", call).await {
        Err(refused) if client.kind().means_absent(refused.code(), &NO_SUCH_ACCOUNT) => Ok(()),
        done => done.map(drop),
    }
}
