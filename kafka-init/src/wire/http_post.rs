//! One HTTP/1.1 POST and its answer, on a connection of its own. The answer is bounded in size and in time.

use std::io::{Error, ErrorKind};

use init_net::Stream;
use secrecy::zeroize::Zeroizing;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The most bytes of an answer, with its head. A token with many groups in it has some ten thousand.
const MAX_BYTES: usize = 64 * 1024;
/// The most headers of an answer.
const MAX_HEADERS: usize = 100;

/// The answer to a request. The body may hold a token, so it is wiped when it is dropped.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// The reason for which there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection failed before the answer was complete.
    Closed(Error),
    /// The answer is not HTTP, or it is too large.
    Unreadable(&'static str),
}

/// The length of a body, by the head.
enum Length {
    Bytes(usize),
    Chunked,
    UntilClosed,
}

struct Head {
    status: u16,
    bytes: usize,
    length: Length,
}

/// Sends the request, whose head and body are one text, and reads the answer.
pub(super) async fn send(mut stream: Stream, request: &[u8]) -> Result<Answer, Failure> {
    stream.write_all(request).await.map_err(Failure::Closed)?;
    stream.flush().await.map_err(Failure::Closed)?;
    // The buffer has its final size from the start, because a buffer that grows leaves a copy of its content behind.
    let mut answer = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    loop {
        let is_closed = read_more(&mut stream, &mut answer).await?;
        if let Some(complete) = complete(&answer, is_closed)? {
            return Ok(complete);
        }
        if is_closed {
            return Err(Failure::Closed(ErrorKind::UnexpectedEof.into()));
        }
    }
}

/// Reads what has come; true when nothing more comes.
async fn read_more(stream: &mut Stream, answer: &mut Vec<u8>) -> Result<bool, Failure> {
    if answer.len() >= MAX_BYTES {
        return Err(Failure::Unreadable("it is larger than 64 KiB"));
    }
    let mut part = Zeroizing::new([0_u8; 4096]);
    let most = part.len().min(MAX_BYTES - answer.len());
    let read = stream.read(part.get_mut(..most).unwrap_or_default()).await;
    let count = match read {
        Ok(count) => count,
        // A peer that closes a TLS connection without `close_notify`, as many do.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => 0,
        Err(error) => return Err(Failure::Closed(error)),
    };
    answer.extend_from_slice(part.get(..count).unwrap_or_default());
    Ok(count == 0)
}

/// The answer, if it is complete.
fn complete(bytes: &[u8], is_closed: bool) -> Result<Option<Answer>, Failure> {
    let Some(head) = head(bytes)? else { return Ok(None) };
    let rest = bytes.get(head.bytes..).unwrap_or_default();
    let body = match head.length {
        Length::Bytes(length) if length > MAX_BYTES => {
            return Err(Failure::Unreadable("it is larger than 64 KiB"));
        }
        Length::Bytes(length) => rest.get(..length).map(|body| Zeroizing::new(body.to_vec())),
        Length::Chunked => dechunked(rest)?,
        Length::UntilClosed => is_closed.then(|| Zeroizing::new(rest.to_vec())),
    };
    Ok(body.map(|body| Answer { status: head.status, body }))
}

fn head(bytes: &[u8]) -> Result<Option<Head>, Failure> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let unreadable = |_| Failure::Unreadable("it is not HTTP");
    let httparse::Status::Complete(end) = response.parse(bytes).map_err(unreadable)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let value = |name: &str| {
        let named = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        named.and_then(|header| std::str::from_utf8(header.value).ok()).map(str::trim)
    };
    let length = match (value("transfer-encoding"), value("content-length")) {
        (Some(encoding), _) if encoding.eq_ignore_ascii_case("chunked") => Length::Chunked,
        (Some(_), _) => return Err(Failure::Unreadable("it has a transfer encoding other than chunked")),
        (None, Some(length)) => {
            let unreadable = |_| Failure::Unreadable("its content-length is no number");
            Length::Bytes(length.parse().map_err(unreadable)?)
        }
        (None, None) => Length::UntilClosed,
    };
    Ok(Some(Head { status, bytes: end, length }))
}

/// The body without the sizes of its chunks; `None` while chunks are missing.
fn dechunked(mut rest: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let unreadable = || Failure::Unreadable("its chunks cannot be read");
    let mut body = Zeroizing::new(Vec::with_capacity(rest.len()));
    loop {
        let size = httparse::parse_chunk_size(rest).map_err(|_| unreadable())?;
        let httparse::Status::Complete((start, size)) = size else { return Ok(None) };
        if size == 0 {
            return Ok(Some(body));
        }
        let end =
            usize::try_from(size).ok().and_then(|size| start.checked_add(size)).ok_or_else(unreadable)?;
        let Some(chunk) = rest.get(start..end) else { return Ok(None) };
        body.extend_from_slice(chunk);
        match rest.get(end..end + 2) {
            Some(b"\r\n") => rest = rest.get(end + 2..).unwrap_or_default(),
            Some(_) => return Err(unreadable()),
            None => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8], is_closed: bool) -> Option<String> {
        let answer = complete(bytes, is_closed).unwrap()?;
        Some(format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)))
    }

    #[test]
    fn a_body_ends_by_its_length_its_last_chunk_or_the_end_of_the_connection() {
        let length = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntoken";
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3\r\ntok\r\n2;x=y\r\nen\r\n0\r\n\r\n";
        for whole in [length.as_slice(), chunked] {
            assert_eq!(body(whole, false).as_deref(), Some("200 token"));
        }
        for end in 0..length.len() {
            assert_eq!(body(&length[..end], true), None, "{end}");
        }
        let closed = b"HTTP/1.0 503 Service Unavailable\r\n\r\nbusy";
        assert_eq!(body(closed, false), None);
        assert_eq!(body(closed, true).as_deref(), Some("503 busy"));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for (bytes, problem) in [
            (b"\x15\x03\x01\x00\x02\x02\x50".as_slice(), "it is not HTTP"),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "it is larger than 64 KiB"),
            (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "its content-length is no number"),
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
                "it has a transfer encoding other than chunked",
            ),
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                "its chunks cannot be read",
            ),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxyz", "its chunks cannot be read"),
        ] {
            let Err(Failure::Unreadable(shown)) = complete(bytes, false) else { panic!("{problem}") };
            assert_eq!(shown, problem);
        }
    }
}
