//! Which protocol a listener speaks, asked when the one that was expected failed.
//!
//! A TLS listener resets a plain connection without a word, and a plain one waits for the end of a message that a TLS
//! greeting never has: both look like a server that is not ready yet, and neither ever will be.

use std::time::Duration;

use init_core::Endpoint;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::dial::open;
use crate::tls::Connector;

/// What the first bytes of an answer are, as far as they can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// A TLS alert or handshake record.
    Tls,
    /// An HTTP status line.
    Http,
    /// Something else.
    Other,
}

/// The protocol of a peer that answers with these bytes.
pub fn spoken(first: &[u8]) -> Spoken {
    match first {
        // Content type (alert or handshake) and major version.
        [0x15 | 0x16, 0x03, ..] => Spoken::Tls,
        [b'H', b'T', b'T', b'P', ..] => Spoken::Http,
        _ => Spoken::Other,
    }
}

/// Whether the listener answers a TLS greeting with TLS. Whose certificate it shows does not matter, so nothing else is
/// ever sent on such a connection.
pub async fn speaks_tls(endpoint: &Endpoint, limit: Duration) -> bool {
    use crate::NetError as E;
    let Ok(greeting) = Connector::unverified() else { return false };
    match timeout(limit, open(endpoint, Some(&greeting), limit)).await {
        Ok(Ok(_) | Err(E::Certificate { .. } | E::Alert { .. } | E::Tls { .. })) => true,
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Whether the listener answers a question in plain text in the way that `is_answer` knows. It is given the answer's
/// first bytes, four at most.
pub async fn answers_plainly(
    endpoint: &Endpoint,
    limit: Duration,
    question: &[u8],
    is_answer: impl Fn(&[u8]) -> bool,
) -> bool {
    let asked = async {
        let mut stream = open(endpoint, None, limit).await.ok()?;
        stream.write_all(question).await.ok()?;
        let mut first = Vec::with_capacity(4);
        let mut start = stream.take(4);
        while start.read_buf(&mut first).await.ok()? > 0 {
            if is_answer(&first) {
                return Some(());
            }
        }
        None
    };
    timeout(limit, asked).await.is_ok_and(|answer| answer.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_protocols_apart() {
        for (bytes, protocol) in [
            (&[0x15, 3, 1, 0][..], Spoken::Tls),
            (&[0x16, 3, 3, 0], Spoken::Tls),
            (b"HTTP/1.1 400", Spoken::Http),
            (b"-ERR", Spoken::Other),
            (&[0x15, 2], Spoken::Other),
            (b"", Spoken::Other),
        ] {
            assert_eq!(spoken(bytes), protocol, "{bytes:?}");
        }
    }
}
