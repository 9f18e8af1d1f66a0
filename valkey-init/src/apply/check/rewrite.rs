//! Checks that a node starts again with the configuration file that `CONFIG REWRITE` writes.
//!
//! `CONFIG REWRITE` writes every loaded module and, without an ACL file, every user into the configuration file. A
//! module or a user from the command line or from an included file is then loaded twice at the next start, with which
//! the server ends. A server shows neither its command line nor its files, so this is safe only where there is no such
//! module or user, or where the spec says so (`startsFromConfigFile`).

use std::collections::BTreeMap;

use init_core::{Secret, Secrets, Text};
use redis::{Value, cmd};
use secrecy::ExposeSecret;

use crate::desired::acl::rules::tokens;
use crate::desired::{Desired, digest};
use crate::error::Error;
use crate::observed::BUILT_IN_MODULES;
use crate::wire::{Connection, array, pairs, text};

const REMEDY: &str = "start it with an ACL file for users, load modules from its configuration file alone and say \
                    `startsFromConfigFile: true`, or say `persist: false` and run this whenever it has started";

/// The modules as the server lists them; none where it has only built-in ones and the account may not list them.
async fn modules(connection: &Connection) -> Result<Value, Error> {
    let (mut info, mut list) = (cmd("INFO"), cmd("MODULE"));
    info.arg("modules");
    list.arg("LIST");
    let answer = text(&connection.ask(info).await?).unwrap_or_default();
    let names = answer.lines().filter_map(|line| line.strip_prefix("module:name=")?.split(',').next());
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return Ok(Value::Nil);
    }
    match connection.ask(list).await {
        // An account does not need the permission to list modules that every server of the release has.
        Err(error)
            if names.iter().all(|name| BUILT_IN_MODULES.contains(name)) && error.is_denied_command() =>
        {
            Ok(Value::Nil)
        }
        answer => answer,
    }
}

/// Checks the modules: one that was loaded from a file may be on the command line.
pub(super) async fn check_modules(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    let answer = modules(connection).await?;
    let (mut loaded, mut broken) = (Vec::new(), Vec::new());
    for module in array(&answer) {
        let fields: BTreeMap<String, _> = pairs(module).into_iter().collect();
        let name = fields.get("name").and_then(|name| text(name)).unwrap_or_default();
        let path = fields.get("path").map(|path| text(path).unwrap_or_default());
        // A built-in module has no path, or its name instead, and is not written.
        if path.as_ref().is_some_and(|path| path.is_empty() || *path == name) {
            continue;
        }
        let args = fields.get("args").map(|args| array(args)).unwrap_or_default();
        let args: Vec<String> = args.iter().filter_map(text).collect();
        if path.iter().chain(&args).any(|word| !is_bare_word(word)) {
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
    Err(unsupported(connection, problem, REMEDY))
}

/// True for a word that stays one word without quotes in a configuration file.
fn is_bare_word(word: &str) -> bool {
    !word.is_empty() && !word.contains(['"', '\'']) && !word.contains(char::is_whitespace)
}

/// The names of the declared users, each with the form in which it may be shown.
fn declared_names((desired, secrets): (&Desired, &Secrets)) -> Result<BTreeMap<String, Text>, Error> {
    let mut names = BTreeMap::new();
    for name in desired.users.values().map(|user| &user.name).chain(desired.absent_users.values()) {
        #[expect(clippy::disallowed_methods, reason = "the server's own list of users is compared with it")]
        names.insert(secrets.text(name)?.expose_secret().to_owned(), name.clone());
    }
    Ok(names)
}

/// Checks the users: users that the spec does not name may be on the command line, and a quote in a rule would be
/// written unescaped.
pub(super) async fn check_users(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
) -> Result<(), Error> {
    let names = declared_names((desired, secrets))?;
    for user in desired.users.values() {
        let declared = user.rules.as_deref().map(tokens).unwrap_or_default();
        if let Some(rule) = declared.iter().find(|rule| !rule.split_whitespace().all(is_bare_word)) {
            return Err(quote_error(connection, &user.name, &format!("the rule {rule}")));
        }
    }
    for (name, label) in &names {
        if !is_bare_word(name) {
            return Err(quote_error(connection, label, "the name"));
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
        if !line.split_whitespace().all(is_bare_word) {
            let label = names.get(&name).cloned().unwrap_or(Text::Plain(name));
            return Err(quote_error(connection, &label, "a rule"));
        }
        let usual = name == "default" && is_initial_default_user(&line, required.as_ref());
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

/// True for a user `default` as every server has it, or as `requirepass` makes it.
fn is_initial_default_user(line: &str, required: Option<&Secret>) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the digest is compared with the one in the list of users")]
    let digest = required.map(|password| digest(password.expose_secret().as_bytes()));
    let mut words = line.split(' ');
    let open = words.clone().any(|word| word == "nopass");
    let known =
        words.any(|word| word.strip_prefix('#').is_some_and(|found| Some(found) == digest.as_deref()));
    (open || known) && line.trim_end().ends_with("~* &* +@all")
}

fn quote_error(connection: &Connection, user: &Text, what: &str) -> Error {
    let problem = format!(
        "CONFIG REWRITE would write {what} of the user {user} with its quote, and it would not start again"
    );
    let remedy = "start it with an ACL file, where a quote is a letter like any other; or say `persist: false` and run \
                  this whenever it has started";
    unsupported(connection, problem, remedy)
}

pub(super) fn unsupported(connection: &Connection, problem: String, remedy: &str) -> Error {
    Error::Unsupported { node: connection.node().clone(), problem, remedy: remedy.to_owned() }
}
