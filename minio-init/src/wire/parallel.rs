//! Runs several requests at the same time.

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::error::Error;

/// The most requests at once.
pub(crate) const PARALLEL: usize = 16;

/// Runs the reads, a bounded number at once, and stops at the first that fails.
pub(crate) async fn all<T, F: Future<Output = Result<T, Error>>>(
    reads: impl IntoIterator<Item = F>,
) -> Result<Vec<T>, Error> {
    let mut running = stream::iter(reads).buffered(PARALLEL);
    let mut done = Vec::new();
    while let Some(read) = running.next().await {
        done.push(read?);
    }
    Ok(done)
}
