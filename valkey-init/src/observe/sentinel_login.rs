//! The login of the Sentinels at the nodes: reads the users of their connections, and tries the declared login.

use init_core::{Endpoint, Fault, FaultKind, Secret, Secrets, Text};
use redis::cmd;
use secrecy::ExposeSecret;

use crate::desired::Desired;
use crate::error::Error;
use crate::observed::NodeState;
use crate::wire::{Connection, Connections, text};

/// The prefix of the client names of a Sentinel's connections, before the beginning of its id and the purpose of the
/// connection.
const NAME: &str = "sentinel-";

/// Reads from the client list of a node the users that the Sentinels are logged in as. An account that may not list
/// clients reads none.
pub(super) async fn read_logins(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    state: &mut NodeState,
) -> Result<(), Error> {
    let Some((user, _)) = desired.sentinels.as_ref().and_then(|sentinels| sentinels.auth.as_ref()) else {
        return Ok(());
    };
    let mut command = cmd("CLIENT");
    command.arg(&["LIST", "TYPE", "pubsub"]);
    let clients = match connection.ask(command).await {
        Err(error) if error.is_denied_command() => return Ok(()),
        answer => text(&answer?).unwrap_or_default(),
    };
    let user = secrets.text(user)?;
    state.sentinel_logins = clients.lines().filter_map(|line| parse_client(line, &user)).collect();
    Ok(())
}

/// Parses a line of `CLIENT LIST`, such as `… name=sentinel-1a2b3c4d-pubsub … user=watcher …`: the beginning of the id,
/// and true when the user is this one.
pub(super) fn parse_client(line: &str, user: &Secret) -> Option<(String, bool)> {
    let field = |key: &str| line.split(' ').find_map(|word| word.strip_prefix(key));
    let id = field("name=")?.strip_prefix(NAME)?.strip_suffix("-pubsub")?;
    #[expect(clippy::disallowed_methods, reason = "a connection's user is compared with the declared one")]
    let same = field("user=")? == user.expose_secret();
    Some((id.to_owned(), same))
}

/// Tries the declared login of the Sentinels, where its user is not declared in the spec: a node that refuses it would
/// count as down for all Sentinels.
pub(super) async fn try_login(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
) -> Result<(), Error> {
    let auth = desired.sentinels.as_ref().and_then(|sentinels| sentinels.auth.as_ref());
    let (Some((user, password)), None) = (auth, desired.declared_sentinel_user()) else { return Ok(()) };
    let (name, password) = (secrets.text(user)?, secrets.get(password)?);
    for node in desired.nodes.iter().map(|node| &node.endpoint) {
        match connections.try_login(node, Some((&name, password))).await {
            Err(error) if error.kind() == FaultKind::Denied => return Err(refused_login(node, user, &error)),
            // Any other failure is no refusal of the login, and the next reading shows it.
            Err(_) | Ok(()) => {}
        }
    }
    Ok(())
}

fn refused_login(node: &Endpoint, user: &Text, error: &Error) -> Error {
    Error::Unsupported {
        node: node.clone(),
        problem: format!(
            "it refuses the login that the spec gives the Sentinels, as the user {user} ({})",
            error.code().unwrap_or("refused")
        ),
        remedy:
            "declare that user under `users`, or correct `sentinels.authUser` and `sentinels.authPassword`"
                .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_connections_of_sentinels_are_known_by_their_names() {
        let line =
            "id=7 addr=10.0.0.9:4242 name=sentinel-1a2b3c4d-pubsub age=3 user=watcher lib-name= resp=2";
        assert_eq!(parse_client(line, &Secret::from("watcher")), Some(("1a2b3c4d".to_owned(), true)));
        assert_eq!(parse_client(line, &Secret::from("default")), Some(("1a2b3c4d".to_owned(), false)));
        assert_eq!(parse_client("id=8 name=app user=watcher", &Secret::from("watcher")), None);
    }
}
