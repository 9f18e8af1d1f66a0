//! When the first exchange fails in the way that the other protocol would make it fail: whether it does speak that one.
//!
//! A TLS listener resets a plain connection without a word, and a plain one waits for the end of a line that a TLS
//! greeting never has: both look like a server that is not ready yet, and neither ever will be.

use std::time::Duration;

use init_core::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::dial::dial;
use super::tls::distrustful;
use crate::Error;

const PROBE: Duration = Duration::from_secs(2);

/// A TLS listener answers a greeting with its certificate, whom we then do not trust.
pub(super) async fn speaks_tls(node: &Endpoint) -> bool {
    let Some(connector) = distrustful() else { return false };
    match timeout(PROBE, dial(node, None, Some(&connector))).await {
        Ok(Err(Error::Handshake { source, .. })) => {
            let tls = source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            matches!(tls, Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)))
        }
        _ => false,
    }
}

/// A plain listener answers a ping, if only to ask who is there.
pub(super) async fn speaks_plainly(node: &Endpoint) -> bool {
    let asked = async {
        let mut stream = dial(node, None, None).await.ok()?;
        stream.write_all(b"PING\r\n").await.ok()?;
        let first = stream.read_u8().await.ok()?;
        Some(matches!(first, b'+' | b'-'))
    };
    timeout(PROBE, asked).await.ok().flatten().unwrap_or(false)
}
