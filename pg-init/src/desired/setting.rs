//! The values of configuration parameters: which parameters are lists, and when two spellings are the same value.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::sql;
use crate::spec::Setting;

/// Configuration parameters by name, in lower case as the server stores them.
pub(crate) type Settings = BTreeMap<String, Setting>;

/// The parameters that PostgreSQL stores as a list of quoted names (`GUC_LIST_QUOTE`).
const LISTS: [&str; 6] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// The parameters whose values cannot be compared by setting both in a session: a partial `DateStyle` keeps the
/// session's other part, the server never shows `seed`, zero shows the value of the operating system, and `role`
/// would change the session's own role.
const NOT_COMPARABLE: [&str; 8] = [
    "datestyle",
    "role",
    "seed",
    "session_authorization",
    "tcp_keepalives_count",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_user_timeout",
];

/// True when two spellings are the same value if a session shows the same text for both. Lists are compared by their
/// items, which that text does not separate.
pub(crate) fn is_comparable_in_session(name: &str) -> bool {
    !LISTS.contains(&name) && !NOT_COMPARABLE.contains(&name) && !name.starts_with("transaction_")
}

/// The items of a value, for a parameter that is a list. An empty list is the empty name, as `SET … = ''` stores it.
fn list_items(name: &str, value: &Setting) -> Option<Vec<String>> {
    if !LISTS.contains(&name) {
        return None;
    }
    let items = match value {
        Setting::List(items) => items.clone(),
        Setting::One(text) => sql::split_identifiers(text, ',').unwrap_or_else(|| vec![text.clone()]),
        Setting::Unset => return None,
    };
    Some(if items.is_empty() { vec![String::new()] } else { items })
}

impl Setting {
    /// The value as one text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::List(items) => items.join(", "),
            Self::Unset => String::new(),
        }
    }

    /// True when the stored text is this value, as far as that can be decided without the server.
    pub(crate) fn equals_stored(&self, name: &str, stored: &str) -> bool {
        match list_items(name, self) {
            None if *self == Self::Unset => false,
            Some(wanted) => list_items(name, &Self::One(stored.to_owned())) == Some(wanted),
            None if name == "datestyle" => datestyle_words(&self.text()) == datestyle_words(stored),
            None => self.text() == stored,
        }
    }

    /// The right-hand side of `SET name = …`.
    pub(crate) fn sql(&self, name: &str) -> String {
        match list_items(name, self) {
            Some(items) => items.iter().map(|item| sql::literal(item)).collect::<Vec<_>>().join(", "),
            None => sql::literal(&self.text()),
        }
    }
}

/// The stored text as a spec declares it: a list by its items.
pub(crate) fn from_stored(name: &str, stored: &str) -> Setting {
    let list = LISTS.contains(&name).then(|| sql::split_identifiers(stored, ',')).flatten();
    list.map_or_else(|| Setting::One(stored.to_owned()), Setting::List)
}

/// The words of a `DateStyle`, in which case and spaces are not significant.
fn datestyle_words(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_ascii_lowercase()).collect()
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(text) => write!(f, "'{text}'"),
            Self::List(items) => write!(f, "[{}]", items.join(", ")),
            Self::Unset => f.write_str("unset"),
        }
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Unset => serializer.serialize_unit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Setting {
        Setting::List(items.iter().map(|item| (*item).to_owned()).collect())
    }

    #[test]
    fn a_list_is_compared_by_its_items() {
        for stored in ["app, public", "app,public", r#""app", "public""#] {
            assert!(list(&["app", "public"]).equals_stored("search_path", stored), "{stored}");
        }
        assert!(Setting::One("app, public".to_owned()).equals_stored("search_path", "app, public"));
        assert!(!list(&["app, public"]).equals_stored("search_path", "app, public"), "one name with a comma");
        assert!(list(&["app, public"]).equals_stored("search_path", r#""app, public""#));
        assert!(list(&[]).equals_stored("search_path", r#""""#));
        assert!(Setting::One(String::new()).equals_stored("search_path", r#""""#));
    }

    #[test]
    fn the_value_of_a_parameter_that_is_not_a_list_is_one_text() {
        assert!(list(&["ISO", "DMY"]).equals_stored("datestyle", "ISO, DMY"));
        assert_eq!(list(&["ISO", "DMY"]).sql("datestyle"), "'ISO, DMY'");
        assert_eq!(list(&["a'b", "c"]).sql("search_path"), "'a''b', 'c'");
        assert!(!Setting::One("30s".to_owned()).equals_stored("statement_timeout", "30000"));
    }

    #[test]
    fn a_partial_datestyle_is_another_value() {
        assert!(list(&["ISO", "DMY"]).equals_stored("datestyle", "iso,dmy"));
        assert!(!list(&["ISO", "DMY"]).equals_stored("datestyle", "ISO"));
        assert!(
            !is_comparable_in_session("datestyle")
                && !is_comparable_in_session("search_path")
                && is_comparable_in_session("work_mem")
        );
    }
}
