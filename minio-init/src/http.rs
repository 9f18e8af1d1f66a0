//! HTTP/1.1 to one endpoint: a few kept connections, no proxy, no redirect, no CA but the one that is given.
//!
//! A request that was not sent at all goes out again on a new connection. One that may have been sent
//! never does: the driver reads again first.

mod connect;
mod tls;

use std::sync::Mutex;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Uri, header, response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use init_core::Endpoint;
use object_store::client::{HttpRequest, HttpRequestBody};
use tokio::time::timeout;

use crate::error::Lost;

pub(crate) use connect::Connector;
pub(crate) use tls::{Roots, roots};

/// A server that accepts and stays silent must not eat the whole deadline.
const ANSWER: Duration = Duration::from_secs(30);
/// More than any answer that this tool asks for.
const ANSWER_LIMIT: usize = 64 << 20;

/// The way to one endpoint.
pub(crate) struct Http {
    connector: Connector,
    host: HeaderValue,
    idle: Mutex<Vec<SendRequest<HttpRequestBody>>>,
}

/// What came back.
pub(crate) struct Response {
    pub(crate) head: response::Parts,
    pub(crate) body: Bytes,
}

impl Http {
    pub(crate) fn new(connector: Connector, host: HeaderValue) -> Self {
        Self { connector, host, idle: Mutex::new(Vec::new()) }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.connector.endpoint()
    }

    /// Sends a request whose URI is absolute, because that is what a signature covers.
    pub(crate) async fn send(&self, mut request: HttpRequest) -> Result<Response, Lost> {
        let origin = request.uri().path_and_query().cloned().map(Uri::from).unwrap_or_default();
        *request.uri_mut() = origin;
        request.headers_mut().insert(header::HOST, self.host.clone());
        timeout(ANSWER, self.exchange(request)).await.unwrap_or(Err(Lost::Silent(ANSWER)))
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<Response, Lost> {
        loop {
            let (mut connection, fresh) = match self.kept().await {
                Some(kept) => (kept, false),
                None => (self.connector.connect().await?, true),
            };
            match connection.try_send_request(request).await {
                Ok(response) => {
                    let response = read(response).await?;
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
}

async fn read(response: http::Response<Incoming>) -> Result<Response, Lost> {
    let (head, mut incoming) = response.into_parts();
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        if let Ok(data) = frame?.into_data() {
            body.extend_from_slice(&data);
        }
        if body.len() > ANSWER_LIMIT {
            return Err(Lost::Endless);
        }
    }
    Ok(Response { head, body: body.freeze() })
}
