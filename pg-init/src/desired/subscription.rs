//! Subscriptions, and the connection strings with which a server connects to a publisher.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;

/// A subscription. A property that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subscription {
    /// The connection to the publisher.
    pub publisher: Publisher,
    /// Publications of the publisher.
    pub publications: BTreeSet<String>,
    /// True when the subscription replicates.
    pub enabled: Option<bool>,
    /// True when the existing rows of a table are copied once the table is added.
    pub copy_data: Option<bool>,
    /// The replication slot on the publisher.
    pub slot: Option<String>,
    /// True when a new subscription creates the slot.
    pub create_slot: Option<bool>,
}

/// The connection parameters, without the values of secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Publisher {
    /// The parameters, by their names in a connection string.
    pub parameters: BTreeMap<String, String>,
    /// The secret of the password.
    pub password: Option<SecretRef>,
}

/// The connection parameters whose values are secret.
pub(crate) const SECRET_PARAMETERS: [&str; 2] = ["password", "sslpassword"];

/// A connection string of these parameters, with each value quoted.
pub(crate) fn connection_string<'a>(
    parameters: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> String {
    let part = |(name, value): (&String, &String)| {
        format!("{name}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
    };
    parameters.into_iter().map(part).collect::<Vec<_>>().join(" ")
}

/// The parameters of a connection string of `name = value` pairs, parsed as libpq does. `None` for a URI.
pub(crate) fn parse_connection_string(text: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            return None;
        }
        let value;
        (value, rest) = connection_value(after.trim_start())?;
        parameters.insert(name.to_owned(), value);
        rest = rest.trim_start();
    }
    Some(parameters)
}

/// One value, quoted or up to the next space, and the text after it.
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
        let parameters =
            parse_connection_string(r"host=pub port = 5432  password='a \'b\\' user=x\ y dbname=''");
        let expected =
            [("dbname", ""), ("host", "pub"), ("password", r"a 'b\"), ("port", "5432"), ("user", "x y")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parameters, Some(expected.into()));
        for other in ["postgresql://pub/app?user=x", "host", "host='pub", "=x"] {
            assert_eq!(parse_connection_string(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_written_connection_string_is_parsed_back(parameters in proptest::collection::btree_map("[a-z_]{1,8}", "[^\0]{0,12}", 0..5)) {
            prop_assert_eq!(parse_connection_string(&connection_string(&parameters)), Some(parameters));
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = parse_connection_string(&text);
        }
    }
}
