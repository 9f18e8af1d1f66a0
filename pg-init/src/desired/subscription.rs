//! Subscriptions, and the connection strings in which a server keeps how it reaches a publisher.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;

/// A subscription. What is `None` is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subscription {
    /// The connection.
    pub publisher: Publisher,
    /// Publications of the publisher.
    pub publications: BTreeSet<String>,
    /// Is at work.
    pub enabled: Option<bool>,
    /// Copies the tables as they are, only when it gets them.
    pub copy_data: Option<bool>,
    /// The slot at the publisher.
    pub slot: Option<String>,
    /// Makes that slot when it is created.
    pub create_slot: Option<bool>,
}

/// A connection without what is secret of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Publisher {
    /// Its parameters by their names in a connection string.
    pub parts: BTreeMap<String, String>,
    /// Where the password is.
    pub password: Option<SecretRef>,
}

/// The parameters whose values are secret.
pub(crate) const SECRET_PARTS: [&str; 2] = ["password", "sslpassword"];

/// The text of parameters, each value quoted.
pub(crate) fn connection_string<'a>(parts: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let part = |(name, value): (&String, &String)| {
        format!("{name}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
    };
    parts.into_iter().map(part).collect::<Vec<_>>().join(" ")
}

/// The parameters of a text of `name = value` as libpq reads it. A URI is none.
pub(crate) fn connection_parts(text: &str) -> Option<BTreeMap<String, String>> {
    let mut parts = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            return None;
        }
        let value;
        (value, rest) = connection_value(after.trim_start())?;
        parts.insert(name.to_owned(), value);
        rest = rest.trim_start();
    }
    Some(parts)
}

/// One value, with quotes or up to the next space, and what comes after it.
fn connection_value(text: &str) -> Option<(String, &str)> {
    let (quoted, body) = text.strip_prefix('\'').map_or((false, text), |body| (true, body));
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Some((value, body.get(at + 1..)?)),
            character if !quoted && character.is_whitespace() => return Some((value, body.get(at..)?)),
            character => value.push(character),
        }
    }
    (!quoted).then_some((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_connection_string_is_read_as_libpq_reads_it() {
        let parts = connection_parts(r"host=pub port = 5432  password='a \'b\\' user=x\ y dbname=''");
        let expected =
            [("dbname", ""), ("host", "pub"), ("password", r"a 'b\"), ("port", "5432"), ("user", "x y")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parts, Some(expected.into()));
        for other in ["postgresql://pub/app?user=x", "host", "host='pub", "=x"] {
            assert_eq!(connection_parts(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(parts in proptest::collection::btree_map("[a-z_]{1,8}", "[^\0]{0,12}", 0..5)) {
            prop_assert_eq!(connection_parts(&connection_string(&parts)), Some(parts));
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = connection_parts(&text);
        }
    }
}
