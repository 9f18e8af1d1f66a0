//! Creates consumer groups with `XGROUP CREATE`.

use redis::cmd;

use crate::error::Error;
use crate::wire::Connection;

/// Creates a consumer group, and the stream where it does not exist.
pub(super) async fn create_group(
    connection: &Connection,
    (stream, group): (&str, &str),
    start: &str,
) -> Result<(), Error> {
    let mut command = cmd("XGROUP");
    command.arg("CREATE").arg(stream).arg(group).arg(start).arg("MKSTREAM");
    connection.ask(command).await?;
    Ok(())
}
