//! The time that another server has for an answer, which MinIO itself awaits for minutes.

use std::time::Duration;

use tokio::time::timeout;

/// The time in which another server refuses credentials. One that takes longer is taken for away.
const PATIENCE: Duration = Duration::from_secs(10);

/// The result of a question to another server; `None` when it takes too long.
pub(super) async fn within_patience<T>(asked: impl Future<Output = T>) -> Option<T> {
    timeout(PATIENCE, asked).await.ok()
}
