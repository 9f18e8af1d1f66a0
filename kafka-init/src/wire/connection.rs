//! One connection: requests out, answers in, in the same order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use init_core::Endpoint;
use init_net::{NetError, Spoken, Stream, dial_with, open};
use kafka_protocol::messages::{ApiKey, ApiVersionsRequest};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};
use tracing::{debug, trace};

use super::access::Access;
use super::api::Call;
use super::frame;
use super::versions::{HELLO, Versions, hello};
use crate::error::{Error, Peer};

/// All addresses of a broker's name together, each up to the answer to `ApiVersions`.
const OPEN: Duration = Duration::from_secs(5);
/// A broker that is up answers `ApiVersions` in milliseconds.
const GREETING: Duration = Duration::from_secs(3);
/// Grown as bytes arrive, so that an announced length alone reserves nothing.
const CHUNK: usize = 64 * 1024;

/// Brokers answer at the same time. Of large answers one is in memory at a time, with all that it becomes when it is read.
static LARGE: Semaphore = Semaphore::const_new(1);

/// Bytes in both directions: the network, or a test's end of a pipe.
trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A broker that has said which versions it speaks.
pub(crate) struct Connection {
    peer: Peer,
    reader: ReadHalf<Box<dyn ByteStream>>,
    writer: WriteHalf<Box<dyn ByteStream>>,
    versions: Versions,
    access: Arc<Access>,
    /// When to log in again, if the broker ends sessions.
    relogin: Option<Instant>,
    correlation: i32,
    /// Nothing is in flight and nothing went wrong. A future that was dropped half way leaves it false.
    clean: bool,
}

impl Connection {
    /// Connects, agrees on versions and logs in.
    pub(crate) async fn open(
        endpoint: &Endpoint,
        id: Option<i32>,
        access: &Arc<Access>,
    ) -> Result<Self, Error> {
        let peer = Peer { id, endpoint: endpoint.clone() };
        let begun = dial_with(endpoint, OPEN, |tcp, deadline| begin(tcp, deadline, &peer, access)).await;
        let mut connection = match begun {
            Err(Error::Net(hung_up @ NetError::HungUp { .. })) => {
                return Err(plaintext_listener(&peer, access).await.unwrap_or(hung_up.into()));
            }
            begun => begun?,
        };
        if let Some(login) = &access.login {
            connection.relogin = connection.log_in(login).await?;
        }
        Ok(connection)
    }

    async fn greet(
        stream: Box<dyn ByteStream>,
        peer: Peer,
        access: Arc<Access>,
        limit: Duration,
    ) -> Result<Self, Error> {
        let (reader, writer) = split(stream);
        let versions = Versions::default();
        let mut connection =
            Self { peer, reader, writer, versions, access, relogin: None, correlation: 0, clean: true };
        let mut versions = None;
        connection.exchange([hello()].into_iter(), HELLO, limit, |_, answer| versions = Some(answer)).await?;
        let answer = versions.filter(|answer| answer.error_code == 0);
        connection.versions = answer.map(|answer| Versions::of(&answer)).unwrap_or_default();
        connection.version::<ApiVersionsRequest>()?;
        debug!(broker = %connection.peer, "connected");
        Ok(connection)
    }

    /// Who is on the other side.
    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The cluster has said which broker this is.
    pub(crate) fn identify(&mut self, id: i32) {
        self.peer.id = Some(id);
    }

    /// Fit for another request.
    pub(crate) fn is_clean(&self) -> bool {
        self.clean
    }

    /// The version in which a request is sent to this broker.
    pub(crate) fn version<C: Call>(&self) -> Result<i16, Error> {
        self.versions.common::<C>().ok_or_else(|| Error::Versions {
            peer: self.peer.clone(),
            request: C::KEY,
            theirs: self.versions.of_broker::<C>(),
            ours: C::VERSIONS,
        })
    }

    /// One request and its answer, which has `limit` to arrive.
    pub(crate) async fn call<C: Call>(&mut self, call: C, limit: Duration) -> Result<C::Answer, Error> {
        let mut answer = None;
        self.pipeline([call].into_iter(), limit, |_, got| answer = Some(got)).await?;
        answer.ok_or_else(|| self.lost(C::KEY, "no answer"))
    }

    /// Sends all requests without waiting for answers in between, and hands over each answer as it comes.
    /// An answer has `limit` to arrive after the one before it.
    pub(crate) async fn pipeline<C: Call>(
        &mut self,
        calls: impl ExactSizeIterator<Item = C>,
        limit: Duration,
        each: impl FnMut(usize, C::Answer),
    ) -> Result<(), Error> {
        if calls.len() == 0 {
            return Ok(());
        }
        let version = self.version::<C>()?;
        self.stay_logged_in().await?;
        self.exchange(calls, version, limit, each).await
    }

    /// A broker that ends sessions drops a connection that asks anything else after that.
    async fn stay_logged_in(&mut self) -> Result<(), Error> {
        if self.relogin.is_some_and(|due| due <= Instant::now()) {
            let access = Arc::clone(&self.access);
            if let Some(login) = &access.login {
                self.relogin = self.log_in(login).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn exchange<C: Call>(
        &mut self,
        calls: impl ExactSizeIterator<Item = C>,
        version: i16,
        limit: Duration,
        mut each: impl FnMut(usize, C::Answer),
    ) -> Result<(), Error> {
        if !std::mem::take(&mut self.clean) {
            return Err(self.lost(C::KEY, "an earlier answer is still outstanding"));
        }
        let (peer, count, first) = (&self.peer, calls.len(), self.correlation);
        let access = &self.access;
        trace!(broker = %peer, request = ?C::KEY, version, count, "asking");
        let number = |index: usize| first.wrapping_add(i32::try_from(index).unwrap_or(i32::MAX));
        let writer = &mut self.writer;
        let sending = async {
            for (index, call) in calls.enumerate() {
                let frame = frame::encode(&call, version, number(index))
                    .map_err(|problem| Error::Unwritable { peer: peer.clone(), request: C::KEY, problem })?;
                writer.write_all(&frame).await.map_err(|error| lost(peer, access, C::KEY, &error))?;
            }
            writer.flush().await.map_err(|error| lost(peer, access, C::KEY, &error))
        };
        let reader = &mut self.reader;
        let receiving = async {
            for index in 0..count {
                let (frame, turn) = receive::<C>(reader, peer, access, limit).await?;
                let answer = frame::decode::<C>(frame, version, number(index))
                    .map_err(|problem| Error::Garbled { peer: peer.clone(), request: C::KEY, problem })?;
                each(index, answer);
                drop(turn);
            }
            Ok(())
        };
        // Both at once: a broker that cannot hand out an answer stops reading requests.
        tokio::try_join!(sending, receiving)?;
        self.correlation = number(count);
        self.clean = true;
        Ok(())
    }

    pub(super) fn lost(&self, request: ApiKey, problem: &str) -> Error {
        Error::Lost { peer: self.peer.clone(), request, problem: problem.to_owned() }
    }
}

/// TLS where it is asked for, and the first request, which every Kafka listener answers.
async fn begin(
    tcp: TcpStream,
    deadline: Instant,
    peer: &Peer,
    access: &Arc<Access>,
) -> Result<Connection, Error> {
    let stream = match &access.tls {
        None => Stream::Plain(tcp),
        Some(connector) => connector.handshake(&peer.endpoint, tcp, deadline).await?,
    };
    let limit = GREETING.min(deadline.saturating_duration_since(Instant::now()));
    Connection::greet(Box::new(stream), peer.clone(), Arc::clone(access), limit).await
}

/// A plaintext listener reads the first bytes of a TLS handshake as the length of a request and closes the connection, and
/// so does a broker that is shutting down. Only the first one answers a request in plaintext.
async fn plaintext_listener(peer: &Peer, access: &Access) -> Option<Error> {
    let stream = open(&peer.endpoint, None, GREETING).await.ok()?;
    Connection::greet(Box::new(stream), peer.clone(), Arc::new(Access::PLAIN), GREETING).await.ok()?;
    let (protocol, wanted) = ("plaintext Kafka", access.protocol());
    Some(Error::Foreign { peer: peer.clone(), protocol, wanted })
}

/// The error of a read or a write. In TLS 1.3 a broker refuses our certificate after the handshake, so it may be that.
fn lost(peer: &Peer, access: &Access, request: ApiKey, error: &io::Error) -> Error {
    let refused = access.tls.as_ref().and_then(|connector| connector.fault(&peer.endpoint, error));
    if let Some(refused) = refused {
        return refused.into();
    }
    let problem = match error.kind() {
        io::ErrorKind::UnexpectedEof => "end of stream".to_owned(),
        _ => error.to_string(),
    };
    Error::Lost { peer: peer.clone(), request, problem }
}

/// One answer, and the turn that a large one had to wait for: it holds until the answer is made use of.
async fn receive<C: Call>(
    reader: &mut ReadHalf<Box<dyn ByteStream>>,
    peer: &Peer,
    access: &Access,
    limit: Duration,
) -> Result<(Bytes, Option<SemaphorePermit<'static>>), Error> {
    let request = C::KEY;
    let silent = |_| Error::Silent { peer: peer.clone(), request, seconds: limit.as_millis().div_ceil(1000) };
    let foreign = |foreign| Error::Foreign {
        peer: peer.clone(),
        protocol: match foreign {
            Spoken::Tls => "TLS",
            Spoken::Http => "HTTP",
            Spoken::Other => "another protocol",
        },
        wanted: access.protocol(),
    };
    let unexpected = |other| match other {
        // A listener that has greeted us speaks Kafka.
        Spoken::Other if request != ApiKey::ApiVersions => {
            let problem = format!("it announces another length than 4 to {} bytes", C::MOST);
            Error::Garbled { peer: peer.clone(), request, problem }
        }
        other => foreign(other),
    };
    let length = async {
        let mut prefix = [0; 4];
        reader.read_exact(&mut prefix).await.map_err(|error| lost(peer, access, request, &error))?;
        frame::length(prefix, C::MOST).map_err(unexpected)
    };
    let began = Instant::now();
    let length = timeout(limit, length).await.map_err(silent)??;
    let left = limit.saturating_sub(began.elapsed());
    let turn = if length > CHUNK { LARGE.acquire().await.ok() } else { None };
    let body = timeout(left, body(reader, length)).await.map_err(silent)?;
    Ok((body.map_err(|error| lost(peer, access, request, &error))?, turn))
}

async fn body(reader: &mut ReadHalf<Box<dyn ByteStream>>, length: usize) -> io::Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(length.min(CHUNK));
    let mut rest = reader.take(u64::try_from(length).unwrap_or(u64::MAX));
    while bytes.len() < length {
        if rest.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
