//! The SQL of foreign servers and user mappings. All names and values are quoted.

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

/// `CREATE SERVER`, with its owner and the USAGE of other roles, which its owner grants.
pub(super) fn create_server(names: &Names, change: &CreateForeignServer) -> String {
    let (server, of) = (ident(&change.server), &change.of);
    let mut sql = format!("CREATE SERVER {server}");
    for (word, value) in [("TYPE", &of.kind), ("VERSION", &of.version)] {
        if let Some(value) = value {
            let _ = write!(sql, " {word} {}", literal(value));
        }
    }
    let _ = write!(sql, " FOREIGN DATA WRAPPER {}", ident(&of.wrapper));
    sql += &options_clause(of.options.iter().map(|(name, value)| option(name, value)));
    if let Some(owner) = &of.owner {
        let _ = write!(sql, ";ALTER SERVER {server} OWNER TO {}", ident(names.real(owner)));
    }
    sql + &grant_usage(names, &change.server, of.usage.iter())
}

/// `ALTER SERVER`, with its owner and the USAGE of other roles.
pub(super) fn alter_server(names: &Names, change: &AlterForeignServer) -> String {
    let server = ident(&change.server);
    let mut sql = String::new();
    let version = change.version.as_ref().map(|drift| format!(" VERSION {}", literal(&drift.to)));
    let options = options_clause(altered_options(&change.options));
    if version.is_some() || !options.is_empty() {
        let _ = write!(sql, "ALTER SERVER {server}{}{options}", version.unwrap_or_default());
    }
    if let Some(owner) = &change.owner {
        let _ = write!(sql, ";ALTER SERVER {server} OWNER TO {}", ident(names.real(&owner.to)));
    }
    sql + &grant_usage(names, &change.server, change.missing_usage())
}

fn grant_usage<'a>(names: &Names, server: &str, roles: impl Iterator<Item = &'a String>) -> String {
    let roles: Vec<_> = roles.map(|role| mapped_role(names, role)).collect();
    if roles.is_empty() {
        return String::new();
    }
    format!(";GRANT USAGE ON FOREIGN SERVER {} TO {}", ident(server), roles.join(", "))
}

/// `CREATE USER MAPPING` or `ALTER USER MAPPING`, with the values of options that are secrets.
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
            let mut each: Vec<_> = altered_options(&c.options).collect();
            for (name, secret) in &c.secrets {
                each.push(format!(
                    "{} {}",
                    option_action(secret.existing),
                    secret_option(name, &secret.to, secrets)?
                ));
            }
            ("ALTER", &c.role, &c.server, each)
        }
    };
    let (role, options) = (mapped_role(names, role), options_clause(each.into_iter()));
    Ok(format!("{verb} USER MAPPING FOR {role} SERVER {}{options}", ident(server)))
}

fn mapped_role(names: &Names, role: &str) -> String {
    if role == PUBLIC { "PUBLIC".to_owned() } else { ident(names.real(role)) }
}

fn altered_options(options: &BTreeMap<String, Drift<String>>) -> impl Iterator<Item = String> {
    options
        .iter()
        .map(|(name, drift)| format!("{} {}", option_action(drift.from.is_some()), option(name, &drift.to)))
}

/// The keyword in front of an option of `ALTER`: `SET` for an existing option, `ADD` for a new one.
fn option_action(existing: bool) -> &'static str {
    if existing { "SET" } else { "ADD" }
}

fn option(name: &str, value: &str) -> String {
    format!("{} {}", ident(name), literal(value))
}

#[expect(clippy::disallowed_methods, reason = "the statement carries it to the server")]
fn secret_option(name: &str, secret: &SecretRef, secrets: &Secrets) -> Result<String, Error> {
    Ok(option(name, secrets.get(secret)?.expose_secret()))
}

fn options_clause(each: impl Iterator<Item = String>) -> String {
    let each: Vec<_> = each.collect();
    if each.is_empty() { String::new() } else { format!(" OPTIONS ({})", each.join(", ")) }
}
