//! The passwords of a user in a change: names of secrets and a number, never a value.

use std::fmt;

use init_core::{Properties, SecretRef};

/// A user's passwords: the declared ones by name, others by their number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passwords {
    /// Passwords of the spec.
    pub declared: Vec<SecretRef>,
    /// How many it has that the spec does not name.
    pub others: usize,
}

impl Passwords {
    /// The passwords that one side alone has, and how many the user has that the spec does not name.
    pub(super) fn compared_with(&self, from: Option<&Self>, properties: Properties) -> Properties {
        let nothing = Self::default();
        let from = from.unwrap_or(&nothing);
        let only = |one: &Self, other: &Self| -> Vec<SecretRef> {
            one.declared.iter().filter(|name| !other.declared.contains(name)).cloned().collect()
        };
        let properties = properties.differing("passwords", only(from, self), only(self, from));
        match from.others {
            // They stay until the Sentinels have been told the new ones.
            others if others == self.others => properties,
            others => properties.without("undeclared_passwords", others),
        }
    }
}

impl fmt::Display for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.declared.iter().map(ToString::to_string).collect();
        if self.others > 0 {
            parts.push(format!("{} not in the spec", self.others));
        }
        if parts.is_empty() { f.write_str("none") } else { f.write_str(&parts.join(" and ")) }
    }
}
