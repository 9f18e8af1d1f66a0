//! When two spellings of a topic config mean the same.

use std::collections::BTreeSet;
use std::fmt;

/// A value that is set on one thing; `None` when it has none of its own and follows a default.
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

/// How Kafka reads a config, as `DescribeConfigs` numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigType {
    /// True or false.
    Boolean,
    /// A whole number of any width.
    Whole,
    /// A number with a fraction.
    Double,
    /// Items between commas, whose order means nothing.
    List,
    /// Text, a class name, or a kind that is new to this build.
    Text,
}

impl ConfigType {
    /// By Kafka's number.
    pub fn of(number: i8) -> Self {
        match number {
            1 => Self::Boolean,
            3..=5 => Self::Whole,
            6 => Self::Double,
            7 => Self::List,
            _ => Self::Text,
        }
    }

    /// Whether Kafka would read the same value from both. A value that is none of its type is equal to its
    /// own spelling only: the server is the one to refuse it.
    pub fn same(self, a: &str, b: &str) -> bool {
        // Kafka trims every value before it reads it.
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
            assert!(ConfigType::of(kind).same(a, b), "{a} and {b} as type {kind}");
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
            assert!(!ConfigType::of(kind).same(a, b), "{a} and {b} as type {kind}");
        }
    }
}
