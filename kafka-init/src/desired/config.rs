//! Config values, and when two spellings of a value are equal to Kafka.

use std::collections::BTreeSet;
use std::fmt;

/// A value that is set on a resource itself; `None` when it has none, so that a default applies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(pub Option<String>);

impl Value {
    pub(crate) fn of(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("unset"))
    }
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
