//! Bounds on the size of answers: a stream that counts the received bytes, and reads the declared lengths before the
//! parser reserves memory for them.
//!
//! An answer is refused when it, or the length that it declares, is larger than what can be expected of one exchange.
//! The protocol is RESP2, so a type that only RESP3 has is refused too.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The largest answer of one exchange in bytes; the source text of the libraries that the spec names comes on top.
const EXCHANGE: usize = 2 << 20;
/// The limit for the exchanges of all nodes together.
const ALL: usize = 8 << 20;
/// The memory that an element of an array takes in addition to its bytes.
const ELEMENT: usize = 64;
/// The longest line: an error, a status, a length.
const LINE: usize = 16 << 10;
/// The deepest nesting of arrays that is accepted; `CLUSTER SHARDS` is the deepest answer, with five.
const DEPTH: usize = 12;

/// The reason why an answer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Excess {
    /// It is larger than any answer that can be expected.
    #[error("it is larger than any answer that can be expected")]
    Large,
    /// It is not RESP2.
    #[error("it is no RESP2")]
    Garbled,
}

/// The reason why a stream has ended.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// The answer is too large, or no RESP2.
    Excess(Excess),
    /// The connection broke. With TLS 1.3 a server that refuses the client's certificate says so at the first read.
    Broken(Arc<io::Error>),
}

impl Failure {
    fn of(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Excess>()) {
            Some(excess) => Self::Excess(*excess),
            None => Self::Broken(Arc::new(error)),
        }
    }
}

/// The memory limit for the unread answers of all connections of a run.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    used: Arc<AtomicUsize>,
    extra: usize,
}

impl Budget {
    /// A limit that is `extra` bytes above the usual one.
    pub(super) fn new(extra: usize) -> Self {
        Self { used: Arc::default(), extra }
    }

    /// The usage of one connection.
    pub(super) fn usage(&self) -> Arc<Usage> {
        Arc::new(Usage { own: AtomicUsize::new(0), failure: OnceLock::new(), budget: self.clone() })
    }
}

/// The bytes that one connection has received since its last command.
#[derive(Debug)]
pub(super) struct Usage {
    own: AtomicUsize,
    /// The reason why the stream has ended. The client library does not always report it, because it may notice a
    /// closed connection first.
    failure: OnceLock<Failure>,
    budget: Budget,
}

impl Usage {
    /// The reason why the stream has ended, if it has.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure.get().cloned()
    }

    /// Begins a new exchange: the answers of the last one have been read.
    pub(super) fn reset(&self) {
        let own = self.own.swap(0, Ordering::Relaxed);
        self.budget.used.fetch_sub(own, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> Result<(), Excess> {
        self.check_fits(bytes)?;
        self.own.fetch_add(bytes, Ordering::Relaxed);
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Checks that so many more bytes are within the limits.
    fn check_fits(&self, bytes: usize) -> Result<(), Excess> {
        let within = |used: &AtomicUsize, limit: usize| {
            used.load(Ordering::Relaxed)
                .checked_add(bytes)
                .is_some_and(|sum| sum <= limit.saturating_add(self.budget.extra))
        };
        let fits = within(&self.own, EXCHANGE) && within(&self.budget.used, ALL);
        if fits { Ok(()) } else { Err(Excess::Large) }
    }
}

impl Drop for Usage {
    fn drop(&mut self) {
        self.reset();
    }
}

/// The position of the stream within an answer.
#[derive(Debug, Default)]
struct Scan {
    /// The line that is being read, its type first.
    line: Vec<u8>,
    /// The bytes of a bulk string that are still to come, its line end included.
    bulk: usize,
    /// The number of elements that are still to come, for each open array.
    open: Vec<usize>,
}

impl Scan {
    fn read(&mut self, mut bytes: &[u8], usage: &Usage) -> Result<(), Excess> {
        usage.take(bytes.len())?;
        while let Some((first, rest)) = bytes.split_first() {
            if self.bulk > 0 {
                let (_, after) = bytes.split_at(self.bulk.min(bytes.len()));
                self.bulk -= bytes.len() - after.len();
                bytes = after;
                if self.bulk == 0 {
                    self.end_value();
                }
                continue;
            }
            bytes = rest;
            if self.line.is_empty() && !b"+-:$*".contains(first) {
                return Err(Excess::Garbled);
            }
            if self.line.len() >= LINE {
                return Err(Excess::Large);
            }
            self.line.push(*first);
            if self.line.ends_with(b"\r\n") {
                let line = std::mem::take(&mut self.line);
                self.header(&line, usage)?;
            }
        }
        Ok(())
    }

    fn header(&mut self, line: &[u8], usage: &Usage) -> Result<(), Excess> {
        let (Some(kind), Some(rest)) = (line.first(), line.get(1..line.len().saturating_sub(2))) else {
            return Err(Excess::Garbled);
        };
        if !b"$*".contains(kind) {
            self.end_value();
            return Ok(());
        }
        let length = std::str::from_utf8(rest).ok().and_then(|text| text.parse::<i64>().ok());
        let Some(length) = length.filter(|length| *length >= -1) else { return Err(Excess::Garbled) };
        let Ok(length) = usize::try_from(length) else {
            self.end_value();
            return Ok(());
        };
        if *kind == b'$' {
            usage.check_fits(length)?;
            self.bulk = length.saturating_add(2);
            return Ok(());
        }
        usage.take(length.checked_mul(ELEMENT).ok_or(Excess::Large)?)?;
        if length == 0 {
            self.end_value();
        } else if self.open.len() < DEPTH {
            self.open.push(length);
        } else {
            return Err(Excess::Large);
        }
        Ok(())
    }

    /// Ends a value, and each array whose last element it is.
    fn end_value(&mut self) {
        while let Some(left) = self.open.last_mut() {
            *left = left.saturating_sub(1);
            if *left > 0 {
                return;
            }
            self.open.pop();
        }
    }
}

/// A stream whose received bytes are bounded.
pub(super) struct Bounded<S> {
    stream: S,
    scan: Scan,
    usage: Arc<Usage>,
}

impl<S> Bounded<S> {
    pub(super) fn new(stream: S, usage: Arc<Usage>) -> Self {
        Self { stream, scan: Scan::default(), usage }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut this.stream).poll_read(context, buffer)).and_then(|()| {
            let new = buffer.filled().get(before..).unwrap_or_default();
            let read = this.scan.read(new, &this.usage);
            read.map_err(|excess| io::Error::new(io::ErrorKind::InvalidData, excess))
        });
        Poll::Ready(read.map_err(|error| {
            let told = io::Error::new(error.kind(), error.to_string());
            this.usage.failure.get_or_init(|| Failure::of(error));
            told
        }))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[path = "bounds_tests.rs"]
mod tests;
