//! Tries the login of a replica at its primary, to explain a link that is down.

use init_core::{Endpoint, Fault, FaultKind, Secret};
use redis::cmd;
use secrecy::ExposeSecret;

use crate::desired::Desired;
use crate::error::Error;
use crate::observed::Observed;
use crate::plan::addresses::node_at;
use crate::wire::commands::get_config;
use crate::wire::{Connection, Connections, pairs, text};

/// Checks the logins of the replicas whose link is up, or of those whose link is down. A link that stays down may have
/// a refused login, which waiting does not change. A link that is up may be older than a change of the password, and
/// would fail at the next interruption.
pub(super) async fn check_logins(
    connections: &Connections,
    desired: &Desired,
    observed: &Observed,
    link_up: bool,
) -> Result<(), Error> {
    for node in &desired.nodes {
        let state = observed.state(&node.endpoint);
        let followed = state.replication.primary.as_ref().filter(|_| state.replication.link_up == link_up);
        let primary = followed.and_then(|primary| node_at(desired, observed, primary));
        if let (Some(replica), Some(primary)) = (connections.get(&node.endpoint), primary) {
            let user = try_login(replica, &primary, connections).await?;
            if let (false, Some(connection)) = (link_up, connections.get(&primary)) {
                check_permissions(replica, connection, &user).await?;
            }
        }
    }
    Ok(())
}

/// The commands of replication, with their number of arguments.
const COMMANDS: [&[&str]; 3] = [&["REPLCONF", "capa", "eof"], &["PSYNC", "?", "-1"], &["PING"]];

/// Asks the primary with `ACL DRYRUN` whether the user of the replica may send the commands of replication. Where the
/// account may not send that, nothing is checked.
async fn check_permissions(replica: &Connection, primary: &Connection, user: &Secret) -> Result<(), Error> {
    let ask = |words: &&[&str]| {
        let mut command = cmd("ACL");
        #[expect(
            clippy::disallowed_methods,
            reason = "the server is asked about a user, whose name may be a secret"
        )]
        command.arg("DRYRUN").arg(user.expose_secret()).arg(*words);
        command
    };
    let answers = primary.ask_all(COMMANDS.iter().map(ask).collect()).await?;
    let refused = COMMANDS.iter().zip(answers).find(|(_, answer)| {
        answer.as_ref().ok().and_then(text).is_some_and(|said| said.contains("no permissions"))
    });
    let Some((words, _)) = refused else { return Ok(()) };
    Err(Error::Unsupported {
        node: replica.node().clone(),
        problem: format!(
            "its primary {} does not let the user that it logs in as send {} (NOPERM)",
            primary.node(),
            words.first().copied().unwrap_or_default()
        ),
        remedy: "allow that user +psync +sync +replconf +ping, or name another one under `replicationUser`"
            .to_owned(),
    })
}

/// Logs in to the primary as the replica does, and returns the name of the user.
async fn try_login(
    replica: &Connection,
    primary: &Endpoint,
    connections: &Connections,
) -> Result<Secret, Error> {
    let answers = match replica.ask_each(get_config(replica, &["masteruser", "masterauth"])).await {
        Err(error) if error.is_denied_command() => return Ok(Secret::from("default")),
        answers => answers?,
    };
    let value = |name: &str| {
        let found = answers.iter().flat_map(pairs).find(|(key, _)| key == name);
        found.and_then(|(_, value)| text(value)).filter(|value| !value.is_empty()).map(Secret::from)
    };
    let user = value("masteruser").unwrap_or_else(|| Secret::from("default"));
    let password = value("masterauth");
    match connections.try_login(primary, password.as_ref().map(|password| (&user, password))).await {
        Err(error) if error.kind() == FaultKind::Denied => Err(Error::Unsupported {
            node: replica.node().clone(),
            problem: format!(
                "its primary {primary} refuses the login that it uses for replication ({})",
                error.code().unwrap_or("refused")
            ),
            remedy: "name a user under `replicationUser`, or start the node with the masteruser and masterauth that its \
                     primary knows"
                .to_owned(),
        }),
        // Any other failure is no refusal of the login, and the next reading shows it.
        Err(_) | Ok(()) => Ok(user),
    }
}
