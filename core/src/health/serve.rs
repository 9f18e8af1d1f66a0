//! Answers every connection with one line: `0` or `1`, a space, and the reason.

use std::os::unix::net::UnixListener as Bound;
use std::time::Duration;
use std::{io, iter};

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::Health;
use super::name::{address, names};
use crate::cli::Options;

/// Who asks and does not read is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(1);

impl Health {
    /// Answers from now on, until the runtime ends. A name that another run has is left to it.
    pub(crate) fn answer(&self, tool: &str, options: &Options) {
        for name in names(tool, options) {
            match bind(&name) {
                Ok(listener) => drop(tokio::spawn(serve(listener, self.clone()))),
                Err(error) => debug!(name, %error, "no questions about health are answered under this name"),
            }
        }
    }
}

fn bind(name: &str) -> io::Result<UnixListener> {
    let listener = Bound::bind_addr(&address(name)?)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

async fn serve(listener: UnixListener, health: Health) {
    loop {
        match listener.accept().await {
            Ok((mut asker, _)) => {
                let (well, reason) = health.now();
                let line: String =
                    iter::once(if well { "0 " } else { "1 " }).chain([reason.as_str()]).collect();
                let _ = timeout(PATIENCE, asker.write_all(line.as_bytes())).await;
            }
            // As when too many files are open: another moment may be better.
            Err(_) => sleep(PATIENCE).await,
        }
    }
}
