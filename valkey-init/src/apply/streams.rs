//! `XGROUP CREATE`

use redis::cmd;

use crate::error::Error;
use crate::wire::Connection;

/// Makes a consumer group, and the stream where there is none. Another run may have made it meanwhile.
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
