//! The values of configuration parameters: what is a list, and when two spellings are the same value.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::sql;
use crate::spec::Setting;

/// Configuration parameters by name, in lower case as the server has them.
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

/// The parameters whose values cannot be compared by what a session shows. Half a `DateStyle` shows the session's own other
/// half, the server shows no `seed`, zero shows what the operating system has, and `role` would change who asks.
const NOT_SHOWN: [&str; 8] = [
    "datestyle",
    "role",
    "seed",
    "session_authorization",
    "tcp_keepalives_count",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_user_timeout",
];

/// Whether two spellings of a value of this parameter are the same when a session shows the same for both. A list is compared
/// by its items, which its text does not show apart.
pub(crate) fn is_shown(name: &str) -> bool {
    !LISTS.contains(&name) && !NOT_SHOWN.contains(&name) && !name.starts_with("transaction_")
}

/// The items of a value, for a parameter that is a list; an empty list is the empty name, as `SET … = ''` stores it.
fn items(name: &str, value: &Setting) -> Option<Vec<String>> {
    if !LISTS.contains(&name) {
        return None;
    }
    let items = match value {
        Setting::List(items) => items.clone(),
        Setting::One(text) => sql::split(text, ',').unwrap_or_else(|| vec![text.clone()]),
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

    /// Whether a stored text is this value, as far as that shows without the server.
    pub(crate) fn is(&self, name: &str, stored: &str) -> bool {
        match items(name, self) {
            None if *self == Self::Unset => false,
            Some(wanted) => items(name, &Self::One(stored.to_owned())) == Some(wanted),
            None if name == "datestyle" => words(&self.text()) == words(stored),
            None => self.text() == stored,
        }
    }

    /// The right-hand side of `SET name = …`.
    pub(crate) fn sql(&self, name: &str) -> String {
        match items(name, self) {
            Some(items) => items.iter().map(|item| sql::literal(item)).collect::<Vec<_>>().join(", "),
            None => sql::literal(&self.text()),
        }
    }
}

/// A stored text as a spec says it: the items of a list each by itself.
pub(crate) fn written(name: &str, stored: &str) -> Setting {
    let list = LISTS.contains(&name).then(|| sql::split(stored, ',')).flatten();
    list.map_or_else(|| Setting::One(stored.to_owned()), Setting::List)
}

/// The words of a `DateStyle`, whose case and spaces mean nothing.
fn words(text: &str) -> Vec<String> {
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
            assert!(list(&["app", "public"]).is("search_path", stored), "{stored}");
        }
        assert!(Setting::One("app, public".to_owned()).is("search_path", "app, public"));
        assert!(!list(&["app, public"]).is("search_path", "app, public"), "one name with a comma");
        assert!(list(&["app, public"]).is("search_path", r#""app, public""#));
        assert!(list(&[]).is("search_path", r#""""#));
        assert!(Setting::One(String::new()).is("search_path", r#""""#));
    }

    #[test]
    fn what_is_no_list_is_one_text() {
        assert!(list(&["ISO", "DMY"]).is("datestyle", "ISO, DMY"));
        assert_eq!(list(&["ISO", "DMY"]).sql("datestyle"), "'ISO, DMY'");
        assert_eq!(list(&["a'b", "c"]).sql("search_path"), "'a''b', 'c'");
        assert!(!Setting::One("30s".to_owned()).is("statement_timeout", "30000"));
    }

    #[test]
    fn half_a_datestyle_is_another_value() {
        assert!(list(&["ISO", "DMY"]).is("datestyle", "iso,dmy"));
        assert!(!list(&["ISO", "DMY"]).is("datestyle", "ISO"));
        assert!(!is_shown("datestyle") && !is_shown("search_path") && is_shown("work_mem"));
    }
}
