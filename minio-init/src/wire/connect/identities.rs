//! Waits until MinIO has read its identities. It reports that it is ready before that, and until then answers that
//! users, groups and policies do not exist, so a plan could overwrite an existing group. Some calls wait for that
//! first reading (`configLoaded` in its cmd/iam.go), and one of those is made first.
//!
//! <https://github.com/minio/minio/blob/master/cmd/iam.go>

use http::Method;

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::client::{Call, Client};

/// Returns when the identities have been read; at once where the spec has none, or the server no such API.
pub(super) async fn await_identities(client: &Client, desired: &Desired) -> Result<(), Error> {
    let none = !desired.has_accounts() && desired.ldap.is_empty();
    if none || !client.kind().has_admin_api() {
        return Ok(());
    }
    let action = "wait until users and policies are loaded";
    match client.send_admin("groups", Call::admin(Method::GET, "groups", action)).await {
        // Every account may list its own access keys. That answer is encrypted, which costs the server a tenth of a
        // second.
        Err(refused) if refused.code() == "AccessDenied" => {
            let own = Call::admin(Method::GET, "list-service-accounts", action);
            client.send_admin_sealed("accessKeys", own).await.map(drop)
        }
        answered => answered.map(drop),
    }
}
