//! The stream below the protocol: plain or encrypted, with the data for channel binding.

use std::future::{self, Ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use init_net::{Stream, keep_alive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::certificate;
use super::guard::MessageGuard;
use super::peer::Peer;
use crate::error::Error;

/// `SSLRequest`: length 8, code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// A connection to a server after the TLS negotiation, with a guard that inspects received messages.
pub(super) struct Socket {
    stream: Stream,
    guard: MessageGuard,
}

impl Socket {
    /// Negotiates TLS on a connection, where the spec asks for it.
    pub(super) async fn negotiate(
        peer: &Peer,
        mut tcp: TcpStream,
        deadline: Instant,
        guard: MessageGuard,
    ) -> Result<Self, Error> {
        let endpoint = &peer.endpoint;
        let lost = |source| Error::Broken { endpoint: endpoint.clone(), source };
        keep_alive(&tcp).map_err(lost)?;
        let Some(tls) = &peer.tls else { return Ok(Self { stream: Stream::Plain(tcp), guard }) };
        tcp.write_all(&SSL_REQUEST).await.map_err(lost)?;
        match tcp.read_u8().await.map_err(lost)? {
            b'S' => Ok(Self { stream: tls.handshake(endpoint, tcp, deadline).await?, guard }),
            b'N' => Err(Error::NoTls(endpoint.clone())),
            _ => Err(Error::NotPostgres(endpoint.clone())),
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.stream.is_encrypted()
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let arrived = buf.filled().get(before..).unwrap_or_default();
        Poll::Ready(this.guard.inspect(arrived).map_err(io::Error::from))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl TlsStream for Socket {
    fn channel_binding(&self) -> ChannelBinding {
        let hash = self.stream.peer_certificate().and_then(|leaf| certificate::hash(leaf));
        hash.map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

/// The TLS connector of the driver, which does nothing, since the stream is already encrypted.
pub(super) struct AlreadyEncrypted;

impl TlsConnect<Socket> for AlreadyEncrypted {
    type Stream = Socket;
    type Error = io::Error;
    type Future = Ready<io::Result<Socket>>;

    fn connect(self, stream: Socket) -> Self::Future {
        future::ready(Ok(stream))
    }
}
