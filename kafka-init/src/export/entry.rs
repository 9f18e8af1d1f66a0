//! Whether a spec takes an entry.

use init_core::export::{Entries, Node, Section, refusal};

use crate::validate::validate;

/// Why a spec would refuse this entry of a mapping; `None` where it would not.
pub(super) fn refused(section: &'static str, name: &str, node: &Node) -> Option<String> {
    judged(section, Entries::Map(vec![(name.to_owned(), node.clone())]))
}

/// Why a spec would refuse this item of a list.
pub(super) fn refused_item(section: &'static str, node: &Node) -> Option<String> {
    judged(section, Entries::List(vec![(String::new(), node.clone())]))
}

fn judged(section: &'static str, entries: Entries) -> Option<String> {
    let password = Node::map().with("secret", "admin");
    let sasl = Node::map().with("mechanism", "PLAIN").with("username", "admin").with("password", password);
    let connection = [("bootstrap".to_owned(), Node::from(vec!["server:9092"])), ("sasl".to_owned(), sasl)];
    refusal(&connection, &Section { name: section, entries }, validate)
}
