//! Has a server check parameters and their values with a `CONFIG SET` that fails, so that none of them is set.

use std::collections::BTreeSet;

use init_core::{Endpoint, Secret};
use redis::cmd;
use secrecy::ExposeSecret;

use crate::error::Error;
use crate::wire::Connection;

/// A parameter name that no server has: a `CONFIG SET` that ends in it changes nothing.
const NO_SUCH: &str = "valkey-init-changes-nothing";
/// A value that is no number.
const NO_NUMBER: &str = "valkey-init-checks-only";
/// Numeric parameters that every server has.
const NUMBERS: [&str; 2] = ["hz", "timeout"];

/// The parameters of these that the server cannot change while it runs. An account that may only read finds none.
pub(super) async fn immutable_parameters(
    connection: &Connection,
    drifting: &[(&str, &str)],
) -> Result<BTreeSet<String>, Error> {
    let probe = |(name, value): &(&str, &str)| {
        let mut command = cmd("CONFIG");
        command.arg("SET").arg(*name).arg(*value).arg(NO_SUCH).arg("0");
        command
    };
    let answers = connection.ask_all(drifting.iter().map(probe).collect()).await?;
    let mut immutable = BTreeSet::new();
    for ((name, _), answer) in drifting.iter().zip(answers) {
        match answer {
            // The error names the first parameter that cannot be set.
            Err(Error::Refused { code, message, .. }) if code == "ERR" && !message.contains(NO_SUCH) => {
                immutable.insert((*name).to_owned());
            }
            Err(Error::Refused { code, .. }) if code == "ERR" || code == "NOPERM" => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Ok(immutable)
}

/// Checks values with `CONFIG SET`, which sets all parameters or none and checks them in the order of its arguments:
/// with a last value that is not a number nothing is set, and an error about another parameter is about a declared one.
/// Redis 6.2 accepts one parameter in a command, so that its parameters cannot be checked without being set.
pub(crate) async fn check_values(connection: &Connection, values: &[(&str, Secret)]) -> Result<(), Error> {
    let free = |number: &&str| !values.iter().any(|(name, _)| name == number);
    let Some(last) =
        NUMBERS.into_iter().find(free).filter(|_| !connection.is_redis_6() && !values.is_empty())
    else {
        return Ok(());
    };
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

/// The error of a declared parameter that the server does not have.
pub(crate) fn unknown_parameter(node: &Endpoint, name: &str) -> Error {
    Error::Unsupported {
        node: node.clone(),
        problem: format!("it has no parameter `{name}`"),
        remedy: "correct the name under `config`, or use a server that has it".to_owned(),
    }
}
