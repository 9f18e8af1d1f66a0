//! Exports the spec of live nodes: reads their state into the form of a spec, and writes it.

mod announced;
mod defaults;
mod found;
mod parameters;
mod read;
mod rules;
mod sentinels;
mod users;
mod write;

use init_core::Secrets;
use init_core::export::{Export, Scope};

use self::found::Found;
use crate::desired::Desired;
use crate::error::Error;
use crate::observe::read_views;
use crate::observed::Observed;
use crate::wire::Connections;

/// The sections that are written. Nodes and mode come from the given connection.
pub(crate) const SECTIONS: &[&str] = &[
    "replicasPerPrimary",
    "announceHostnames",
    "users",
    "replicationUser",
    "config",
    "modules",
    "functions",
];

/// Reads everything and writes it as a spec.
pub(crate) async fn export(
    connections: &Connections,
    desired: &Desired,
    secrets: &Secrets,
    scope: &Scope,
) -> Result<Export, Error> {
    if let Some(missing) = connections.missing() {
        return Err(Error::Unsettled(format!(
            "an export takes all nodes, and these could not be reached: {missing}"
        )));
    }
    let observed = read_views(connections, desired, &Observed::default()).await?;
    let nodes = read::read_nodes(connections, &observed, scope).await?;
    let mut found = Found::default();
    found.shape(desired, &observed);
    let login = read::login(desired, secrets)?;
    users::all(&nodes, &login, &mut found);
    parameters::all(&nodes, desired, &mut found);
    announced::all(&nodes, desired, &mut found);
    read::libraries(&nodes, &mut found);
    read::modules(&nodes, &mut found);
    sentinels::all(desired, &observed, &mut found);
    Ok(write::export(&found))
}

#[cfg(test)]
mod tests;
