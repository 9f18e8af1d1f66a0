//! Folds single privileges into the shortest list of entries: an entry of a spec may name several roles, objects,
//! schemas and creators.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Node;

use crate::desired::{DefaultTarget, Privileges, Target};
use crate::spec::{FutureObject, Object, Privilege};

/// The properties that all privileges of an entry have in common, besides roles, names and schemas.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind<'a> {
    object: Object,
    columns: &'a BTreeSet<String>,
    privileges: &'a BTreeSet<Privilege>,
    option: bool,
}

/// Names; an empty set stands for all objects.
type Names<'a> = BTreeSet<&'a str>;

/// Entries of `grants` with `to`, or of `revokes` with `from`.
pub(super) fn targets(targets: &BTreeMap<Target, Privileges>, role: &str) -> Vec<Node> {
    let mut by_object: BTreeMap<(Kind<'_>, Option<&str>, Option<&str>), Names<'_>> = BTreeMap::new();
    for (target, privileges) in targets {
        let (object, columns) = (target.object, &target.columns);
        let kind = Kind { object, columns, privileges: &privileges.set, option: target.grant_option };
        let key = (kind, target.schema.as_deref(), target.name.as_deref());
        by_object.entry(key).or_default().insert(&target.role);
    }
    let mut by_schema: BTreeMap<(Kind<'_>, Names<'_>, Option<&str>, bool), Names<'_>> = BTreeMap::new();
    for ((kind, schema, name), roles) in by_object {
        by_schema.entry((kind, roles, schema, name.is_some())).or_default().extend(name);
    }
    let mut folded: BTreeMap<(Kind<'_>, Names<'_>, Names<'_>), Names<'_>> = BTreeMap::new();
    for ((kind, roles, schema, _), names) in by_schema {
        folded.entry((kind, roles, names)).or_default().extend(schema);
    }
    let entry = |((kind, roles, names), schemas): ((Kind<'_>, Names<'_>, Names<'_>), Names<'_>)| {
        let node = Node::map().with(role, name_or_list(&roles)).with("object", kind.object.keyword());
        let node = with_names(with_names(node, "schema", &schemas), "names", &names);
        let node = with_names(node, "columns", &kind.columns.iter().map(String::as_str).collect());
        let node = node.with("privileges", words(kind.privileges));
        if kind.option { node.with("grantOption", true) } else { node }
    };
    folded.into_iter().map(entry).collect()
}

/// Entries of `defaultPrivileges`: those that are held with `to`, and those that are not held with `from`.
pub(super) fn defaults(targets: &BTreeMap<DefaultTarget, Privileges>, role: &str) -> Vec<Node> {
    type Key<'a> = (&'a str, Option<&'a str>, FutureObject, &'a BTreeSet<Privilege>, bool);
    type Folded<'a> = (&'a str, bool, FutureObject, Names<'a>, &'a BTreeSet<Privilege>, bool);
    let mut by_creator: BTreeMap<Key<'_>, Names<'_>> = BTreeMap::new();
    for (target, privileges) in targets {
        let schema = target.schema.as_deref();
        let key = (target.creator.as_str(), schema, target.object, &privileges.set, target.grant_option);
        by_creator.entry(key).or_default().insert(&target.role);
    }
    let mut folded: BTreeMap<Folded<'_>, Names<'_>> = BTreeMap::new();
    for ((creator, schema, object, set, option), roles) in by_creator {
        let key = (creator, schema.is_some(), object, roles, set, option);
        folded.entry(key).or_default().extend(schema);
    }
    let entry = |((creator, _, object, roles, set, option), schemas): (Folded<'_>, Names<'_>)| {
        let node = with_names(Node::map().with("for", creator), "schema", &schemas);
        let node = node
            .with("object", object.keyword())
            .with(role, name_or_list(&roles))
            .with("privileges", words(set));
        if option { node.with("grantOption", true) } else { node }
    };
    folded.into_iter().map(entry).collect()
}

fn name_or_list(names: &Names<'_>) -> Node {
    Node::one_or_many(names.iter().copied())
}

fn with_names(node: Node, key: &str, names: &Names<'_>) -> Node {
    if names.is_empty() { node } else { node.with(key, name_or_list(names)) }
}

fn words(privileges: &BTreeSet<Privilege>) -> Node {
    Node::List(privileges.iter().map(|privilege| privilege.keyword().into()).collect())
}
