//! Whether a spec takes an entry.

use init_core::export::{Entries, Node, Section, refusal};

use crate::validate::validate;

/// Why a spec would refuse this entry of a section; `None` where it would not.
pub(super) fn refused(section: &'static str, name: &str, node: &Node) -> Option<String> {
    let secret = |name: &str| Node::map().with("secret", name);
    let credentials =
        Node::map().with("accessKey", secret("the-account")).with("secretKey", secret("its-secret-key"));
    let connection =
        [("endpoint".to_owned(), Node::from("http://server:9000")), ("credentials".to_owned(), credentials)];
    let entries = Entries::Map(vec![(name.to_owned(), node.clone())]);
    refusal(&connection, &Section { name: section, entries }, validate)
}
