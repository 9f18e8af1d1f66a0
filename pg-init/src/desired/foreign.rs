//! Foreign servers and user mappings.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;

/// A foreign server without its user mappings. A property that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignServer {
    /// The foreign-data wrapper.
    pub wrapper: String,
    /// `TYPE`
    pub kind: Option<String>,
    /// `VERSION`
    pub version: Option<String>,
    /// The options by name.
    pub options: BTreeMap<String, String>,
    /// The owner.
    pub owner: Option<String>,
    /// The roles with USAGE on the server, which may include `public`.
    pub usage: BTreeSet<String>,
}

/// The options of a user mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserMapping {
    /// The options that are not secrets, by name.
    pub options: BTreeMap<String, String>,
    /// The secrets of the other options, by name.
    pub secrets: BTreeMap<String, SecretRef>,
}

/// The suffixes of the names of options in which wrappers take a secret.
const SECRET_SUFFIXES: [&str; 9] =
    ["password", "passwd", "pwd", "passphrase", "secret", "token", "secret_key", "private_key", "access_key"];

/// True when an option of this name holds a secret. `password_required` and `passfile` do not.
pub(crate) fn is_secret_option(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_SUFFIXES.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_secret_by_its_name() {
        for name in ["password", "sslpassword", "PASSWORD", "aws_secret_access_key", "api_token"] {
            assert!(is_secret_option(name), "{name}");
        }
        for name in ["user", "password_required", "passfile", "sslkey", "sslcert"] {
            assert!(!is_secret_option(name), "{name}");
        }
    }
}
