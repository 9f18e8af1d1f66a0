//! The passwords of a user in a change, as names of secrets and a number, never as values.

use std::fmt;

use init_core::{Properties, SecretRef};

/// A user's passwords: the declared ones by name, undeclared by their number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passwords {
    /// The passwords of the spec.
    pub declared: Vec<SecretRef>,
    /// The number of its passwords that the spec does not name.
    pub undeclared: usize,
}

impl Passwords {
    /// Adds the passwords that only one side has, and the number of the user's undeclared passwords.
    pub(super) fn compared_with(&self, from: Option<&Self>, properties: Properties) -> Properties {
        let nothing = Self::default();
        let from = from.unwrap_or(&nothing);
        let only = |one: &Self, other: &Self| -> Vec<SecretRef> {
            one.declared.iter().filter(|name| !other.declared.contains(name)).cloned().collect()
        };
        let properties = properties.differing("passwords", only(from, self), only(self, from));
        match from.undeclared {
            // They stay until the Sentinels have been given the new ones.
            undeclared if undeclared == self.undeclared => properties,
            undeclared => properties.without("undeclared_passwords", undeclared),
        }
    }
}

impl fmt::Display for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.declared.iter().map(ToString::to_string).collect();
        if self.undeclared > 0 {
            parts.push(format!("{} not in the spec", self.undeclared));
        }
        if parts.is_empty() { f.write_str("none") } else { f.write_str(&parts.join(" and ")) }
    }
}
