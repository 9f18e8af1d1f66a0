//! Reads the state of each node for an export.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Scope;
use init_core::{Endpoint, SecretRef, Secrets, Text};
use redis::{Cmd, Value, cmd};
use secrecy::ExposeSecret as _;

use super::defaults::Release;
use super::found::{Found, common};
use crate::desired::{Desired, digest};
use crate::error::Error;
use crate::observe::users;
use crate::observed::{BUILT_IN_MODULES, Observed};
use crate::wire::commands::get_config;
use crate::wire::{Connection, Connections, array, pairs, text};

/// The state of one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// True for a primary.
    pub(super) primary: bool,
    pub(super) users: BTreeMap<String, UserOnNode>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) release: Release,
    /// The digest of its `masterauth`.
    pub(super) primary_password: Option<String>,
    modules: BTreeSet<String>,
    /// The source texts by library; `None` for a text that is not UTF-8.
    libraries: BTreeMap<String, Option<String>>,
    /// The commands that the account may not send.
    pub(super) denied: BTreeSet<&'static str>,
}

/// A user of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserOnNode {
    pub(super) enabled: bool,
    /// The digests of its passwords.
    pub(super) passwords: BTreeSet<String>,
    pub(super) rules: String,
}

/// The login of this run.
pub(super) struct Login {
    pub(super) user: String,
    /// The reference that replaces its name, where that is a secret.
    pub(super) label: Option<Text>,
    pub(super) password: Option<(SecretRef, String)>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the name is compared with the server's, the password by its digest"
)]
pub(super) fn login(desired: &Desired, secrets: &Secrets) -> Result<Login, Error> {
    let login = &desired.login;
    let password = match &login.password {
        Some(name) => Some((name.clone(), digest(secrets.get(name)?.expose_secret().as_bytes()))),
        None => None,
    };
    let label = login.user.secret().map(|_| login.user.clone());
    Ok(Login { user: secrets.text(&login.user)?.expose_secret().to_owned(), label, password })
}

/// Reads all nodes.
pub(super) async fn read_nodes(
    connections: &Connections,
    observed: &Observed,
    scope: &Scope,
) -> Result<BTreeMap<Endpoint, Node>, Error> {
    let read = async |connection: &Connection| {
        let state = observed.state(connection.node());
        let mut node = Node { primary: state.replication.primary.is_none(), ..Node::default() };
        let of_users = scope.includes_section("users") || scope.includes_section("replicationUser");
        if of_users {
            accounts(connection, &mut node).await?;
        }
        if of_users || scope.includes_section("config") || scope.includes_section("announceHostnames") {
            parameters(connection, &mut node).await?;
        }
        modules_and_libraries(connection, scope, &mut node).await?;
        Ok(node)
    };
    connections.each(read).await
}

fn command_of(words: &[&str]) -> Cmd {
    let mut command = cmd(words.first().copied().unwrap_or_default());
    command.arg(words.get(1..).unwrap_or_default());
    command
}

/// The answer, or nil where the account may not send the command, which is then noted.
fn unless_denied(
    answer: Result<Value, Error>,
    command: &'static str,
    denied: &mut BTreeSet<&'static str>,
) -> Result<Value, Error> {
    match answer {
        Err(error) if error.is_denied_command() => {
            denied.insert(command);
            Ok(Value::Nil)
        }
        answer => answer,
    }
}

async fn accounts(connection: &Connection, node: &mut Node) -> Result<(), Error> {
    let names =
        unless_denied(connection.ask(command_of(&["ACL", "USERS"])).await, "ACL USERS", &mut node.denied)?;
    let names: Vec<String> = array(&names).iter().filter_map(text).collect();
    let commands = names.iter().map(|name| command_of(&["ACL", "GETUSER", name])).collect();
    for (name, answer) in names.into_iter().zip(connection.ask_all(commands).await?) {
        let value = unless_denied(answer, "ACL GETUSER", &mut node.denied)?;
        let fields: BTreeMap<String, &Value> = pairs(&value).into_iter().collect();
        if fields.is_empty() {
            continue;
        }
        let list = |key: &str| -> BTreeSet<String> {
            let items = fields.get(key).map(|value| array(value)).unwrap_or_default();
            items.iter().filter_map(text).collect()
        };
        let flags = list("flags");
        let rules = super::rules::normalize(&users::rules_text(&fields, &flags));
        let user = UserOnNode { enabled: flags.contains("on"), passwords: list("passwords"), rules };
        node.users.insert(name, user);
    }
    Ok(())
}

async fn parameters(connection: &Connection, node: &mut Node) -> Result<(), Error> {
    let info = text(&connection.ask(command_of(&["INFO", "server"])).await?).unwrap_or_default();
    node.release = release(connection.is_redis_6(), &info);
    for answer in connection.ask_all(get_config(connection, &["*"])).await? {
        let value = unless_denied(answer, "CONFIG GET", &mut node.denied)?;
        for (name, value) in pairs(&value) {
            let Some(value) = text(value) else { continue };
            match name.as_str() {
                "masterauth" if !value.is_empty() => {
                    node.primary_password = Some(digest(value.as_bytes()));
                }
                "requirepass" | "masterauth" | "primaryauth" => {}
                name if name.ends_with("-pass") => {}
                _ => drop(node.parameters.insert(name, value)),
            }
        }
    }
    Ok(())
}

fn release(is_redis_6: bool, info: &str) -> Release {
    let version = info.lines().find_map(|line| line.trim_end().strip_prefix("valkey_version:"));
    let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    match major {
        _ if is_redis_6 => Release::Redis6,
        Some(major) if major >= 8 => Release::Valkey8,
        Some(_) | None => Release::Redis7,
    }
}

async fn modules_and_libraries(connection: &Connection, scope: &Scope, node: &mut Node) -> Result<(), Error> {
    if scope.includes_section("modules") {
        let info = text(&connection.ask(command_of(&["INFO", "modules"])).await?).unwrap_or_default();
        let name =
            |line: &str| Some(line.strip_prefix("module:name=")?.split(',').next()?.to_ascii_lowercase());
        let names = info.lines().filter_map(name);
        node.modules = names.filter(|name| !BUILT_IN_MODULES.contains(&name.as_str())).collect();
    }
    // A replica has the libraries of its primary.
    if scope.includes_section("functions") && node.primary && !connection.is_redis_6() {
        let asked = connection.ask(command_of(&["FUNCTION", "LIST", "WITHCODE"])).await;
        let found = unless_denied(asked, "FUNCTION LIST", &mut node.denied)?;
        node.libraries = array(&found).iter().filter_map(library).collect();
    }
    Ok(())
}

fn library(value: &Value) -> Option<(String, Option<String>)> {
    let fields: BTreeMap<String, &Value> = pairs(value).into_iter().collect();
    let code = match fields.get("library_code")? {
        Value::BulkString(bytes) => String::from_utf8(bytes.clone()).ok(),
        other => text(other),
    };
    Some((text(fields.get("library_name")?)?, code))
}

/// Exports the libraries that all primaries have.
pub(super) fn libraries(nodes: &BTreeMap<Endpoint, Node>, found: &mut Found) {
    let primaries = nodes.values().filter(|node| node.primary).map(|node| &node.libraries);
    let (same, differing) = common(primaries);
    for (name, code) in same {
        match code {
            Some(code) => drop(found.functions.insert(name.to_owned(), code.clone())),
            None => found.note("functions", name, "its source text, which is no UTF-8"),
        }
    }
    for name in differing {
        found.note("functions", name, "the primaries have different texts of it, or not all have it");
    }
    let denied: BTreeSet<&str> = nodes.values().flat_map(|node| &node.denied).copied().collect();
    for command in denied {
        let section = match command {
            "FUNCTION LIST" => "functions",
            "CONFIG GET" => "config",
            _ => "users",
        };
        found.note(section, "", format!("anything: the account that provisions may not send {command}"));
    }
}

/// Exports the modules that all nodes have loaded.
pub(super) fn modules(nodes: &BTreeMap<Endpoint, Node>, found: &mut Found) {
    let all: BTreeSet<&String> = nodes.values().flat_map(|node| &node.modules).collect();
    for name in all {
        if nodes.values().all(|node| node.modules.contains(name)) {
            found.modules.insert(name.clone());
        } else {
            found.note("modules", name, "only some of the nodes have loaded it");
        }
    }
}
