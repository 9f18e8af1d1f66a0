//! Foreign servers and user mappings as SQL. Names and values are quoted, always.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use init_core::diff::Drift;
use init_core::{SecretRef, Secrets};
use secrecy::ExposeSecret as _;

use crate::change::{AlterForeignServer, AlterUserMapping, CreateForeignServer, CreateUserMapping};
use crate::desired::PUBLIC;
use crate::desired::sql::{ident, literal};
use crate::error::Error;
use crate::wire::Names;

/// A user mapping that is created or altered.
pub(super) enum Mapping<'c> {
    Create(&'c CreateUserMapping),
    Alter(&'c AlterUserMapping),
}

/// With its owner, and the USAGE of others, which its owner grants.
pub(super) fn create_server(names: &Names, change: &CreateForeignServer) -> String {
    let (server, of) = (ident(&change.server), &change.of);
    let mut sql = format!("CREATE SERVER {server}");
    for (word, value) in [("TYPE", &of.kind), ("VERSION", &of.version)] {
        if let Some(value) = value {
            let _ = write!(sql, " {word} {}", literal(value));
        }
    }
    let _ = write!(sql, " FOREIGN DATA WRAPPER {}", ident(&of.wrapper));
    sql += &options(of.options.iter().map(|(name, value)| option(name, value)));
    if let Some(owner) = &of.owner {
        let _ = write!(sql, ";ALTER SERVER {server} OWNER TO {}", ident(names.real(owner)));
    }
    sql + &usage(names, &change.server, of.usage.iter())
}

pub(super) fn alter_server(names: &Names, change: &AlterForeignServer) -> String {
    let server = ident(&change.server);
    let mut sql = String::new();
    let version = change.version.as_ref().map(|drift| format!(" VERSION {}", literal(&drift.to)));
    let options = options(differing(&change.options));
    if version.is_some() || !options.is_empty() {
        let _ = write!(sql, "ALTER SERVER {server}{}{options}", version.unwrap_or_default());
    }
    if let Some(owner) = &change.owner {
        let _ = write!(sql, ";ALTER SERVER {server} OWNER TO {}", ident(names.real(&owner.to)));
    }
    sql + &usage(names, &change.server, change.granted())
}

fn usage<'a>(names: &Names, server: &str, roles: impl Iterator<Item = &'a String>) -> String {
    let roles: Vec<_> = roles.map(|role| user(names, role)).collect();
    if roles.is_empty() {
        return String::new();
    }
    format!(";GRANT USAGE ON FOREIGN SERVER {} TO {}", ident(server), roles.join(", "))
}

/// The statement carries the values of the options that are secrets.
pub(super) fn user_mapping(names: &Names, change: &Mapping<'_>, secrets: &Secrets) -> Result<String, Error> {
    let (verb, role, server, each) = match change {
        Mapping::Create(c) => {
            let mut each: Vec<_> = c.of.options.iter().map(|(name, value)| option(name, value)).collect();
            for (name, secret) in &c.of.secrets {
                each.push(secret_option(name, secret, secrets)?);
            }
            ("CREATE", &c.role, &c.server, each)
        }
        Mapping::Alter(c) => {
            let mut each: Vec<_> = differing(&c.options).collect();
            for (name, secret) in &c.secrets {
                each.push(format!("{} {}", verb(secret.there), secret_option(name, &secret.to, secrets)?));
            }
            ("ALTER", &c.role, &c.server, each)
        }
    };
    let (role, options) = (user(names, role), options(each.into_iter()));
    Ok(format!("{verb} USER MAPPING FOR {role} SERVER {}{options}", ident(server)))
}

fn user(names: &Names, role: &str) -> String {
    if role == PUBLIC { "PUBLIC".to_owned() } else { ident(names.real(role)) }
}

fn differing(options: &BTreeMap<String, Drift<String>>) -> impl Iterator<Item = String> {
    options.iter().map(|(name, drift)| format!("{} {}", verb(drift.from.is_some()), option(name, &drift.to)))
}

/// PostgreSQL takes an option that is there with another word than one that is not.
fn verb(there: bool) -> &'static str {
    if there { "SET" } else { "ADD" }
}

fn option(name: &str, value: &str) -> String {
    format!("{} {}", ident(name), literal(value))
}

#[expect(clippy::disallowed_methods, reason = "the statement carries it to the server")]
fn secret_option(name: &str, secret: &SecretRef, secrets: &Secrets) -> Result<String, Error> {
    Ok(option(name, secrets.get(secret)?.expose_secret()))
}

fn options(each: impl Iterator<Item = String>) -> String {
    let each: Vec<_> = each.collect();
    if each.is_empty() { String::new() } else { format!(" OPTIONS ({})", each.join(", ")) }
}
