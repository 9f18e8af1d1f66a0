//! Recognises the kind of server, behind any proxy. The header `Server` is not used, because a proxy replaces it.

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::error::{Error, TransportError};
use crate::wire::admin::AccountInfo;
use crate::wire::client::{Call, Client};
use crate::wire::server_kind::ServerKind;

/// The largest record of an account, which has some hundred bytes for each bucket.
const ACCOUNT: usize = 16 << 20;

/// Tells the kind of server by the admin API, because a proxy may drop MinIO's own headers or its health path. MinIO
/// refuses a request without a signature in JSON, S3 and RustFS in XML. RustFS answers a signed one, and S3 does not.
pub(super) async fn recognise(client: &mut Client) -> Result<(), Error> {
    if client.is_minio() {
        return Ok(());
    }
    if refuses_in_json(client).await? {
        client.set_kind(ServerKind::Minio);
    } else if has_account_record(client).await? {
        client.set_kind(ServerKind::RustFs);
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

/// True when the account can read its own record, as every account may.
async fn has_account_record(client: &Client) -> Result<bool, Error> {
    let call = Call::admin(Method::GET, "accountinfo", "ask whether it has MinIO's admin API").limit(ACCOUNT);
    match client.send(call).await {
        Ok(answer) => Ok(serde_json::from_slice::<AccountInfo>(&answer.body).is_ok()),
        Err(
            Error::Refused(_)
            | Error::Redirect { .. }
            | Error::NoResponse { source: TransportError::TooLong(_), .. },
        ) => Ok(false),
        Err(other) => Err(other),
    }
}
