//! Checks exported entries with the validation of a spec.

use init_core::export::{Entries, Node, Section, refusal};

use crate::validate::validate;

/// The violation of this entry of a section, if a spec would refuse it.
pub(super) fn violation(section: &'static str, name: &str, node: &Node) -> Option<String> {
    let secret = |name: &str| Node::map().with("secret", name);
    let credentials =
        Node::map().with("accessKey", secret("the-account")).with("secretKey", secret("its-secret-key"));
    let connection =
        [("endpoint".to_owned(), Node::from("http://server:9000")), ("credentials".to_owned(), credentials)];
    let entries = Entries::Map(vec![(name.to_owned(), node.clone())]);
    refusal(&connection, &Section { name: section, entries }, validate)
}
