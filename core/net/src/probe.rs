//! Probes for the protocol that a listener speaks, made after the expected protocol has failed.
//!
//! A TLS listener resets a plain connection without an error message, and a plain listener takes a TLS `ClientHello` for the
//! start of a message and waits for the rest. Both look like a server that is not ready yet, but waiting does not help.

use std::time::Duration;

use init_core::Endpoint;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::dial::open;
use crate::tls::Connector;

/// A protocol as recognized by the first bytes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpokenProtocol {
    /// A TLS alert or handshake record.
    Tls,
    /// An HTTP status line.
    Http,
    /// Any other protocol.
    Other,
}

/// Recognizes the protocol by the first bytes of an answer.
pub fn spoken_protocol(first: &[u8]) -> SpokenProtocol {
    match first {
        // Content type (alert or handshake) and major version.
        [0x15 | 0x16, 0x03, ..] => SpokenProtocol::Tls,
        [b'H', b'T', b'T', b'P', ..] => SpokenProtocol::Http,
        _ => SpokenProtocol::Other,
    }
}

/// Returns true if the listener answers a TLS `ClientHello` with TLS. The certificate is not verified, so nothing after the
/// handshake is ever sent on this connection.
pub async fn speaks_tls(endpoint: &Endpoint, limit: Duration) -> bool {
    use crate::NetError as E;
    let Ok(connector) = Connector::unverified() else { return false };
    match timeout(limit, open(endpoint, Some(&connector), limit)).await {
        Ok(Ok(_) | Err(E::Certificate { .. } | E::Alert { .. } | E::Tls { .. })) => true,
        Ok(Err(_)) | Err(_) => false,
    }
}

/// Returns true if the listener answers `request`, sent without TLS, with what `is_answer` accepts. `is_answer` receives
/// the first one to four bytes of the answer.
pub async fn answers_without_tls(
    endpoint: &Endpoint,
    limit: Duration,
    request: &[u8],
    is_answer: impl Fn(&[u8]) -> bool,
) -> bool {
    let exchange = async {
        let mut stream = open(endpoint, None, limit).await.ok()?;
        stream.write_all(request).await.ok()?;
        let mut first = Vec::with_capacity(4);
        let mut start = stream.take(4);
        while start.read_buf(&mut first).await.ok()? > 0 {
            if is_answer(&first) {
                return Some(());
            }
        }
        None
    };
    timeout(limit, exchange).await.is_ok_and(|answer| answer.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_is_recognized_by_the_first_bytes() {
        for (bytes, protocol) in [
            (&[0x15, 3, 1, 0][..], SpokenProtocol::Tls),
            (&[0x16, 3, 3, 0], SpokenProtocol::Tls),
            (b"HTTP/1.1 400", SpokenProtocol::Http),
            (b"-ERR", SpokenProtocol::Other),
            (&[0x15, 2], SpokenProtocol::Other),
            (b"", SpokenProtocol::Other),
        ] {
            assert_eq!(spoken_protocol(bytes), protocol, "{bytes:?}");
        }
    }
}
