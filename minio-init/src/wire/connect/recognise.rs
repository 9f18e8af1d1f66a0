//! What the server is, behind whatever proxy. `Server:` says nothing, since a proxy replaces it.

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::error::{Error, Lost};
use crate::wire::admin::AccountInfo;
use crate::wire::client::{Call, Client};
use crate::wire::server_kind::ServerKind;

/// An account's own record has some hundred bytes for each bucket.
const ACCOUNT: usize = 16 << 20;

/// A proxy may drop MinIO's own headers or not pass its health on. The admin API still answers as no other does: a request
/// without a signature gets JSON, where S3 and RustFS have XML. RustFS answers one with a signature, and S3 does not.
pub(super) async fn recognise(client: &mut Client) -> Result<(), Error> {
    if client.is_minio() {
        return Ok(());
    }
    if refuses_in_json(client).await? {
        client.found(ServerKind::Minio);
    } else if has_accounts(client).await? {
        client.found(ServerKind::RustFs);
    }
    Ok(())
}

async fn refuses_in_json(client: &Client) -> Result<bool, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Refused {
        #[serde(rename = "Code")]
        _code: String,
        #[serde(rename = "RequestId")]
        _request_id: String,
    }
    let call = Call::admin(Method::GET, "info", "ask whether it is MinIO");
    let (response, _) = client.exchange(call, None).await?;
    let json = serde_json::from_slice::<Refused>(&response.body);
    Ok(response.head.status == StatusCode::FORBIDDEN && json.is_ok())
}

/// Every account may read its own record.
async fn has_accounts(client: &Client) -> Result<bool, Error> {
    let call = Call::admin(Method::GET, "accountinfo", "ask whether it has MinIO's admin API").limit(ACCOUNT);
    match client.send(call).await {
        Ok(answer) => Ok(serde_json::from_slice::<AccountInfo>(&answer.body).is_ok()),
        Err(Error::Refused(_) | Error::Redirect { .. } | Error::Lost { source: Lost::TooLong(_), .. }) => {
            Ok(false)
        }
        Err(other) => Err(other),
    }
}
