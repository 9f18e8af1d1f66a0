//! Signed requests to one S3 server, and the meaning of its answers. `object_store` signs them, and [`Http`] sends
//! them.
//!
//! In a log or an error a request is named by its `action`, which has labels in the place of names from secrets. Its
//! path and query are never shown, because they may hold such a name.

mod call;
mod error_body;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use init_core::{Endpoint, Secret};
use object_store::client::{HttpRequest, HttpRequestBody};
use secrecy::ExposeSecret as _;
use tokio::sync::OwnedSemaphorePermit;
use tracing::trace;

use crate::desired::{Accounts, ServerKind};
use crate::error::{Error, Refusal};
use crate::wire::address::Address;
use crate::wire::ceph::ops::AdminOps;
use crate::wire::credential::Credential;
use crate::wire::garage::api::AdminApi;
use crate::wire::http::{Http, Response};
use crate::wire::release::OldestRelease;
use crate::wire::sealing::Sealing;
use crate::wire::shared_writes::SharedWrites;

pub(crate) use self::call::Call;
pub(in crate::wire) use self::call::ENCODED;

use self::error_body::{code_and_message, code_of_status, without_signatures};

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    /// The `ETag`, on which a conditional write (`If-Match`) can depend.
    pub(crate) etag: Option<String>,
    /// True when MinIO says that a change of its configuration is in effect without a restart.
    pub(crate) config_applied: bool,
    _large: Option<OwnedSemaphorePermit>,
}

/// A client of one server, with the provisioning account.
pub(crate) struct Client {
    http: Http,
    address: Address,
    region: String,
    identity: Credential,
    /// Values from secrets, each with the label that replaces it where a server repeats it.
    labels: Vec<(Secret, String)>,
    kind: ServerKind,
    garage: Option<AdminApi>,
    admin_ops: AdminOps,
    release: OldestRelease,
    sealing: Sealing,
    shared: SharedWrites,
}

impl Client {
    pub(crate) fn new(http: Http, address: Address, region: String, identity: Credential) -> Self {
        Self {
            http,
            address,
            region,
            identity,
            labels: Vec::new(),
            kind: ServerKind::default(),
            garage: None,
            admin_ops: AdminOps::default(),
            release: OldestRelease::default(),
            sealing: Sealing::default(),
            shared: SharedWrites::default(),
        }
    }

    /// Records what kind of server this is.
    pub(crate) fn set_kind(&mut self, kind: ServerKind) {
        self.kind = kind;
    }

    /// Adds the admin API of Garage.
    pub(crate) fn set_garage(&mut self, api: AdminApi) {
        self.garage = Some(api);
    }

    /// The admin API of Garage, if the spec has it.
    pub(crate) fn garage(&self) -> Option<&AdminApi> {
        self.garage.as_ref()
    }

    /// Sets what is known of users for the admin ops API of Ceph's gateway.
    pub(crate) fn set_admin_ops(&mut self, ops: AdminOps) {
        self.admin_ops = ops;
    }

    pub(crate) fn admin_ops(&self) -> &AdminOps {
        &self.admin_ops
    }

    /// The accounts that a spec can declare.
    pub(crate) fn accounts(&self) -> Accounts {
        if self.garage.is_some() { Accounts::Keys } else { self.kind.accounts() }
    }

    pub(crate) fn kind(&self) -> ServerKind {
        self.kind
    }

    pub(crate) fn is_minio(&self) -> bool {
        self.kind == ServerKind::Minio
    }

    pub(crate) fn release(&self) -> &OldestRelease {
        &self.release
    }

    pub(crate) fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    pub(crate) fn shared(&self) -> &SharedWrites {
        &self.shared
    }

    /// Replaces `value` by `label` wherever a server repeats it.
    pub(crate) fn show_by_label(&mut self, value: Secret, label: String) {
        self.labels.push((value, label));
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.http.endpoint()
    }

    #[expect(clippy::disallowed_methods, reason = "a value is replaced before a server's message is shown")]
    pub(crate) fn redacted(&self, message: &str) -> String {
        let whole = self
            .labels
            .iter()
            .fold(message.to_owned(), |text, (value, label)| text.replace(value.expose_secret(), label));
        without_signatures(&whole)
    }

    /// The secret key of the provisioning account, with which bodies of the admin API are also encrypted.
    pub(crate) fn own_secret(&self) -> &Secret {
        self.identity.secret_key()
    }

    /// The access key of the provisioning account.
    pub(crate) fn own_key_id(&self) -> &str {
        self.identity.key_id()
    }

    /// Sends a request that the provisioning account signs.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        self.send_as(call, Some(&self.identity)).await
    }

    /// Sends a request that another account signs, or nobody for `None`. Every answer without a success status is an
    /// error.
    pub(crate) async fn send_as(&self, call: Call<'_>, signer: Option<&Credential>) -> Result<Answer, Error> {
        let action = call.action.to_string();
        let (response, signed_at) = self.exchange(call, signer).await?;
        self.classify(self.endpoint(), action, response, signed_at)
    }

    /// Sends a request and returns its answer with any status, and the time with which it was signed.
    pub(crate) async fn exchange(
        &self,
        call: Call<'_>,
        signer: Option<&Credential>,
    ) -> Result<(Response, Option<String>), Error> {
        let action = call.action.to_string();
        trace!(method = %call.method, %action, "request");
        let limit = call.limit;
        let request = self.request(call, signer)?;
        let signed_at = text(request.headers(), "x-amz-date");
        let sent = self.http.send(request, limit).await;
        let response =
            sent.map_err(|source| Error::NoResponse { action, endpoint: self.endpoint().clone(), source })?;
        trace!(status = response.head.status.as_u16(), "answer");
        Ok((response, signed_at))
    }

    fn request(&self, call: Call<'_>, signer: Option<&Credential>) -> Result<HttpRequest, Error> {
        let (action, region) = (call.action.to_string(), call.region.clone());
        let mut request = built(&self.address, call)?;
        if let Some(signer) = signer {
            let region = region.as_deref().unwrap_or(&self.region);
            let not_built =
                |e: object_store::Error| Error::RequestNotBuilt { action, problem: e.to_string() };
            signer.sign(&mut request, region).map_err(not_built)?;
        }
        Ok(request)
    }

    /// The meaning of an answer of `endpoint`.
    pub(in crate::wire) fn classify(
        &self,
        endpoint: &Endpoint,
        action: String,
        response: Response,
        signed_at: Option<String>,
    ) -> Result<Answer, Error> {
        let Response { head, body, large } = response;
        if head.status.is_success() {
            // A weak `ETag` does not identify the exact bytes, so it is ignored.
            let etag = text(&head.headers, "etag").filter(|etag| etag.starts_with('"'));
            let config_applied = text(&head.headers, "x-minio-config-applied").as_deref() == Some("true");
            return Ok(Answer { body, etag, config_applied, _large: large });
        }
        let endpoint = endpoint.clone();
        if head.status.is_redirection() {
            let location = text(&head.headers, "location").unwrap_or_else(|| "no location".to_owned());
            return Err(Error::Redirect {
                endpoint,
                status: head.status.as_u16(),
                location: self.redacted(&location),
            });
        }
        let (is_json, answered) = code_and_message(&body);
        let Some((code, message)) = answered.or_else(|| code_of_status(head.status, &body)) else {
            return Err(Error::ExpectsTls(endpoint));
        };
        let (code, message) = (self.redacted(&code), self.redacted(&message));
        let clocks = signed_at.zip(text(&head.headers, "date"));
        let status = head.status.as_u16();
        Err(Error::Refused(Box::new(Refusal {
            action,
            endpoint,
            status,
            code,
            message,
            concurrent_run: false,
            advice: None,
            is_json,
            clocks,
        })))
    }

    /// True when the spec has a plain HTTP endpoint and the listener answers a TLS handshake.
    pub(crate) async fn expects_tls(&self) -> bool {
        self.http.expects_tls().await
    }

    /// Fails when the body of a 400 says that the listener expects TLS.
    pub(crate) fn check_tls_page(&self, body: &[u8]) -> Result<(), Error> {
        match code_of_status(StatusCode::BAD_REQUEST, body) {
            Some(_) => Ok(()),
            None => Err(Error::ExpectsTls(self.endpoint().clone())),
        }
    }

    /// The error for a body that does not decode.
    pub(crate) fn unreadable(&self, action: &str, problem: &impl ToString) -> Error {
        let (action, endpoint) = (action.to_owned(), self.endpoint().clone());
        Error::UnreadableResponse { action, endpoint, problem: problem.to_string() }
    }
}

/// The request, without a signature.
pub(in crate::wire) fn built(address: &Address, call: Call<'_>) -> Result<HttpRequest, Error> {
    let uri = address.uri(call.bucket.as_deref(), &call.path, &call.query);
    let mut builder = http::Request::builder().method(call.method).uri(uri);
    for (name, value) in call.headers {
        builder = builder.header(name, value);
    }
    let request = builder.header(header::CONTENT_LENGTH, call.body.len());
    request
        .body(HttpRequestBody::from(call.body))
        .map_err(|e| Error::RequestNotBuilt { action: call.action.to_string(), problem: e.to_string() })
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
