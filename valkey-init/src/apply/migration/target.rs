//! The target of a key-by-key migration, as the source reaches it.

use std::collections::BTreeMap;

use init_core::{Endpoint, Secret, Secrets, Text};
use redis::{Value, cmd};

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::{Connection, Connections, array, pairs, text};

/// The primary that slots move to.
pub(super) struct Target<'a> {
    pub(super) connection: &'a Connection,
    pub(super) id: String,
    pub(super) host: String,
    pub(super) port: String,
    /// The login that the target accepts now; none where it asks for none.
    pub(super) credential: Option<(Secret, &'a Secret)>,
}

impl<'a> Target<'a> {
    /// Finds the target in the source's `CLUSTER SHARDS`, because the nodes may reach each other at other addresses
    /// than this tool.
    pub(super) async fn find(
        connections: &'a Connections,
        context: (&Desired, &'a Secrets),
        (source, to): (&Connection, &Endpoint),
    ) -> Result<Self, Error> {
        let connection = connections.to(to)?;
        let (mut my_id, mut shards) = (cmd("CLUSTER"), cmd("CLUSTER"));
        my_id.arg("MYID");
        shards.arg("SHARDS");
        let id = text(&connection.ask(my_id).await?).unwrap_or_default();
        let answer = source.ask(shards).await?;
        let tls = uses_tls(source, context.0).await?;
        let (host, port) = address_of(&answer, &id, tls)
            .ok_or_else(|| Error::Unsettled(format!("{} does not know where {to} is", source.node())))?;
        let credential = credential(connections, context, to).await?;
        Ok(Self { connection, id, host, port, credential })
    }
}

/// True when the nodes use TLS among each other. Where the account may not read that, the TLS of the spec decides.
async fn uses_tls(source: &Connection, desired: &Desired) -> Result<bool, Error> {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("tls-cluster");
    match source.ask(command).await {
        Ok(answer) => {
            Ok(pairs(&answer).iter().any(|(_, value)| text(value).is_some_and(|value| value == "yes")))
        }
        Err(error) if error.is_denied_command() => Ok(desired.tls.is_some()),
        Err(error) => Err(error),
    }
}

/// The address and the port of a node in the answer of `CLUSTER SHARDS`.
fn address_of(shards: &Value, id: &str, tls: bool) -> Option<(String, String)> {
    let nodes = array(shards).iter().flat_map(|shard| {
        let fields = pairs(shard);
        let nodes = fields.iter().find(|(key, _)| key == "nodes").map(|(_, nodes)| *nodes);
        nodes.map(array).unwrap_or_default().to_vec()
    });
    nodes.into_iter().find_map(|node| {
        let fields: BTreeMap<String, String> =
            pairs(&node).into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect();
        let port = fields.get(if tls { "tls-port" } else { "port" })?;
        (fields.get("id")? == id).then(|| Some((fields.get("ip")?.clone(), port.clone())))?
    })
}

/// The login that the node accepts now, the declared one or the one of the first run: users may have changed since this
/// run connected.
async fn credential<'a>(
    connections: &Connections,
    (desired, secrets): (&Desired, &'a Secrets),
    node: &Endpoint,
) -> Result<Option<(Secret, &'a Secret)>, Error> {
    let login = &desired.login;
    let default = Text::Plain("default".to_owned());
    for (user, password) in [(&login.user, &login.password), (&default, &login.bootstrap)] {
        let Some(password) = password else { continue };
        let (user, password) = (secrets.text(user)?, secrets.get(password)?);
        match connections.log_in(node, (&user, password)).await {
            Ok(connection) if connection.needs_no_password() => return Ok(None),
            Ok(_) => return Ok(Some((user, password))),
            Err(error) if matches!(error.code(), Some("WRONGPASS" | "NOAUTH")) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
