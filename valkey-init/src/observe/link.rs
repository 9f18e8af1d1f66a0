//! Why a replica's link stays down: its own login, tried at its primary.

use init_core::{Endpoint, Fault, FaultKind, Secret};
use redis::cmd;

use crate::error::Error;
use crate::wire::{Connection, Connections, pairs, text};

/// An error when the primary refuses what the replica logs in with.
pub(super) async fn explain(
    replica: &Connection,
    primary: &Endpoint,
    connections: &Connections,
) -> Result<(), Error> {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("masteruser").arg("masterauth");
    let answer = replica.ask(command).await?;
    let value = |name: &str| {
        let found = pairs(&answer).into_iter().find(|(key, _)| key == name);
        found.and_then(|(_, value)| text(value)).filter(|value| !value.is_empty())
    };
    let user = Secret::from(value("masteruser").unwrap_or_else(|| "default".to_owned()));
    let credential = value("masterauth").map(Secret::from);
    match connections.try_login(primary, credential.as_ref().map(|password| (&user, password))).await {
        Err(error) if error.kind() == FaultKind::Denied => Err(Error::Unsupported {
            node: replica.node().clone(),
            problem: format!("its primary {primary} refuses what it logs in with ({})", error.code().unwrap_or("refused")),
            remedy: "name a user under `replicationUser`, or start the node with the masteruser and masterauth that its primary knows"
                .to_owned(),
        }),
        _ => Ok(()),
    }
}
