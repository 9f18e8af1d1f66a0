//! One connection to a broker: requests are pipelined, and responses come in the order of the requests.

use std::sync::Arc;
use std::time::Duration;

use init_core::Endpoint;
use init_net::{NetError, Stream, dial_with, open};
use kafka_protocol::messages::{ApiKey, ApiVersionsRequest};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tracing::{debug, trace};

use super::access::Access;
use super::api::Request;
use super::frame;
use super::response::{connection_closed, read_response};
use super::versions::{API_VERSIONS_VERSION, Versions, api_versions_request};
use crate::error::{Error, Peer};

/// The time for connecting, over all addresses of a broker's name, up to the response to `ApiVersions`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time for the response to `ApiVersions`, which a running broker sends in milliseconds.
const API_VERSIONS_TIMEOUT: Duration = Duration::from_secs(3);

/// A byte stream in both directions: a socket, with or without TLS, or the end of a pipe in a test.
trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A connection on which the broker has told its API versions.
pub(crate) struct Connection {
    peer: Peer,
    reader: ReadHalf<Box<dyn ByteStream>>,
    writer: WriteHalf<Box<dyn ByteStream>>,
    versions: Versions,
    access: Arc<Access>,
    /// The time for the next re-authentication, where the broker limits the lifetime of sessions
    /// (`connections.max.reauth.ms`).
    reauthenticate_at: Option<Instant>,
    correlation: i32,
    /// True when no request is in flight and nothing has failed. It stays false when a future was dropped before its
    /// response came.
    is_usable: bool,
}

impl Connection {
    /// Connects, reads the broker's API versions and logs in.
    pub(crate) async fn open(
        endpoint: &Endpoint,
        id: Option<i32>,
        access: &Arc<Access>,
    ) -> Result<Self, Error> {
        let peer = Peer { id, endpoint: endpoint.clone() };
        let started =
            dial_with(endpoint, CONNECT_TIMEOUT, |tcp, deadline| start(tcp, deadline, &peer, access)).await;
        let mut connection = match started {
            Err(Error::Net(hung_up @ NetError::HungUp { .. })) => {
                return Err(plaintext_listener(&peer, access).await.unwrap_or(hung_up.into()));
            }
            started => started?,
        };
        if let Some(login) = &access.login {
            connection.reauthenticate_at = connection.log_in(login).await?;
        }
        Ok(connection)
    }

    async fn negotiate_versions(
        stream: Box<dyn ByteStream>,
        peer: Peer,
        access: Arc<Access>,
        limit: Duration,
    ) -> Result<Self, Error> {
        let (reader, writer) = split(stream);
        let versions = Versions::default();
        let mut connection = Self {
            peer,
            reader,
            writer,
            versions,
            access,
            reauthenticate_at: None,
            correlation: 0,
            is_usable: true,
        };
        let mut versions = None;
        connection
            .exchange([api_versions_request()].into_iter(), API_VERSIONS_VERSION, limit, |_, answer| {
                versions = Some(answer);
            })
            .await?;
        let answer = versions.filter(|answer| answer.error_code == 0);
        connection.versions = answer.map(|answer| Versions::of(&answer)).unwrap_or_default();
        connection.version::<ApiVersionsRequest>()?;
        debug!(broker = %connection.peer, "connected");
        Ok(connection)
    }

    /// The broker at the other end.
    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Records the broker's id, once the cluster has told it.
    pub(crate) fn set_broker_id(&mut self, id: i32) {
        self.peer.id = Some(id);
    }

    /// True when another request can be sent.
    pub(crate) fn is_usable(&self) -> bool {
        self.is_usable
    }

    /// The version in which a request is sent to this broker: the newest that both sides support.
    pub(crate) fn version<R: Request>(&self) -> Result<i16, Error> {
        self.versions.newest_common::<R>().ok_or_else(|| Error::NoCommonVersion {
            peer: self.peer.clone(),
            request: R::KEY,
            theirs: self.versions.supported::<R>(),
            ours: R::VERSIONS,
        })
    }

    /// Sends one request and waits for its response, for at most `limit`.
    pub(crate) async fn call<R: Request>(&mut self, call: R, limit: Duration) -> Result<R::Response, Error> {
        let mut answer = None;
        self.pipeline([call].into_iter(), limit, |_, response| answer = Some(response)).await?;
        answer.ok_or_else(|| self.connection_closed(R::KEY, "no answer"))
    }

    /// Sends all requests without waiting for responses in between, and passes each response to `each` as it comes. A
    /// response has `limit` to arrive after the one before it.
    pub(crate) async fn pipeline<R: Request>(
        &mut self,
        calls: impl ExactSizeIterator<Item = R>,
        limit: Duration,
        each: impl FnMut(usize, R::Response),
    ) -> Result<(), Error> {
        if calls.len() == 0 {
            return Ok(());
        }
        let version = self.version::<R>()?;
        self.reauthenticate_if_due().await?;
        self.exchange(calls, version, limit, each).await
    }

    /// Authenticates again when that is due. A broker with a session lifetime closes a connection that sends any
    /// other request after the end of its session.
    async fn reauthenticate_if_due(&mut self) -> Result<(), Error> {
        if self.reauthenticate_at.is_some_and(|due| due <= Instant::now()) {
            let access = Arc::clone(&self.access);
            if let Some(login) = &access.login {
                self.reauthenticate_at = self.log_in(login).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn exchange<R: Request>(
        &mut self,
        calls: impl ExactSizeIterator<Item = R>,
        version: i16,
        limit: Duration,
        mut each: impl FnMut(usize, R::Response),
    ) -> Result<(), Error> {
        if !std::mem::take(&mut self.is_usable) {
            return Err(self.connection_closed(R::KEY, "an earlier answer is still outstanding"));
        }
        let (peer, count, first) = (&self.peer, calls.len(), self.correlation);
        let access = &self.access;
        trace!(broker = %peer, request = ?R::KEY, version, count, "asking");
        let number = |index: usize| first.wrapping_add(i32::try_from(index).unwrap_or(i32::MAX));
        let writer = &mut self.writer;
        let sending = async {
            for (index, call) in calls.enumerate() {
                let frame = frame::encode(&call, version, number(index)).map_err(|problem| {
                    Error::UnencodableRequest { peer: peer.clone(), request: R::KEY, problem }
                })?;
                writer
                    .write_all(&frame)
                    .await
                    .map_err(|error| connection_closed(peer, access, R::KEY, &error))?;
            }
            writer.flush().await.map_err(|error| connection_closed(peer, access, R::KEY, &error))
        };
        let reader = &mut self.reader;
        let receiving = async {
            for index in 0..count {
                let (frame, permit) = read_response::<R>(reader, peer, access, limit).await?;
                let answer = frame::decode::<R>(frame, version, number(index)).map_err(|problem| {
                    Error::UnreadableResponse { peer: peer.clone(), request: R::KEY, problem }
                })?;
                each(index, answer);
                drop(permit);
            }
            Ok(())
        };
        // Requests are sent and responses read at the same time, because a broker that cannot send a response stops
        // reading requests.
        tokio::try_join!(sending, receiving)?;
        self.correlation = number(count);
        self.is_usable = true;
        Ok(())
    }

    pub(super) fn connection_closed(&self, request: ApiKey, problem: &str) -> Error {
        Error::ConnectionClosed { peer: self.peer.clone(), request, problem: problem.to_owned() }
    }
}

/// The TLS handshake where the spec has `tls`, then `ApiVersions`, which every Kafka listener answers.
async fn start(
    tcp: TcpStream,
    deadline: Instant,
    peer: &Peer,
    access: &Arc<Access>,
) -> Result<Connection, Error> {
    let stream = match &access.tls {
        None => Stream::Plain(tcp),
        Some(connector) => connector.handshake(&peer.endpoint, tcp, deadline).await?,
    };
    let limit = API_VERSIONS_TIMEOUT.min(deadline.saturating_duration_since(Instant::now()));
    Connection::negotiate_versions(Box::new(stream), peer.clone(), Arc::clone(access), limit).await
}

/// The error for a plaintext listener that was asked for TLS. Such a listener reads the first bytes of a TLS
/// handshake as the length of a request and closes the connection, as a broker does that is shutting down; but only
/// the listener then answers a plaintext request.
async fn plaintext_listener(peer: &Peer, access: &Access) -> Option<Error> {
    let stream = open(&peer.endpoint, None, API_VERSIONS_TIMEOUT).await.ok()?;
    Connection::negotiate_versions(
        Box::new(stream),
        peer.clone(),
        Arc::new(Access::PLAINTEXT),
        API_VERSIONS_TIMEOUT,
    )
    .await
    .ok()?;
    let (protocol, wanted) = ("plaintext Kafka", access.protocol());
    Some(Error::WrongProtocol { peer: peer.clone(), protocol, wanted })
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
