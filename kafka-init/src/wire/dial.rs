//! From a name to a byte stream.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// All addresses of a name together; short enough that a name in vain leaves time for the others.
const DIAL: Duration = Duration::from_secs(3);
/// One address, so that one that swallows packets leaves time for the next.
const ADDRESS: Duration = Duration::from_millis(1500);

/// Bytes in both directions: a TCP stream, or whatever is wrapped around one.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Enough for any resolver.
const STACK: usize = 512 * 1024;
/// More addresses than any name of a broker has.
const MOST_ADDRESSES: usize = 32;

/// The addresses of a name. A resolver blocks, so it has a thread; where no thread can be had, it blocks us.
pub(crate) async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let ask = move |host: &str| Ok((host, port).to_socket_addrs()?.take(MOST_ADDRESSES).collect());
    let (sender, receiver) = oneshot::channel();
    let name = host.to_owned();
    let resolver = thread::Builder::new().stack_size(STACK);
    match resolver.spawn(move || drop(sender.send(ask(&name)))) {
        Ok(_) => receiver.await.map_err(io::Error::other)?,
        Err(_) => ask(host),
    }
}

/// Tries every address of the name and says of the last one why it failed.
pub(crate) async fn dial(host: &str, port: u16) -> Result<Box<dyn Stream>, String> {
    match timeout(DIAL, any_address(host, port)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no connection within {} s", DIAL.as_secs())),
    }
}

async fn any_address(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in resolve(host, port).await? {
        match one_address(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn one_address(address: SocketAddr) -> io::Result<TcpStream> {
    let stream =
        timeout(ADDRESS, TcpStream::connect(address)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    // Requests are whole frames: waiting for more to send would only add a delay to each.
    stream.set_nodelay(true)?;
    Ok(stream)
}
