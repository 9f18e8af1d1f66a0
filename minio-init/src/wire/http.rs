//! HTTP/1.1 to one endpoint over a few kept connections, without proxies and redirects.
//!
//! A request that was certainly not sent is sent again on a new connection. One that may have been sent is never
//! repeated: the caller observes the server again first.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, header, response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use init_core::Endpoint;
use init_net::{Connector, NetError};
use object_store::client::{HttpRequest, HttpRequestBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::TransportError;

/// The time for name resolution, TCP and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The read buffer of a connection, which is also the largest head of an answer.
const READ_AHEAD: usize = 32 << 10;
/// The time for an answer, so that a silent server does not use up the whole deadline of the run.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read at the same time as others. A larger one waits until no other large one is in
/// memory, so that the sum is bounded whatever a server sends.
const SMALL_RESPONSE: usize = 64 << 10;

/// An HTTP client of one endpoint.
pub(crate) struct Http {
    endpoint: Endpoint,
    /// The TLS settings; `None` is plain HTTP.
    tls: Option<Connector>,
    /// The TLS error of a connection that ended without a waiting request. With TLS 1.3 a server refuses a client
    /// certificate after the handshake, before it has read a request.
    tls_refusal: Arc<Mutex<Option<NetError>>>,
    /// The path prefix of every request. A proxy strips it, so no signature covers it.
    prefix: String,
    idle: Mutex<Vec<SendRequest<HttpRequestBody>>>,
    large: Arc<Semaphore>,
}

/// An answer.
pub(crate) struct Response {
    pub(crate) head: response::Parts,
    pub(crate) body: Bytes,
    /// The permit of a large answer, held until the answer has been used.
    pub(crate) large: Option<OwnedSemaphorePermit>,
}

impl Http {
    pub(crate) fn new(endpoint: Endpoint, tls: Option<Connector>, prefix: String) -> Self {
        let (idle, large) = (Mutex::new(Vec::new()), Arc::new(Semaphore::new(1)));
        Self { endpoint, tls, tls_refusal: Arc::default(), prefix, idle, large }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// True when the spec has a plain HTTP endpoint and the listener answers a TLS handshake.
    pub(crate) async fn expects_tls(&self) -> bool {
        self.tls.is_none() && init_net::speaks_tls(&self.endpoint, CONNECT_TIMEOUT).await
    }

    /// Sends a request. Its URI is absolute, because the signature covers the host. An answer of more than `limit`
    /// bytes is an error.
    pub(crate) async fn send(
        &self,
        mut request: HttpRequest,
        limit: usize,
    ) -> Result<Response, TransportError> {
        let host = request.uri().authority().map_or("", Authority::as_str);
        let host = HeaderValue::from_str(host).unwrap_or(HeaderValue::from_static(""));
        let target =
            format!("{}{}", self.prefix, request.uri().path_and_query().map_or("/", PathAndQuery::as_str));
        *request.uri_mut() = target.parse().unwrap_or_default();
        request.headers_mut().insert(header::HOST, host);
        timeout(RESPONSE_TIMEOUT, self.exchange(request, limit))
            .await
            .unwrap_or(Err(TransportError::TimedOut(RESPONSE_TIMEOUT)))
    }

    async fn exchange(&self, mut request: HttpRequest, limit: usize) -> Result<Response, TransportError> {
        loop {
            let (mut connection, fresh) = match self.take_idle().await {
                Some(take_idle) => (take_idle, false),
                None => (self.connect().await?, true),
            };
            match connection.try_send_request(request).await {
                Ok(response) => {
                    let response = self.read(response, limit).await?;
                    self.put_idle(connection);
                    return Ok(response);
                }
                Err(mut failed) => match failed.take_message() {
                    // The server had closed a kept connection, and no byte of this request was sent.
                    Some(unsent) if !fresh => request = unsent,
                    _ => return Err(self.transport_error(failed.into_error())),
                },
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<HttpRequestBody>, TransportError> {
        let stream = init_net::open(&self.endpoint, self.tls.as_ref(), CONNECT_TIMEOUT).await?;
        let (sender, connection) =
            http1::Builder::new().max_buf_size(READ_AHEAD).handshake(TokioIo::new(stream)).await?;
        let (endpoint, tls, tls_refusal) =
            (self.endpoint.clone(), self.tls.clone(), Arc::clone(&self.tls_refusal));
        tokio::spawn(async move {
            // A request that waits for its answer gets the error by itself.
            if let Err(error) = connection.await
                && let Some(fault) = tls.and_then(|tls| tls.fault(&endpoint, &error))
                && let Ok(mut tls_refusal) = tls_refusal.lock()
            {
                *tls_refusal = Some(fault);
            }
        });
        Ok(sender)
    }

    /// The TLS error, if there is one, or else the HTTP error.
    fn transport_error(&self, error: hyper::Error) -> TransportError {
        let fault = self.tls.as_ref().and_then(|tls| tls.fault(&self.endpoint, &error));
        let earlier = || self.tls_refusal.lock().ok()?.take();
        fault.or_else(earlier).map_or(TransportError::Http(error), TransportError::from)
    }

    async fn take_idle(&self) -> Option<SendRequest<HttpRequestBody>> {
        loop {
            let mut take_idle = self.idle.lock().ok()?.pop()?;
            if take_idle.ready().await.is_ok() {
                return Some(take_idle);
            }
        }
    }

    fn put_idle(&self, connection: SendRequest<HttpRequestBody>) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }

    async fn read(
        &self,
        response: http::Response<Incoming>,
        limit: usize,
    ) -> Result<Response, TransportError> {
        let (head, mut incoming) = response.into_parts();
        if incoming.size_hint().lower() > limit as u64 {
            return Err(TransportError::TooLong(limit));
        }
        let (mut body, mut large) = (BytesMut::new(), None);
        while let Some(frame) = incoming.frame().await {
            let Ok(data) = frame.map_err(|error| self.transport_error(error))?.into_data() else { continue };
            if body.len() + data.len() > limit {
                return Err(TransportError::TooLong(limit));
            }
            if large.is_none() && body.len() + data.len() > SMALL_RESPONSE {
                large = Arc::clone(&self.large).acquire_owned().await.ok();
            }
            body.extend_from_slice(&data);
        }
        Ok(Response { head, body: body.freeze(), large })
    }
}
