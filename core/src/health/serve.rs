//! The health socket of a watch, which answers every connection with one line: `0` or `1`, a space, and the reason.

use std::os::unix::net::UnixListener as StdListener;
use std::time::Duration;
use std::{io, iter};

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::Health;
use super::name::{address, names};
use crate::cli::Options;

/// The time limit for writing an answer, for a client that does not read.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

impl Health {
    /// Starts to answer, until the runtime ends. A name that another run uses is left to it.
    pub(crate) fn serve_health(&self, tool: &str, options: &Options) {
        for name in names(tool, options) {
            match bind(&name) {
                Ok(listener) => drop(tokio::spawn(serve(listener, self.clone()))),
                Err(error) => debug!(name, %error, "the health socket of this name cannot be opened"),
            }
        }
    }
}

fn bind(name: &str) -> io::Result<UnixListener> {
    let listener = StdListener::bind_addr(&address(name)?)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

async fn serve(listener: UnixListener, health: Health) {
    loop {
        match listener.accept().await {
            Ok((mut client, _)) => {
                let (healthy, reason) = health.now();
                let line: String =
                    iter::once(if healthy { "0 " } else { "1 " }).chain([reason.as_str()]).collect();
                let _ = timeout(WRITE_LIMIT, client.write_all(line.as_bytes())).await;
            }
            // The cause may pass, such as too many open files.
            Err(_) => sleep(WRITE_LIMIT).await,
        }
    }
}
