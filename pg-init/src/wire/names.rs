//! Keys and real names of roles. A spec refers to a role by its key, and the server by its name, which may be a
//! secret. Plans, reports and messages contain keys only.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::desired::Desired;
use crate::error::Error;
use crate::validate::role_name;

/// The mapping between the keys of roles and their names on the server.
#[derive(Default)]
pub(crate) struct Names {
    real: BTreeMap<String, String>,
    label: BTreeMap<String, String>,
    /// The names that are secrets, each with the label that replaces it in messages.
    hidden: Vec<(String, String)>,
}

impl Names {
    /// Reads the names that are secrets from their files.
    pub(crate) fn resolve(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let mut names = Self::default();
        if let Text::Secret(secret) = &desired.user {
            names.hidden.push((name_value(&desired.user, secrets)?, secret.to_string()));
        }
        for (key, role) in &desired.roles {
            let real = match &role.name {
                None => key.clone(),
                Some(name @ Text::Plain(_)) => name_value(name, secrets)?,
                Some(name @ Text::Secret(secret)) => {
                    let real = name_value(name, secrets)?;
                    names.hidden.push((real.clone(), key.clone()));
                    if let Err(problem) = role_name(&real) {
                        let problem = format!("the value of {secret} is no role name: {problem}");
                        return Err(Error::Name { at: format!("roles.{key}"), problem });
                    }
                    real
                }
            };
            if let Some(other) = names.label.insert(real.clone(), key.clone()) {
                let problem = format!("it has the same name as roles.{other}");
                return Err(Error::Name { at: format!("roles.{key}"), problem });
            }
            names.real.insert(key.clone(), real);
        }
        Ok(names)
    }

    /// The name on the server of the role with this key.
    pub(crate) fn real<'a>(&'a self, key: &'a str) -> &'a str {
        self.real.get(key).map_or(key, String::as_str)
    }

    /// The key of the role with this name on the server. An undeclared role whose name equals another role's key is
    /// marked as undeclared.
    pub(crate) fn key(&self, name: &str) -> String {
        match self.label.get(name) {
            Some(label) => label.clone(),
            None if self.real.contains_key(name) => format!("{name} (undeclared)"),
            None => name.to_owned(),
        }
    }

    /// The real names of several keys, each once.
    pub(crate) fn real_names<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let set: BTreeSet<String> = keys.into_iter().map(|key| self.real(key).to_owned()).collect();
        set.into_iter().collect()
    }

    /// The text with every secret name replaced by its label.
    pub(crate) fn redact(&self, message: &str) -> String {
        self.hidden.iter().fold(message.to_owned(), |message, (name, label)| {
            let message = message.replace(&format!("\"{name}\""), label);
            // A short name may be part of ordinary words.
            if name.len() < 4 { message } else { message.replace(name.as_str(), label) }
        })
    }
}

/// The value of a name, which may be in a secret.
pub(crate) fn name_value(name: &Text, secrets: &Secrets) -> Result<String, Error> {
    Ok(match name {
        Text::Plain(name) => name.clone(),
        Text::Secret(secret) => {
            #[expect(clippy::disallowed_methods, reason = "a role's name, to be sent to the server")]
            let value = secrets.get(secret)?.expose_secret();
            value.to_owned()
        }
    })
}
