//! Signed requests to one S3 server, and what its answers mean. `object_store` signs; [`Http`] carries.
//!
//! What a request is called in a log or an error is its `doing`, which names things by their label. Its
//! path and query are never shown: they may hold a name that came from a secret.

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

use crate::error::{Error, Refusal};
use crate::wire::address::Address;
use crate::wire::credential::Credential;
use crate::wire::http::{Http, Response};
use crate::wire::sealing::Sealing;
use crate::wire::server_kind::ServerKind;
use crate::wire::shared_writes::SharedWrites;

pub(crate) use self::call::Call;

use self::error_body::{code_and_message, of_status, without_signatures};

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    /// What a write of the same can be made to depend on.
    pub(crate) etag: Option<String>,
    _large: Option<OwnedSemaphorePermit>,
}

/// One server and the identity that provisions it.
pub(crate) struct Client {
    http: Http,
    address: Address,
    region: String,
    identity: Credential,
    /// Values that came from secrets, and what is shown instead when a server repeats one.
    labels: Vec<(Secret, String)>,
    kind: ServerKind,
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
            sealing: Sealing::default(),
            shared: SharedWrites::default(),
        }
    }

    /// The server is this by what it says under MinIO's own paths.
    pub(crate) fn found(&mut self, kind: ServerKind) {
        self.kind = kind;
    }

    pub(crate) fn kind(&self) -> ServerKind {
        self.kind
    }

    pub(crate) fn is_minio(&self) -> bool {
        self.kind == ServerKind::Minio
    }

    pub(crate) fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    pub(crate) fn shared(&self) -> &SharedWrites {
        &self.shared
    }

    /// Shows `label` wherever a server repeats `value`.
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
    pub(crate) fn shown(&self, message: &str) -> String {
        let whole = self
            .labels
            .iter()
            .fold(message.to_owned(), |text, (value, label)| text.replace(value.expose_secret(), label));
        without_signatures(&whole)
    }

    /// The secret key of the identity that provisions: it also seals the admin API's bodies.
    pub(crate) fn own_secret(&self) -> &Secret {
        self.identity.secret_key()
    }

    /// Signs as the provisioning identity.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        self.send_as(call, Some(&self.identity)).await
    }

    /// Signs as another account, or not at all. Any answer but a successful one is an error.
    pub(crate) async fn send_as(&self, call: Call<'_>, signer: Option<&Credential>) -> Result<Answer, Error> {
        let doing = call.doing.to_string();
        let (response, signed_at) = self.exchange(call, signer).await?;
        self.classify(doing, response, signed_at)
    }

    /// Any answer, whatever it says.
    pub(crate) async fn exchange(
        &self,
        call: Call<'_>,
        signer: Option<&Credential>,
    ) -> Result<(Response, Option<String>), Error> {
        let doing = call.doing.to_string();
        trace!(method = %call.method, %doing, "request");
        let limit = call.limit;
        let request = self.request(call, signer)?;
        let signed_at = text(request.headers(), "x-amz-date");
        let sent = self.http.send(request, limit).await;
        let response =
            sent.map_err(|source| Error::Lost { doing, endpoint: self.endpoint().clone(), source })?;
        trace!(status = response.head.status.as_u16(), "answer");
        Ok((response, signed_at))
    }

    fn request(&self, call: Call<'_>, signer: Option<&Credential>) -> Result<HttpRequest, Error> {
        let doing = call.doing;
        let unsendable = |problem: String| Error::Unsendable { doing: doing.to_string(), problem };
        let uri = self.address.uri(call.bucket.as_deref(), &call.path, &call.query);
        let mut builder = http::Request::builder().method(call.method).uri(uri);
        for (name, value) in call.headers {
            builder = builder.header(name, value);
        }
        let request = builder.header(header::CONTENT_LENGTH, call.body.len());
        let mut request =
            request.body(HttpRequestBody::from(call.body)).map_err(|e| unsendable(e.to_string()))?;
        if let Some(signer) = signer {
            let region = call.region.as_deref().unwrap_or(&self.region);
            signer.sign(&mut request, region).map_err(|e| unsendable(e.to_string()))?;
        }
        Ok(request)
    }

    fn classify(
        &self,
        doing: String,
        response: Response,
        signed_at: Option<String>,
    ) -> Result<Answer, Error> {
        let Response { head, body, large } = response;
        if head.status.is_success() {
            // A weak one does not stand for the bytes.
            let etag = text(&head.headers, "etag").filter(|etag| etag.starts_with('"'));
            return Ok(Answer { body, etag, _large: large });
        }
        let endpoint = self.endpoint().clone();
        if head.status.is_redirection() {
            let location = text(&head.headers, "location").unwrap_or_else(|| "no location".to_owned());
            return Err(Error::Redirect {
                endpoint,
                status: head.status.as_u16(),
                location: self.shown(&location),
            });
        }
        let (json, answered) = code_and_message(&body);
        let Some((code, message)) = answered.or_else(|| of_status(head.status, &body)) else {
            return Err(Error::SpeaksTls(endpoint));
        };
        let (code, message) = (self.shown(&code), self.shown(&message));
        let clocks = signed_at.zip(text(&head.headers, "date"));
        let status = head.status.as_u16();
        Err(Error::Refused(Box::new(Refusal {
            doing,
            endpoint,
            status,
            code,
            message,
            raced: false,
            json,
            clocks,
        })))
    }

    /// Whether the spec asks for plain HTTP and the listener answers a TLS greeting.
    pub(crate) async fn expects_tls(&self) -> bool {
        self.http.expects_tls().await
    }

    /// Whether a 400 is a TLS listener's complaint.
    pub(crate) fn speaks_plain(&self, body: &[u8]) -> Result<(), Error> {
        match of_status(StatusCode::BAD_REQUEST, body) {
            Some(_) => Ok(()),
            None => Err(Error::SpeaksTls(self.endpoint().clone())),
        }
    }

    /// An answer that cannot be read.
    pub(crate) fn garbled(&self, doing: &str, problem: &impl ToString) -> Error {
        let (doing, endpoint) = (doing.to_owned(), self.endpoint().clone());
        Error::Garbled { doing, endpoint, problem: problem.to_string() }
    }
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
