//! Has a server check parameters and their values, without setting any of them.

use init_core::Secret;
use redis::{Value, cmd};
use secrecy::ExposeSecret;

use crate::error::Error;
use crate::wire::{Connection, pairs};

/// A value that is no number.
const NO_NUMBER: &str = "valkey-init-checks-only";
/// Checks that the server has these parameters and takes these values.
pub(super) async fn check(connection: &Connection, values: &[(&str, Secret)]) -> Result<(), Error> {
    check_names(connection, values.iter().map(|(name, _)| *name).collect()).await?;
    check_values(connection, values).await
}

/// Numbers that every server has.
const NUMBERS: [&str; 2] = ["hz", "timeout"];

/// `CONFIG SET` is all or nothing, in the order of its arguments: with a last one that is no number nothing is set, and a
/// complaint about anything else is a complaint about what is declared.
async fn check_values(connection: &Connection, values: &[(&str, Secret)]) -> Result<(), Error> {
    let free = |number: &&str| !values.iter().any(|(name, _)| name == number);
    let Some(last) = NUMBERS.into_iter().find(free) else { return Ok(()) };
    let mut command = cmd("CONFIG");
    command.arg("SET");
    for (name, value) in values {
        #[expect(clippy::disallowed_methods, reason = "a replica's own login is a parameter of the server")]
        command.arg(name).arg(value.expose_secret());
    }
    command.arg(last).arg(NO_NUMBER);
    match connection.ask(command).await {
        Err(Error::Refused { code, message, .. })
            if code == "ERR" && message.contains(&format!("'{last}'")) =>
        {
            Ok(())
        }
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// All these parameters exist.
async fn check_names(connection: &Connection, names: Vec<&str>) -> Result<(), Error> {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg(&names);
    // Two of them may hold a password, so the values go no further.
    let found: Vec<String> = match connection.ask(command).await? {
        Value::Nil => Vec::new(),
        value => pairs(&value).into_iter().map(|(name, _)| name).collect(),
    };
    match names.iter().find(|name| !found.iter().any(|found| found == *name)) {
        None => Ok(()),
        Some(name) => Err(Error::Unsupported {
            node: connection.node().clone(),
            problem: format!("it has no parameter `{name}`"),
            remedy: "correct the name under `config`, or use a server that has it".to_owned(),
        }),
    }
}
