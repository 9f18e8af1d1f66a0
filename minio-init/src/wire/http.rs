//! HTTP/1.1 to one endpoint: a few kept connections, no proxy and no redirect.
//!
//! A request that was not sent at all is sent again on a new connection. One that may have been sent never is: the driver
//! reads again first.

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

use crate::error::Lost;

/// The time for name resolution, TCP and TLS together.
const CONNECT: Duration = Duration::from_secs(5);
/// What a connection reads ahead, which is the most that the head of an answer may have.
const READ_AHEAD: usize = 32 << 10;
/// A server that accepts and stays silent must not eat the whole deadline.
const ANSWER: Duration = Duration::from_secs(30);
/// An answer up to this size is read beside the others. A larger one waits until no other large one is in memory, so
/// that the sum has a bound whatever a server sends to all requests at once.
const SMALL: usize = 64 << 10;

/// An HTTP client of one endpoint.
pub(crate) struct Http {
    endpoint: Endpoint,
    /// `None` speaks plain HTTP.
    tls: Option<Connector>,
    /// What TLS said when a connection ended while no request was waiting on it: a server refuses a client certificate
    /// after the handshake, before it has read a request.
    refused: Arc<Mutex<Option<NetError>>>,
    /// Before the path of every request: a proxy takes it away, so no signature covers it.
    prefix: String,
    idle: Mutex<Vec<SendRequest<HttpRequestBody>>>,
    large: Arc<Semaphore>,
}

/// What came back.
pub(crate) struct Response {
    pub(crate) head: response::Parts,
    pub(crate) body: Bytes,
    /// Held by a large answer until it has been read.
    pub(crate) large: Option<OwnedSemaphorePermit>,
}

impl Http {
    pub(crate) fn new(endpoint: Endpoint, tls: Option<Connector>, prefix: String) -> Self {
        let (idle, large) = (Mutex::new(Vec::new()), Arc::new(Semaphore::new(1)));
        Self { endpoint, tls, refused: Arc::default(), prefix, idle, large }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether the spec asks for plain HTTP and the listener answers a TLS greeting.
    pub(crate) async fn expects_tls(&self) -> bool {
        self.tls.is_none() && init_net::speaks_tls(&self.endpoint, CONNECT).await
    }

    /// Sends a request whose URI is absolute, because that is what a signature covers. An answer of more than `limit`
    /// bytes is none.
    pub(crate) async fn send(&self, mut request: HttpRequest, limit: usize) -> Result<Response, Lost> {
        let host = request.uri().authority().map_or("", Authority::as_str);
        let host = HeaderValue::from_str(host).unwrap_or(HeaderValue::from_static(""));
        let target =
            format!("{}{}", self.prefix, request.uri().path_and_query().map_or("/", PathAndQuery::as_str));
        *request.uri_mut() = target.parse().unwrap_or_default();
        request.headers_mut().insert(header::HOST, host);
        timeout(ANSWER, self.exchange(request, limit)).await.unwrap_or(Err(Lost::Silent(ANSWER)))
    }

    async fn exchange(&self, mut request: HttpRequest, limit: usize) -> Result<Response, Lost> {
        loop {
            let (mut connection, fresh) = match self.kept().await {
                Some(kept) => (kept, false),
                None => (self.connect().await?, true),
            };
            match connection.try_send_request(request).await {
                Ok(response) => {
                    let response = self.read(response, limit).await?;
                    self.keep(connection);
                    return Ok(response);
                }
                Err(mut failed) => match failed.take_message() {
                    // The server had closed a kept connection, and no byte of this request went out.
                    Some(unsent) if !fresh => request = unsent,
                    _ => return Err(self.lost(failed.into_error())),
                },
            }
        }
    }

    async fn connect(&self) -> Result<SendRequest<HttpRequestBody>, Lost> {
        let stream = init_net::open(&self.endpoint, self.tls.as_ref(), CONNECT).await?;
        let (sender, connection) =
            http1::Builder::new().max_buf_size(READ_AHEAD).handshake(TokioIo::new(stream)).await?;
        let (endpoint, tls, refused) = (self.endpoint.clone(), self.tls.clone(), Arc::clone(&self.refused));
        tokio::spawn(async move {
            // A request that waits for its answer learns by itself how its connection ended.
            if let Err(error) = connection.await
                && let Some(fault) = tls.and_then(|tls| tls.fault(&endpoint, &error))
                && let Ok(mut refused) = refused.lock()
            {
                *refused = Some(fault);
            }
        });
        Ok(sender)
    }

    /// What TLS said, if it said anything, and else what HTTP says.
    fn lost(&self, error: hyper::Error) -> Lost {
        let fault = self.tls.as_ref().and_then(|tls| tls.fault(&self.endpoint, &error));
        let earlier = || self.refused.lock().ok()?.take();
        fault.or_else(earlier).map_or(Lost::Http(error), Lost::from)
    }

    async fn kept(&self) -> Option<SendRequest<HttpRequestBody>> {
        loop {
            let mut kept = self.idle.lock().ok()?.pop()?;
            if kept.ready().await.is_ok() {
                return Some(kept);
            }
        }
    }

    fn keep(&self, connection: SendRequest<HttpRequestBody>) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
    }

    async fn read(&self, response: http::Response<Incoming>, limit: usize) -> Result<Response, Lost> {
        let (head, mut incoming) = response.into_parts();
        if incoming.size_hint().lower() > limit as u64 {
            return Err(Lost::TooLong(limit));
        }
        let (mut body, mut large) = (BytesMut::new(), None);
        while let Some(frame) = incoming.frame().await {
            let Ok(data) = frame.map_err(|error| self.lost(error))?.into_data() else { continue };
            if body.len() + data.len() > limit {
                return Err(Lost::TooLong(limit));
            }
            if large.is_none() && body.len() + data.len() > SMALL {
                large = Arc::clone(&self.large).acquire_owned().await.ok();
            }
            body.extend_from_slice(&data);
        }
        Ok(Response { head, body: body.freeze(), large })
    }
}
