//! Folds single ACLs into entries with lists, where an entry stands for every combination of its lists.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use crate::desired::{Binding, Operation, Pattern, Permission, Resource};

/// One entry of `acls`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) principals: BTreeSet<Text>,
    pub(super) resource: Resource,
    pub(super) names: BTreeSet<Text>,
    pub(super) pattern: Pattern,
    pub(super) permission: Permission,
    pub(super) operations: BTreeSet<Operation>,
    pub(super) hosts: BTreeSet<String>,
}

/// The fields of which an entry has only one value.
type Kind = (Permission, Resource, Pattern);

/// The fields that are equal in bindings which differ only in their principal: the kind, the operations, the names
/// and the hosts.
type Common<'b> = (Kind, BTreeSet<Operation>, BTreeSet<&'b Text>, BTreeSet<&'b str>);

/// Merges bindings that differ in one field only: first operations, then names, hosts and principals.
pub(super) fn fold<'b>(bindings: impl IntoIterator<Item = &'b Binding>) -> Vec<Entry> {
    let kind = |binding: &Binding| (binding.permission, binding.resource, binding.pattern);
    let operations = grouped(bindings.into_iter().map(|binding| {
        let key = (kind(binding), &binding.principal, &binding.name, binding.host.as_str());
        (key, binding.operation)
    }));
    let names = grouped(
        operations
            .into_iter()
            .map(|((kind, principal, name, host), operations)| ((kind, principal, host, operations), name)),
    );
    let hosts =
        grouped(names.into_iter().map(|((kind, principal, host, operations), names)| {
            ((kind, principal, operations, names), host)
        }));
    let principals =
        grouped(hosts.into_iter().map(|((kind, principal, operations, names), hosts)| {
            ((kind, operations, names, hosts), principal)
        }));
    let owned = |texts: BTreeSet<&Text>| texts.into_iter().cloned().collect();
    let entry = |(((permission, resource, pattern), operations, names, hosts), principals): (
        Common<'_>,
        BTreeSet<_>,
    )| Entry {
        principals: owned(principals),
        resource,
        names: owned(names),
        pattern,
        permission,
        operations,
        hosts: hosts.into_iter().map(str::to_owned).collect(),
    };
    let mut entries: Vec<Entry> = principals.into_iter().map(entry).collect();
    entries.sort();
    entries
}

fn grouped<K: Ord, V: Ord>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, BTreeSet<V>> {
    let mut groups: BTreeMap<K, BTreeSet<V>> = BTreeMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().insert(value);
    }
    groups
}
