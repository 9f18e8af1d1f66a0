//! Foreign servers and user mappings.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;

/// A foreign server without its user mappings. What is `None` is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignServer {
    /// Its foreign-data wrapper.
    pub wrapper: String,
    /// `TYPE`
    pub kind: Option<String>,
    /// `VERSION`
    pub version: Option<String>,
    /// Its options by name.
    pub options: BTreeMap<String, String>,
    /// Its owner.
    pub owner: Option<String>,
    /// The roles that have USAGE on it, and perhaps `public`.
    pub usage: BTreeSet<String>,
}

/// The options of a user mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserMapping {
    /// Those that are no secrets, by name.
    pub options: BTreeMap<String, String>,
    /// Where the others are.
    pub secrets: BTreeMap<String, SecretRef>,
}

/// Ends of the names of options that wrappers take a secret in.
const SECRET_ENDS: [&str; 9] =
    ["password", "passwd", "pwd", "passphrase", "secret", "token", "secret_key", "private_key", "access_key"];

/// Whether the value of an option of this name is a secret: `password_required` and `passfile` are none.
pub(crate) fn is_secret_option(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_the_name_of_its_option() {
        for name in ["password", "sslpassword", "PASSWORD", "aws_secret_access_key", "api_token"] {
            assert!(is_secret_option(name), "{name}");
        }
        for name in ["user", "password_required", "passfile", "sslkey", "sslcert"] {
            assert!(!is_secret_option(name), "{name}");
        }
    }
}
