//! Reads the commands and ACL categories of the servers, and has a server check declared rules in a dry run.

use std::collections::{BTreeMap, BTreeSet};

use redis::{Cmd, Value, cmd};
use tracing::warn;

use crate::desired::acl::rules::tokens;
use crate::desired::{Access, Catalog, Desired};
use crate::error::Error;
use crate::wire::commands::{clear_rules, set_user};
use crate::wire::{Connection, Connections, array, pairs, text};

/// A rule that no server has. `ACL SETUSER` applies all rules or none, so with this rule it changes nothing, and an
/// error about another rule is about a rule of the spec.
const NO_RULE: &str = "valkey-init-checks-only";
/// A user that is never created.
const NO_USER: &str = "valkey-init-checks-only";

/// The catalogs of a run, read once, because they do not change while the servers run.
#[derive(Debug, Default)]
pub(crate) struct Catalogs {
    /// The catalog of the nodes.
    pub(super) nodes: Option<Catalog>,
    /// The catalog of the Sentinels, which have other commands.
    pub(super) sentinels: Option<Catalog>,
}

impl Catalogs {
    /// Reads the catalogs that the spec needs.
    pub(super) async fn read(&mut self, connections: &Connections, desired: &Desired) -> Result<(), Error> {
        read_from_first_node(connections, desired, &mut self.nodes).await?;
        match (&desired.sentinels, connections.sentinels()) {
            (Some(sentinels), Some(connections)) => {
                read_from_first_node(connections, &sentinels.as_nodes, &mut self.sentinels).await
            }
            _ => Ok(()),
        }
    }
}

/// Reads the catalog of the first node, where the spec declares users.
async fn read_from_first_node(
    connections: &Connections,
    desired: &Desired,
    catalog: &mut Option<Catalog>,
) -> Result<(), Error> {
    let first = desired.nodes.first().and_then(|node| connections.get(&node.endpoint));
    if let (None, false, Some(connection)) = (&catalog, desired.users.is_empty(), first) {
        let found = read(connection).await?;
        check_incomparable_rules(connection, desired, &found).await?;
        *catalog = Some(found);
    }
    Ok(())
}

/// Reads the categories and commands of the server, and how it shows a user.
async fn read(connection: &Connection) -> Result<Catalog, Error> {
    let command = |words: &[&str]| {
        let mut command = cmd(words.first().copied().unwrap_or_default());
        command.arg(words.get(1..).unwrap_or_default());
        command
    };
    let names: Vec<String> =
        array(&connection.ask(command(&["ACL", "CAT"])).await?).iter().filter_map(text).collect();
    let members: Vec<Cmd> = names.iter().map(|name| command(&["ACL", "CAT", name])).collect();
    let answers = connection.ask_each(members).await?;
    let members = answers.iter().map(|answer| array(answer).iter().filter_map(text).collect());
    let catalog: Catalog = names.into_iter().zip(members).collect();
    // Both answers are optional: an older server does not have `COMMAND LIST`.
    let more = vec![command(&["COMMAND", "LIST"]), command(&["ACL", "GETUSER", "default"])];
    let mut answers = connection.ask_all(more).await?.into_iter().map(Result::unwrap_or_default);
    let commands = answers.next().unwrap_or_default();
    let default = answers.next().unwrap_or_default();
    Ok(catalog
        .with_commands(array(&commands).iter().filter_map(text))
        .hiding_payload_flag(hides_payload_flag(&default)))
}

/// True for a server that does not show whether payloads are sanitized, as servers with ACL rules for databases.
fn hides_payload_flag(default: &Value) -> bool {
    let fields: BTreeMap<String, &Value> = pairs(default).into_iter().collect();
    let flags: BTreeSet<String> =
        fields.get("flags").map(|flags| array(flags)).unwrap_or_default().iter().filter_map(text).collect();
    fields.contains_key("databases")
        && !flags.contains("sanitize-payload")
        && !flags.contains("skip-sanitize-payload")
}

/// Has the server check the declared rules that cannot be compared, or that it does not list. Rules that it accepts are
/// logged in a warning, because their absence from a user cannot be observed.
pub(super) async fn check_incomparable_rules(
    connection: &Connection,
    desired: &Desired,
    catalog: &Catalog,
) -> Result<(), Error> {
    for user in desired.users.values() {
        let rules = user.rules.as_deref().unwrap_or_default();
        let incomparable_rules = Access::incomparable_rules(rules, catalog);
        if incomparable_rules.is_empty() {
            continue;
        }
        match dry_run_rules(connection, rules).await {
            Err(error) if error.is_denied_command() => {}
            Err(error) => return Err(error),
            Ok(()) => warn!(
                user = %user.name,
                rules = incomparable_rules.join(" "),
                "the server takes these rules and does not show them: they are set with the user's other rules, and not compared"
            ),
        }
    }
    Ok(())
}

/// Has a server check rules without setting them.
pub(crate) async fn dry_run_rules(connection: &Connection, rules: &str) -> Result<(), Error> {
    let mut command = set_user(&NO_USER.into());
    command.arg(clear_rules("").map(str::to_owned).chain(tokens(rules)).collect::<Vec<_>>()).arg(NO_RULE);
    match connection.ask(command).await {
        Err(Error::Refused { code, message, .. }) if code == "ERR" && message.contains(NO_RULE) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}
