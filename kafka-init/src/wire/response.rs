//! Reads one response from a connection, with bounds on its time and its memory.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use init_net::SpokenProtocol;
use kafka_protocol::messages::ApiKey;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use super::access::Access;
use super::api::Request;
use super::frame;
use crate::error::{Error, Peer};

/// The step by which the buffer of a response grows as bytes arrive, so that an announced length alone reserves no
/// memory.
const CHUNK: usize = 64 * 1024;

/// Brokers are asked at the same time, but only one large response is held in memory at a time, together with what it
/// decodes to.
static LARGE_RESPONSE: Semaphore = Semaphore::const_new(1);

/// The error of a failed read or write. With TLS 1.3 the broker checks a client certificate after the handshake, so
/// the failure may be its refusal.
pub(super) fn connection_closed(peer: &Peer, access: &Access, request: ApiKey, error: &io::Error) -> Error {
    let refused = access.tls.as_ref().and_then(|connector| connector.fault(&peer.endpoint, error));
    if let Some(refused) = refused {
        return refused.into();
    }
    let problem = match error.kind() {
        io::ErrorKind::UnexpectedEof => "end of stream".to_owned(),
        _ => error.to_string(),
    };
    Error::ConnectionClosed { peer: peer.clone(), request, problem }
}

/// Reads one response. The permit of a large one is held until the response has been used.
pub(super) async fn read_response<R: Request>(
    reader: &mut (impl AsyncRead + Unpin),
    peer: &Peer,
    access: &Access,
    limit: Duration,
) -> Result<(Bytes, Option<SemaphorePermit<'static>>), Error> {
    let request = R::KEY;
    let timed_out = |_| Error::ResponseTimedOut {
        peer: peer.clone(),
        request,
        seconds: limit.as_millis().div_ceil(1000),
    };
    let wrong_protocol = |spoken| Error::WrongProtocol {
        peer: peer.clone(),
        protocol: match spoken {
            SpokenProtocol::Tls => "TLS",
            SpokenProtocol::Http => "HTTP",
            SpokenProtocol::Other => "another protocol",
        },
        wanted: access.protocol(),
    };
    let unexpected = |other| match other {
        // A listener that has answered `ApiVersions` speaks Kafka.
        SpokenProtocol::Other if request != ApiKey::ApiVersions => {
            let problem = format!("it announces another length than 4 to {} bytes", R::MAX_BYTES);
            Error::UnreadableResponse { peer: peer.clone(), request, problem }
        }
        other => wrong_protocol(other),
    };
    let length = async {
        let mut prefix = [0; 4];
        reader
            .read_exact(&mut prefix)
            .await
            .map_err(|error| connection_closed(peer, access, request, &error))?;
        frame::length(prefix, R::MAX_BYTES).map_err(unexpected)
    };
    let began = Instant::now();
    let length = timeout(limit, length).await.map_err(timed_out)??;
    let left = limit.saturating_sub(began.elapsed());
    let permit = if length > CHUNK { LARGE_RESPONSE.acquire().await.ok() } else { None };
    let body = timeout(left, read_body(reader, length)).await.map_err(timed_out)?;
    Ok((body.map_err(|error| connection_closed(peer, access, request, &error))?, permit))
}

async fn read_body(reader: &mut (impl AsyncRead + Unpin), length: usize) -> io::Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(length.min(CHUNK));
    let mut rest = reader.take(u64::try_from(length).unwrap_or(u64::MAX));
    while bytes.len() < length {
        if rest.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(bytes.freeze())
}
