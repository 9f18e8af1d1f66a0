//! What keeps a change over a restart, and whether the node's files can take it: tried before the first change, with what
//! they hold already.
//!
//! `CONFIG REWRITE` writes every loaded module and, without an ACL file, every user into the configuration file. What the
//! server had from its command line or from an included file it then loads twice at its next start, and a module or a
//! user that is there twice ends the server. A server tells neither its command line nor its files, so this is known
//! only where there is none of either, or where the spec says so.

use std::collections::BTreeMap;

use init_core::{Endpoint, Secret, Secrets, Text};
use redis::{Cmd, cmd};
use secrecy::ExposeSecret;

use crate::Valkey;
use crate::error::Error;
use crate::plan::Change;
use crate::spec::{Desired, Mode, tokens};
use crate::wire::{Connection, array, digest, pairs, text};

const WAYS: &str = "start it with an ACL file for users, load modules from its configuration file alone and say \
                    `startsFromConfigFile: true`, or say `persist: false` and run this whenever it has started";

impl Valkey {
    /// Keeps users where the node has them.
    pub(super) async fn keep_users(&self, connection: &Connection) -> Result<(), Error> {
        if !self.desired.persist {
            return Ok(());
        }
        let mut command = cmd("CONFIG");
        command.arg("GET").arg("aclfile");
        let found = connection.ask(command).await?;
        let file = pairs(&found).into_iter().any(|(_, path)| text(path).is_some_and(|path| !path.is_empty()));
        connection.ask(if file { save() } else { rewrite() }).await?;
        Ok(())
    }

    /// Keeps parameters, and whom the node follows.
    pub(super) async fn keep_parameters(&self, connection: &Connection) -> Result<(), Error> {
        if self.desired.persist {
            connection.ask(rewrite()).await?;
        }
        Ok(())
    }

    /// The changes that would be lost, or would keep a node from starting again.
    pub(super) async fn rehearse(&self, changes: &[Change], secrets: &Secrets) -> Vec<(usize, Error)> {
        let mut nodes: BTreeMap<&Endpoint, Rehearsal> = BTreeMap::new();
        for (position, change) in changes.iter().enumerate() {
            let (users, parameters) = self.keeps(change);
            if users || parameters {
                let found = nodes
                    .entry(change.node())
                    .or_insert(Rehearsal { first: position, ..Rehearsal::default() });
                found.users |= users;
                found.parameters |= parameters;
            }
        }
        let mut refused = Vec::new();
        for (node, rehearsal) in nodes {
            let tried = match self.to(node) {
                Ok(connection) => rehearsal.run(connection, (&self.desired, secrets)).await,
                Err(error) => Err(error),
            };
            refused.extend(tried.err().map(|error| (rehearsal.first, error)));
        }
        refused
    }

    /// Whether a change is kept with the users, and whether with the parameters.
    fn keeps(&self, change: &Change) -> (bool, bool) {
        match change {
            Change::CreateUser { .. } | Change::AlterUser { .. } | Change::CloseUser { .. } => (true, false),
            Change::SetConfig { .. } | Change::SetAnnounce { .. } => (false, true),
            Change::ReplicateNode { .. } => (false, self.desired.mode == Mode::Replication),
            Change::StabilizeSlots { .. }
            | Change::AssignSlots { .. }
            | Change::SetEpoch { .. }
            | Change::MeetNode { .. }
            | Change::LoadFunction { .. } => (false, false),
        }
    }
}

/// What one node has to keep.
#[derive(Clone, Copy, Default)]
struct Rehearsal {
    first: usize,
    users: bool,
    parameters: bool,
}

impl Rehearsal {
    async fn run(self, connection: &Connection, desired: (&Desired, &Secrets)) -> Result<(), Error> {
        let (acl_file, config_file) = files(connection).await?;
        if config_file.is_empty() && (self.parameters || acl_file.is_empty()) {
            let users = self.users && acl_file.is_empty();
            return Err(fleeting(connection, users));
        }
        if self.users && !acl_file.is_empty() {
            connection
                .ask(save())
                .await
                .map_err(|error| irreplaceable(connection, "ACL", &acl_file, error))?;
        }
        if self.parameters || acl_file.is_empty() {
            modules(connection, desired.0).await?;
            if acl_file.is_empty() {
                users(connection, desired).await?;
            }
            let tried = connection.ask(rewrite()).await;
            tried.map_err(|error| irreplaceable(connection, "configuration", &config_file, error))?;
        }
        Ok(())
    }
}

fn rewrite() -> Cmd {
    let mut command = cmd("CONFIG");
    command.arg("REWRITE");
    command
}

fn save() -> Cmd {
    let mut command = cmd("ACL");
    command.arg("SAVE");
    command
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

fn unsupported(connection: &Connection, problem: String, remedy: &str) -> Error {
    Error::Unsupported { node: connection.node().clone(), problem, remedy: remedy.to_owned() }
}

fn fleeting(connection: &Connection, users: bool) -> Error {
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
    unsupported(connection, problem, remedy)
}

fn irreplaceable(connection: &Connection, what: &str, path: &str, error: Error) -> Error {
    match error {
        Error::Refused { code, message, .. } if code == "ERR" => unsupported(
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

/// A module that is loaded, from a file, may stand on the command line.
async fn modules(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    let mut command = cmd("INFO");
    command.arg("modules");
    let answer = text(&connection.ask(command).await?).unwrap_or_default();
    if !answer.lines().any(|line| line.starts_with("module:name=")) {
        return Ok(());
    }
    let mut command = cmd("MODULE");
    command.arg("LIST");
    let answer = connection.ask(command).await?;
    let (mut loaded, mut broken) = (Vec::new(), Vec::new());
    for module in array(&answer) {
        let fields: BTreeMap<String, _> = pairs(module).into_iter().collect();
        let name = fields.get("name").and_then(|name| text(name)).unwrap_or_default();
        let path = fields.get("path").map(|path| text(path).unwrap_or_default());
        // What is built into the server has no file, and is not written.
        if path.as_ref().is_some_and(String::is_empty) {
            continue;
        }
        let args = fields.get("args").map(|args| array(args)).unwrap_or_default();
        let args: Vec<String> = args.iter().filter_map(text).collect();
        if path.iter().chain(&args).any(|word| !bare(word)) {
            broken.push(name.clone());
        }
        loaded.push(name);
    }
    if !broken.is_empty() {
        let problem = format!(
            "CONFIG REWRITE would write the arguments of its module(s) {} without their quotes, and it would not start again",
            broken.join(", ")
        );
        return Err(unsupported(
            connection,
            problem,
            "say `persist: false`, and run this whenever it has started",
        ));
    }
    if loaded.is_empty() || desired.starts_from_config_file {
        return Ok(());
    }
    let problem = format!(
        "CONFIG REWRITE would write its module(s) {} into its configuration file: if they are loaded by its command line \
         or an included file, it would load them twice and never start again",
        loaded.join(", ")
    );
    Err(unsupported(connection, problem, WAYS))
}

/// Whether a word stays one word in a configuration file, which this server writes without quotes.
fn bare(word: &str) -> bool {
    !word.is_empty() && !word.contains(['"', '\'']) && !word.contains(char::is_whitespace)
}

/// Users that the spec does not name may stand on the command line, and a quote in a rule is never closed.
async fn users(connection: &Connection, (desired, secrets): (&Desired, &Secrets)) -> Result<(), Error> {
    let mut names = BTreeMap::new();
    for user in desired.users.values() {
        #[expect(clippy::disallowed_methods, reason = "the server's own list of users is compared with it")]
        names.insert(secrets.text(&user.name)?.expose_secret().to_owned(), user.name.clone());
        let declared = user.rules.as_deref().map(tokens).unwrap_or_default();
        if let Some(rule) = declared.iter().find(|rule| !rule.split_whitespace().all(bare)) {
            return Err(quoted(connection, &user.name, &format!("the rule {rule}")));
        }
    }
    for (name, label) in &names {
        if !bare(name) {
            return Err(quoted(connection, label, "the name"));
        }
    }
    let (mut list, mut required) = (cmd("ACL"), cmd("CONFIG"));
    list.arg("LIST");
    required.arg("GET").arg("requirepass");
    let mut answers = connection.ask_each(vec![list, required]).await?.into_iter();
    let lines = answers.next().unwrap_or_default();
    let required = answers.next().unwrap_or_default();
    let required = pairs(&required).into_iter().find_map(|(_, value)| text(value)).map(Secret::from);
    let mut foreign = Vec::new();
    for line in array(&lines).iter().filter_map(text) {
        let name = line.split(' ').nth(1).unwrap_or_default().to_owned();
        if !line.split_whitespace().all(bare) {
            let label = names.get(&name).cloned().unwrap_or(Text::Plain(name));
            return Err(quoted(connection, &label, "a rule"));
        }
        let usual = name == "default" && explained(&line, required.as_ref());
        if !usual && !names.contains_key(&name) {
            foreign.push(name);
        }
    }
    if foreign.is_empty() || desired.starts_from_config_file {
        return Ok(());
    }
    let problem = format!(
        "CONFIG REWRITE would write its user(s) {} into its configuration file: if they are declared on its command line \
         or in an included file, they would be there twice and it would never start again",
        foreign.join(", ")
    );
    let remedy = "start it with an ACL file; or, if they stand in its configuration file itself, say \
                  `startsFromConfigFile: true`; or say `persist: false` and run this whenever it has started";
    Err(unsupported(connection, problem, remedy))
}

/// Whether `default` is as every server has it, or as `requirepass` makes it.
fn explained(line: &str, required: Option<&Secret>) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the digest is compared with the one in the list of users")]
    let digest = required.map(|password| digest(password.expose_secret().as_bytes()));
    let mut words = line.split(' ');
    let open = words.clone().any(|word| word == "nopass");
    let known =
        words.any(|word| word.strip_prefix('#').is_some_and(|found| Some(found) == digest.as_deref()));
    (open || known) && line.trim_end().ends_with("~* &* +@all")
}

fn quoted(connection: &Connection, user: &Text, what: &str) -> Error {
    let problem = format!(
        "CONFIG REWRITE would write {what} of the user {user} with its quote, and it would not start again"
    );
    let remedy = "start it with an ACL file, where a quote is a letter like any other; or say `persist: false` and run \
                  this whenever it has started";
    unsupported(connection, problem, remedy)
}
