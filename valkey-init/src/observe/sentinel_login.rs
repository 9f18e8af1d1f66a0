//! The login of the Sentinels at the nodes: whose connections they have, and whether the declared one works.

use init_core::{Endpoint, Fault, FaultKind, Secret, Secrets, Text};
use redis::cmd;
use secrecy::ExposeSecret;

use crate::desired::Desired;
use crate::error::Error;
use crate::observed::NodeState;
use crate::wire::{Connection, Connections, text};

/// How the connections of a Sentinel to a node are named: with the beginning of its id, and what each is for.
const NAME: &str = "sentinel-";

/// Reads from the clients of a node who the Sentinels are logged in as. An account that may not list clients is told nothing.
pub(super) async fn watchers(
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
    state.watchers = clients.lines().filter_map(|line| watcher(line, &user)).collect();
    Ok(())
}

/// The beginning of the id in `… name=sentinel-1a2b3c4d-pubsub … user=watcher …`, and whether the user is this one.
pub(super) fn watcher(line: &str, user: &Secret) -> Option<(String, bool)> {
    let field = |key: &str| line.split(' ').find_map(|word| word.strip_prefix(key));
    let id = field("name=")?.strip_prefix(NAME)?.strip_suffix("-pubsub")?;
    #[expect(clippy::disallowed_methods, reason = "a connection's user is compared with the declared one")]
    let same = field("user=")? == user.expose_secret();
    Some((id.to_owned(), same))
}

/// Tries the login that the spec gives the Sentinels, where it is one that no user of the spec makes: a node that refuses it
/// would count as down for all of them.
pub(super) async fn try_login(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
) -> Result<(), Error> {
    let auth = desired.sentinels.as_ref().and_then(|sentinels| sentinels.auth.as_ref());
    let (Some((user, password)), None) = (auth, desired.watching_user()) else { return Ok(()) };
    let (name, password) = (secrets.text(user)?, secrets.get(password)?);
    for node in desired.nodes.iter().map(|node| &node.endpoint) {
        match connections.try_login(node, Some((&name, password))).await {
            Err(error) if error.kind() == FaultKind::Denied => return Err(refuses(node, user, &error)),
            // Any other failure is no refusal of the login, and the next reading shows it.
            Err(_) | Ok(()) => {}
        }
    }
    Ok(())
}

fn refuses(node: &Endpoint, user: &Text, error: &Error) -> Error {
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
        assert_eq!(watcher(line, &Secret::from("watcher")), Some(("1a2b3c4d".to_owned(), true)));
        assert_eq!(watcher(line, &Secret::from("default")), Some(("1a2b3c4d".to_owned(), false)));
        assert_eq!(watcher("id=8 name=app user=watcher", &Secret::from("watcher")), None);
    }
}
