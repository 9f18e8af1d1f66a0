//! Checks whether a spec accepts an entry, because a server may have names and values that no spec can express.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::contents::Section;
use super::document::write_section;
use super::node::Node;
use super::yaml;
use crate::spec::Text;
use crate::{Files, Violations};

/// Parses and validates a spec of a connection and this section, and returns the first problem. `connection` may be any
/// valid connection.
pub fn refusal<S: DeserializeOwned, D>(
    connection: &[(String, Node)],
    section: &Section,
    validate: impl FnOnce(S, &Files) -> Result<D, Violations>,
) -> Option<String> {
    let mut output = String::new();
    yaml::write_fields(&mut output, 0, connection);
    write_section(&mut output, section);
    let text = Text::plain(output, Files::relative_to(Path::new("")));
    let result = text.parse::<S>().and_then(|spec| validate(spec, &text.files).map(drop));
    let violations = result.err()?;
    violations.iter().next().map(|violation| violation.problem.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::SpecPath;
    use crate::export::Entries;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Spec {
        endpoint: String,
        items: BTreeMap<String, u8>,
    }

    fn refused(name: &str, value: i64) -> Option<String> {
        let connection = [("endpoint".to_owned(), Node::from("server:1"))];
        let entries = Entries::Map(vec![(name.to_owned(), value.into())]);
        refusal(&connection, &Section { name: "items", entries }, |spec: Spec, _| {
            let mut found = Violations::default();
            assert_eq!(spec.endpoint, "server:1");
            for name in spec.items.keys().filter(|name| name.contains('\n')) {
                found.push(&SpecPath::root().key("items").key(name), "a name has one line");
            }
            found.or(())
        })
    }

    #[test]
    fn an_entry_is_refused_by_its_type_or_by_the_validation() {
        assert_eq!(refused("a: #", 1), None);
        assert_eq!(refused("a\nb", 1).as_deref(), Some("a name has one line"));
        assert!(refused("a", 256).is_some());
    }
}
