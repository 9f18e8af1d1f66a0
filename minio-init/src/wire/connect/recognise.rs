//! Recognises the kind of server, behind any proxy. The header `Server` is not used, because a proxy replaces it.

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::desired::{Desired, ServerKind};
use crate::error::Error;
use crate::wire::admin::AccountInfo;
use crate::wire::ceph::Own;
use crate::wire::client::{Call, Client};

/// The largest record of an account, which has some hundred bytes for each bucket.
const ACCOUNT: usize = 16 << 20;

/// Finds out the kind of the server. It fails for another kind than the spec says.
pub(super) async fn recognise(client: &mut Client, desired: &Desired) -> Result<(), Error> {
    let found = kind(client, desired).await?;
    match desired.server.kind {
        // The admin API of Versity's gateway may be on another port, that of Ceph's switched off, and that of SeaweedFS
        // is for admin identities. Buckets need none of them. SeaweedFS may be used as a plain S3 server.
        Some(said @ (ServerKind::VersityGw | ServerKind::Ceph | ServerKind::SeaweedFs))
            if found == ServerKind::S3 =>
        {
            client.set_kind(said);
            Ok(())
        }
        Some(said @ ServerKind::S3) if found == ServerKind::SeaweedFs => {
            client.set_kind(said);
            Ok(())
        }
        Some(said) if said != found && said.recognised_as() != found => {
            Err(Error::OtherServer { endpoint: client.endpoint().clone(), said, found })
        }
        said => {
            client.set_kind(said.unwrap_or(found));
            Ok(())
        }
    }
}

/// Tells the kind of server by the admin API, unless it has shown it already, because a proxy may drop MinIO's own
/// headers or its health path. MinIO refuses a request without a signature in JSON, S3 and RustFS in XML. RustFS answers
/// a signed one, and S3 does not. Ceph's gateway is asked for the account itself, and Versity's and SeaweedFS for their
/// users, which is no request of S3, only where the spec has accounts (for Ceph's quotas too) or says a kind.
async fn kind(client: &Client, desired: &Desired) -> Result<ServerKind, Error> {
    if client.kind() != ServerKind::S3 {
        return Ok(client.kind());
    }
    if refuses_in_json(client).await? {
        return Ok(ServerKind::Minio);
    }
    if has_account_record(client).await? {
        return Ok(ServerKind::RustFs);
    }
    let may_be_asked = desired.has_accounts() || desired.server.kind.is_some();
    let quota = desired.buckets.values().any(|bucket| bucket.quota.is_some());
    if (quota || may_be_asked) && !matches!(client.rgw_own().await?, Own::NoApi) {
        return Ok(ServerKind::Ceph);
    }
    if may_be_asked && client.is_versity().await? {
        return Ok(ServerKind::VersityGw);
    }
    let is_seaweedfs = may_be_asked && client.is_seaweedfs().await?;
    Ok(if is_seaweedfs { ServerKind::SeaweedFs } else { ServerKind::S3 })
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
        Err(refused) if refused.is_of_another_server() => Ok(false),
        Err(other) => Err(other),
    }
}
