//! MinIO calls itself ready before it has read its users, groups and policies, and until then answers that they are not
//! there: what came of a plan made then could write over a group of the same name. Some of its calls wait for the first
//! reading (`configLoaded` in its cmd/iam.go), and one of those is made first.
//!
//! <https://github.com/minio/minio/blob/master/cmd/iam.go>

use http::Method;

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::client::{Call, Client};

/// Answered when the identities have been read; at once where the spec has none.
pub(super) async fn loaded(client: &Client, desired: &Desired) -> Result<(), Error> {
    let none = desired.policies.is_empty() && desired.groups.is_empty() && desired.names().next().is_none();
    if none {
        return Ok(());
    }
    let doing = "wait until users and policies are loaded";
    match client.ask("groups", Call::admin(Method::GET, "groups", doing)).await {
        // An account may always list its own keys. That answer is sealed, which costs the server a tenth of a second.
        Err(refused) if refused.code() == "AccessDenied" => {
            let own = Call::admin(Method::GET, "list-service-accounts", doing);
            client.ask_sealed("accessKeys", own).await.map(drop)
        }
        // Reading will say it, with what the spec needs it for.
        Err(Error::NoAdminApi { .. }) => Ok(()),
        answered => answered.map(drop),
    }
}
