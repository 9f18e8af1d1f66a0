//! Checks exported entries with the validation of a spec.

use init_core::export::{Entries, Node, Section, refusal};

use crate::validate::validate;

/// The violation of this entry of a mapping, if a spec would refuse it.
pub(super) fn violation(section: &'static str, name: &str, node: &Node) -> Option<String> {
    validate_alone(section, Entries::Map(vec![(name.to_owned(), node.clone())]))
}

/// The violation of this item of a list, if a spec would refuse it.
pub(super) fn violation_of_item(section: &'static str, node: &Node) -> Option<String> {
    validate_alone(section, Entries::List(vec![(String::new(), node.clone())]))
}

fn validate_alone(section: &'static str, entries: Entries) -> Option<String> {
    let password = Node::map().with("secret", "admin");
    let sasl = Node::map().with("mechanism", "PLAIN").with("username", "admin").with("password", password);
    let connection = [("bootstrap".to_owned(), Node::from(vec!["server:9092"])), ("sasl".to_owned(), sasl)];
    refusal(&connection, &Section { name: section, entries }, validate)
}
