//! Config values, and when two spellings of a value are equal to Kafka.

use std::collections::BTreeSet;
use std::fmt;

use init_core::SecretRef;

use super::throttle::RATES;

/// The prefix of configs of one listener, which are described only where they are set.
pub(crate) const LISTENER_PREFIX: &str = "listener.name.";

/// The configs of brokers that have no default, so that a broker describes them only where they are set.
pub(crate) const WITHOUT_DEFAULT: [&str; 3] =
    [RATES[0], RATES[1], "replica.alter.log.dirs.io.max.bytes.per.second"];

/// A value that is set on a resource itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// It has none, so that a default applies.
    Unset,
    /// The value in Kafka's spelling.
    Text(String),
    /// The value of a secret, which Kafka never shows.
    Secret(SecretRef),
}

impl Value {
    /// The value of a spec; `None` stands for `null`.
    pub(crate) fn of(text: Option<String>) -> Self {
        text.map_or(Self::Unset, Self::Text)
    }

    /// The text, unless the value is unset or the value of a secret.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Unset | Self::Secret(_) => None,
        }
    }

    /// The reference, if it is the value of a secret.
    pub(crate) fn secret(&self) -> Option<&SecretRef> {
        match self {
            Self::Secret(secret) => Some(secret),
            Self::Unset | Self::Text(_) => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset => f.write_str("unset"),
            Self::Text(text) => f.write_str(text),
            Self::Secret(secret) => secret.fmt(f),
        }
    }
}

/// The parts of names of configs that hold a password, a key or certificates, which Kafka never shows.
const SENSITIVE: [&str; 6] = [
    "password",
    "secret",
    "jaas.config",
    "keystore.key",
    "keystore.certificate.chain",
    "truststore.certificates",
];

/// True for a config that is sensitive by its name.
pub(crate) fn is_sensitive(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SENSITIVE.iter().any(|part| key.contains(part))
}

/// The part of the brokers that a config belongs to: the listener of `listener.name.LISTENER.…`, or else the first
/// part of its name, such as `ssl`, which stands for every listener without a value of its own.
pub(crate) fn listener(key: &str) -> &str {
    let start = if key.starts_with(LISTENER_PREFIX) { LISTENER_PREFIX.len() } else { 0 };
    let end = key.get(start..).and_then(|rest| rest.find('.')).map_or(key.len(), |dot| start + dot);
    key.get(..end).unwrap_or(key)
}

/// The type of a config, as `DescribeConfigs` numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigType {
    /// `BOOLEAN`.
    Boolean,
    /// `INT`, `SHORT` and `LONG`.
    Whole,
    /// `DOUBLE`.
    Double,
    /// `LIST`: items between commas, in any order.
    List,
    /// `STRING`, `CLASS`, `PASSWORD`, and types that are new to this build.
    Text,
}

impl ConfigType {
    /// The type with this number in Kafka's protocol.
    pub fn from_number(number: i8) -> Self {
        match number {
            1 => Self::Boolean,
            3..=5 => Self::Whole,
            6 => Self::Double,
            7 => Self::List,
            _ => Self::Text,
        }
    }

    /// True when Kafka parses both spellings to the same value. A value that does not parse equals only its own
    /// spelling; the broker refuses it.
    pub fn are_equal(self, a: &str, b: &str) -> bool {
        // Kafka trims every value before it parses it.
        let (a, b) = (a.trim(), b.trim());
        a == b
            || match self {
                Self::Boolean => a.eq_ignore_ascii_case(b),
                Self::Whole => parsed::<i64>(a, b),
                Self::Double => parsed::<f64>(a, b),
                Self::List => items(a) == items(b),
                Self::Text => false,
            }
    }
}

fn parsed<T: std::str::FromStr + PartialEq>(a: &str, b: &str) -> bool {
    matches!((a.parse::<T>(), b.parse::<T>()), (Ok(a), Ok(b)) if a == b)
}

fn items(list: &str) -> BTreeSet<&str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_are_the_same() {
        for (kind, a, b) in [
            (1, "TRUE", "true"),
            (3, "+07", "7"),
            (5, " 604800000", "604800000"),
            (6, "0.50", ".5"),
            (7, "compact, delete", "delete,compact"),
            (2, " producer", "producer"),
        ] {
            assert!(ConfigType::from_number(kind).are_equal(a, b), "{a} and {b} as type {kind}");
        }
    }

    #[test]
    fn a_config_belongs_to_its_listener_or_to_the_first_part_of_its_name() {
        for (key, part) in [
            ("listener.name.client.ssl.keystore.password", "listener.name.client"),
            ("listener.name.client.plain.sasl.jaas.config", "listener.name.client"),
            ("listener.name.other.ssl.keystore.password", "listener.name.other"),
            ("listener.name.", "listener.name."),
            ("ssl.keystore.password", "ssl"),
            ("compression", "compression"),
        ] {
            assert_eq!(listener(key), part, "{key}");
        }
    }

    #[test]
    fn other_values_differ() {
        for (kind, a, b) in [
            (1, "true", "yes"),
            (5, "1", "10"),
            (5, "x", "1"),
            (6, "0.5", "0.6"),
            (7, "a,b", "a"),
            (2, "a", "A"),
        ] {
            assert!(!ConfigType::from_number(kind).are_equal(a, b), "{a} and {b} as type {kind}");
        }
    }
}
