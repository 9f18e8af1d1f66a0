//! Checks that the nodes can write their files, by having them written with their current content before the first
//! change.

use std::collections::BTreeMap;

use init_core::{CheckMode, Endpoint, Secrets};
use redis::cmd;

use super::rewrite;
use crate::change::Change;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::wire::commands::{rewrite_config, save_acl};
use crate::wire::{Connection, Connections, pairs, text};

/// The position of the first change of each node that would be lost at its next start, or would prevent that start.
pub(super) async fn check(
    connections: &Connections,
    context: (&Desired, &Secrets),
    changes: &[Change],
    mode: CheckMode,
) -> Vec<(usize, Error)> {
    let mut nodes: BTreeMap<&Endpoint, NodeWrites> = BTreeMap::new();
    for (position, change) in changes.iter().enumerate() {
        // The file of a Sentinel is checked in `sentinels`.
        if context.0.is_sentinel(change.node()) {
            continue;
        }
        let (users, parameters) = files_written_by(context.0, change);
        if users || parameters {
            let found =
                nodes.entry(change.node()).or_insert(NodeWrites { first: position, ..NodeWrites::default() });
            found.users |= users;
            found.parameters |= parameters;
        }
    }
    let mut refused = Vec::new();
    for (node, writes) in nodes {
        let checked = match connections.to(node) {
            Ok(connection) => writes.check(connection, context, mode).await,
            Err(error) => Err(error),
        };
        refused.extend(checked.err().map(|error| (writes.first, error)));
    }
    refused
}

/// The files that a change needs: true for the users, and true for the parameters.
fn files_written_by(desired: &Desired, change: &Change) -> (bool, bool) {
    match change {
        Change::CreateUser { .. }
        | Change::AlterUser { .. }
        | Change::RestrictUser { .. }
        | Change::DeleteUser { .. } => (true, false),
        Change::SetConfig { .. } | Change::SetAnnounce { .. } => (false, true),
        Change::ReplicateNode { .. } => (false, desired.mode == Mode::Replication),
        Change::StabilizeSlots { .. }
        | Change::AssignSlots { .. }
        | Change::SetEpoch { .. }
        | Change::MeetNode { .. }
        | Change::Sentinel(_)
        | Change::LoadFunction { .. }
        | Change::CreateGroup { .. }
        | Change::MigrateSlots { .. }
        | Change::ReattachNode { .. }
        | Change::ForgetNode { .. } => (false, false),
    }
}

/// The files that one node has to write.
#[derive(Clone, Copy, Default)]
struct NodeWrites {
    first: usize,
    users: bool,
    parameters: bool,
}

impl NodeWrites {
    async fn check(
        self,
        connection: &Connection,
        desired: (&Desired, &Secrets),
        mode: CheckMode,
    ) -> Result<(), Error> {
        let (acl_file, config_file) = files(connection).await?;
        if config_file.is_empty() && (self.parameters || acl_file.is_empty()) {
            let users = self.users && acl_file.is_empty();
            return Err(no_file_error(connection, users));
        }
        let writes = mode == CheckMode::Apply;
        if self.users && !acl_file.is_empty() && writes {
            connection
                .ask(save_acl())
                .await
                .map_err(|error| write_error(connection, "ACL", &acl_file, error))?;
        }
        if self.parameters || acl_file.is_empty() {
            rewrite::check_modules(connection, desired.0).await?;
            if acl_file.is_empty() {
                rewrite::check_users(connection, desired).await?;
            }
            if writes {
                let tried = connection.ask(rewrite_config()).await;
                tried.map_err(|error| write_error(connection, "configuration", &config_file, error))?;
            }
        }
        Ok(())
    }
}

/// The paths of the ACL file and of the configuration file that the node was started with; empty without one.
async fn files(connection: &Connection) -> Result<(String, String), Error> {
    let (mut acl, mut info) = (cmd("CONFIG"), cmd("INFO"));
    acl.arg("GET").arg("aclfile");
    info.arg("server");
    let answers = connection.ask_each(vec![acl, info]).await?;
    let acl = answers.first().map(pairs).unwrap_or_default();
    let acl = acl.into_iter().find_map(|(_, path)| text(path)).unwrap_or_default();
    let info = answers.get(1).and_then(text).unwrap_or_default();
    let config = info.lines().find_map(|line| line.strip_prefix("config_file:")).unwrap_or_default();
    Ok((acl, config.trim().to_owned()))
}

fn no_file_error(connection: &Connection, users: bool) -> Error {
    let (what, remedy) = if users {
        (
            "users",
            "start it with a configuration file or an ACL file that it can write, or say `persist: false` and run this \
             whenever it has started",
        )
    } else {
        (
            "parameters",
            "start it with a configuration file that it can write, or say `persist: false` and run this whenever it has \
             started",
        )
    };
    let problem = format!(
        "it was started without a configuration file, so changed {what} would be lost at its next start"
    );
    rewrite::unsupported(connection, problem, remedy)
}

fn write_error(connection: &Connection, what: &str, path: &str, error: Error) -> Error {
    match error {
        Error::Refused { code, message, .. } if code == "ERR" => rewrite::unsupported(
            connection,
            format!(
                "its {what} file {path} cannot be replaced, so changes would be lost at its next start: {message}"
            ),
            "mount the folder that holds the file, writable for the server, not the file alone; or say `persist: false` \
             and run this whenever it has started",
        ),
        other => other,
    }
}
