//! HTTP/1.1 to one endpoint: a few kept connections, no proxy, no redirect, no CA but the one that is given.
//!
//! A request that was not sent at all goes out again on a new connection. One that may have been sent
//! never does: the driver reads again first.

mod connect;
mod tls;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Uri, header, response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::SendRequest;
use init_core::Endpoint;
use object_store::client::{HttpRequest, HttpRequestBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::Lost;

pub(crate) use connect::Connector;
pub(crate) use tls::{Roots, roots};

/// A server that accepts and stays silent must not eat the whole deadline.
const ANSWER: Duration = Duration::from_secs(30);
/// An answer up to this size is read beside the others. A larger one waits until no other large one is in memory, so
/// that the sum has a bound whatever a server sends to all requests at once.
const SMALL: usize = 64 << 10;

/// The way to one endpoint.
pub(crate) struct Http {
    connector: Connector,
    host: HeaderValue,
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
    pub(crate) fn new(connector: Connector, host: HeaderValue) -> Self {
        Self { connector, host, idle: Mutex::new(Vec::new()), large: Arc::new(Semaphore::new(1)) }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.connector.endpoint()
    }

    /// Sends a request whose URI is absolute, because that is what a signature covers. An answer of more than `limit`
    /// bytes is none.
    pub(crate) async fn send(&self, mut request: HttpRequest, limit: usize) -> Result<Response, Lost> {
        let origin = request.uri().path_and_query().cloned().map(Uri::from).unwrap_or_default();
        *request.uri_mut() = origin;
        request.headers_mut().insert(header::HOST, self.host.clone());
        timeout(ANSWER, self.exchange(request, limit)).await.unwrap_or(Err(Lost::Silent(ANSWER)))
    }

    async fn exchange(&self, mut request: HttpRequest, limit: usize) -> Result<Response, Lost> {
        loop {
            let (mut connection, fresh) = match self.kept().await {
                Some(kept) => (kept, false),
                None => (self.connector.connect().await?, true),
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
                    _ => return Err(failed.into_error().into()),
                },
            }
        }
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
            let Ok(data) = frame?.into_data() else { continue };
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
