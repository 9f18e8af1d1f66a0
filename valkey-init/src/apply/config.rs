//! Sets parameters with `CONFIG SET`.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Secrets, Text};
use redis::cmd;
use secrecy::ExposeSecret;

use super::persist;
use crate::desired::Desired;
use crate::error::Error;
use crate::wire::Connection;

/// Sets parameters of one node, some of which may be secrets, which are read only here.
pub(super) async fn set_with_secrets(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    parameters: &BTreeMap<String, Drift<Text>>,
) -> Result<(), Error> {
    let mut values = Vec::new();
    for (name, drift) in parameters {
        values.push((name.as_str(), secrets.text(&drift.to)?));
    }
    #[expect(clippy::disallowed_methods, reason = "a replica's own login is a parameter of the server")]
    let pairs = values.iter().map(|(name, value)| (*name, value.expose_secret()));
    set(connection, desired, pairs).await
}

/// Sets parameters in one command, of which the server applies all or none, and persists them.
pub(super) async fn set<'a>(
    connection: &Connection,
    desired: &Desired,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), Error> {
    let pairs: Vec<_> = pairs.collect();
    // Redis 6.2 accepts one parameter in a command.
    let together = if connection.is_redis_6() { 1 } else { pairs.len().max(1) };
    let set = |pairs: &[(&str, &str)]| {
        let mut command = cmd("CONFIG");
        command.arg("SET");
        for (name, value) in pairs {
            command.arg(name).arg(value);
        }
        command
    };
    connection.ask_each(pairs.chunks(together).map(set).collect()).await?;
    persist::persist_parameters(connection, desired).await
}
