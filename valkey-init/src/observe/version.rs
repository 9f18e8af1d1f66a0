//! Checks the kind of a server, its release and its modules against the needs of the spec.

use init_core::Endpoint;

use super::info::Info;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::wire::Connection;

/// The first major release with functions, `CLUSTER SHARDS`, and several parameters in a `CONFIG` command.
const REDIS_7: u32 = 7;

/// Checks the release. Redis 6 is noted on the connection, and is an error where the spec needs what it does not have.
pub(super) fn check_release(connection: &Connection, info: &Info, desired: &Desired) -> Result<(), Error> {
    let unsupported = |problem: String, remedy: &str| {
        Err(Error::Unsupported { node: connection.node().clone(), problem, remedy: remedy.to_owned() })
    };
    if ["redis_mode", "server_mode"].iter().any(|key| info.get(key) == "sentinel") {
        return unsupported(
            "it is a Sentinel, and Sentinels hold no data".to_owned(),
            "give the nodes that it watches under `nodes`, which mostly listen on port 6379",
        );
    }
    let version = info.get("redis_version");
    let major = version.split('.').next().and_then(|number| number.parse::<u32>().ok());
    if major.is_none_or(|major| major >= REDIS_7) {
        return Ok(());
    }
    connection.note_redis_6();
    let missing = match desired.mode {
        Mode::Cluster => "a cluster is formed with CLUSTER SHARDS and CLUSTER ADDSLOTSRANGE",
        Mode::Replication | Mode::Standalone if !desired.functions.is_empty() => {
            "functions are loaded with FUNCTION"
        }
        Mode::Replication | Mode::Standalone => return Ok(()),
    };
    unsupported(
        format!("it is Redis {version}, and {missing}, which Redis has since 7.0"),
        "use Redis 7.0 or later, or any Valkey",
    )
}

/// True for a server with atomic slot migration (`CLUSTER MIGRATESLOTS`), which Valkey has since 9.0.
pub(super) fn has_atomic_slot_migration(info: &Info) -> bool {
    let major = info.get("valkey_version").split('.').next().and_then(|number| number.parse::<u32>().ok());
    major.is_some_and(|major| major >= 9)
}

/// Checks that the declared modules are loaded.
pub(super) fn check_modules(node: &Endpoint, loaded: &[String], desired: &Desired) -> Result<(), Error> {
    let missing = |name: &&String| !loaded.contains(&name.to_ascii_lowercase());
    let missing: Vec<&str> = desired.modules.iter().filter(missing).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Unsupported {
        node: node.clone(),
        problem: format!("it has not loaded the module(s) {}", missing.join(", ")),
        remedy: "start it with them, or with an image that has them; or correct the names under `modules`, as MODULE LIST \
                 shows them"
            .to_owned(),
    })
}
