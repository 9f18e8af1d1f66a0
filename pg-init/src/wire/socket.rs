//! The stream under the protocol: plain or encrypted, with the data that binds a login to it.

use std::future::{self, Ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use init_core::Endpoint;

use super::certificate;
use super::guard::Guard;
use super::tls::Tls;
use crate::error::Error;

/// `SSLRequest`: length 8, code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// A connection to a server, after the TLS negotiation, with a guard over what comes in.
pub(crate) struct Socket {
    stream: Stream,
    guard: Guard,
}

enum Stream {
    Plain(TcpStream),
    Tls { stream: Box<tokio_rustls::client::TlsStream<TcpStream>>, binding: Option<Vec<u8>> },
}

impl Socket {
    /// Connects and negotiates.
    pub(crate) async fn open(endpoint: &Endpoint, tls: Option<&Tls>, guard: Guard) -> Result<Self, Error> {
        Ok(Self { stream: Stream::open(endpoint, tls).await?, guard })
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls { .. })
    }
}

impl Stream {
    async fn open(endpoint: &Endpoint, tls: Option<&Tls>) -> Result<Self, Error> {
        let reach = |source| Error::Reach { endpoint: endpoint.clone(), source };
        let mut tcp = TcpStream::connect((endpoint.host(), endpoint.port())).await.map_err(reach)?;
        keep_alive(&tcp).map_err(reach)?;
        let Some(tls) = tls else { return Ok(Self::Plain(tcp)) };
        tcp.write_all(&SSL_REQUEST).await.map_err(reach)?;
        match tcp.read_u8().await.map_err(reach)? {
            b'S' => {}
            b'N' => return Err(Error::NoTls(endpoint.clone())),
            _ => return Err(Error::Foreign(endpoint.clone())),
        }
        let stream = tls.handshake(endpoint, tcp).await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let binding = certificates.and_then(|chain| chain.first()).and_then(|leaf| certificate::hash(leaf));
        Ok(Self::Tls { stream: Box::new(stream), binding })
    }
}

/// A peer that vanished is noticed within half a minute, whatever is between us.
fn keep_alive(tcp: &TcpStream) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let probes = TcpKeepalive::new().with_time(Duration::from_secs(10)).with_interval(Duration::from_secs(5));
    let socket = SockRef::from(tcp);
    socket.set_tcp_keepalive(&probes.with_retries(3))?;
    socket.set_tcp_user_timeout(Some(Duration::from_secs(30)))
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        Poll::Ready(this.guard.see(buf.filled().get(before..).unwrap_or_default()).map_err(io::Error::from))
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

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls { stream, .. } => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls { stream, .. } => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls { stream, .. } => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls { stream, .. } => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl TlsStream for Socket {
    fn channel_binding(&self) -> ChannelBinding {
        match &self.stream {
            Stream::Tls { binding: Some(hash), .. } => ChannelBinding::tls_server_end_point(hash.clone()),
            _ => ChannelBinding::none(),
        }
    }
}

/// Hands the driver the encrypted stream as the result of "its" handshake.
pub(crate) struct Done;

impl TlsConnect<Socket> for Done {
    type Stream = Socket;
    type Error = io::Error;
    type Future = Ready<io::Result<Socket>>;

    fn connect(self, stream: Socket) -> Self::Future {
        future::ready(Ok(stream))
    }
}
