//! Looks up accounts by name. Users and access keys (service accounts) have their names in common, so a name that is
//! looked up as one may be used by the other.

use http::Method;
use init_core::{Secrets, Text};

use crate::desired::ServerKind;
use crate::error::Error;
use crate::wire::admin::{AccessKeyInfo, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::credential::resolve_name;

/// The codes with which MinIO reports that an access key (service account) does not exist.
const NO_SUCH_KEY: [&str; 2] = ["XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"];

/// The result of looking up the name of an account.
pub(super) enum Lookup<T> {
    Found(T),
    /// It is used by root, or by an access key (service account) in the place of a user, or the reverse.
    UsedOtherwise,
    Absent,
}

impl<T> Lookup<T> {
    /// Turns `Absent` into `UsedOtherwise`, where a signed request has shown that an account of this name exists.
    pub(super) fn or_used_otherwise(self) -> Self {
        match self {
            Self::Absent => Self::UsedOtherwise,
            existing => existing,
        }
    }

    pub(super) fn without_value<U>(&self) -> Lookup<U> {
        match self {
            Self::UsedOtherwise => Lookup::UsedOtherwise,
            Self::Found(_) | Self::Absent => Lookup::Absent,
        }
    }
}

pub(super) async fn user(client: &Client, secrets: &Secrets, name: &Text) -> Result<Lookup<UserInfo>, Error> {
    match read_user(client, secrets, name).await {
        // An access key (service account) is not a user.
        Err(refused) if refused.code() == "XMinioIAMActionNotAllowed" => Ok(Lookup::UsedOtherwise),
        Err(refused) if fails_for_the_other(client, &refused) => {
            used_otherwise(&read_access_key(client, secrets, name).await, refused)
        }
        found => Ok(found?.map_or(Lookup::Absent, Lookup::Found)),
    }
}

pub(super) async fn access_key(
    client: &Client,
    secrets: &Secrets,
    name: &Text,
) -> Result<Lookup<AccessKeyInfo>, Error> {
    match read_access_key(client, secrets, name).await {
        // MinIO answers the same for the name of a user and for an access key that the provisioning account may not
        // read.
        Err(refused) if refused.code() == "AccessDenied" || fails_for_the_other(client, &refused) => {
            used_otherwise(&read_user(client, secrets, name).await, refused)
        }
        found => Ok(found?.map_or(Lookup::Absent, Lookup::Found)),
    }
}

/// True for an error that RustFS answers for a user in the place of an access key (service account) and the reverse,
/// and for any failure of its own.
fn fails_for_the_other(client: &Client, refused: &Error) -> bool {
    client.kind() == ServerKind::RustFs && refused.code() == "InternalError"
}

/// A refused name is used otherwise if the other lookup finds it.
fn used_otherwise<T, U>(other: &Result<Option<U>, Error>, refused: Error) -> Result<Lookup<T>, Error> {
    match other {
        Ok(Some(_)) => Ok(Lookup::UsedOtherwise),
        Ok(None) | Err(_) => Err(refused),
    }
}

async fn read_user(client: &Client, secrets: &Secrets, name: &Text) -> Result<Option<UserInfo>, Error> {
    let call = Call::admin(Method::GET, "user-info", format!("read user {name}"))
        .query("accessKey", &resolve_name(secrets, name)?);
    client.find("users", "XMinioAdminNoSuchUser", call).await
}

async fn read_access_key(
    client: &Client,
    secrets: &Secrets,
    name: &Text,
) -> Result<Option<AccessKeyInfo>, Error> {
    let action = format!("read access key {name}");
    let call = Call::admin(Method::GET, "info-service-account", action.as_str())
        .query("accessKey", &resolve_name(secrets, name)?);
    match client.send_admin_sealed("access keys", call).await {
        Ok(sealed) => client.json(&action, &client.open(&action, sealed).await?).map(Some),
        Err(refused) if client.kind().means_absent(refused.code(), &NO_SUCH_KEY) => Ok(None),
        Err(refused) => Err(refused),
    }
}
