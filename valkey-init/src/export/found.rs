//! The exported state of the nodes in the form of a spec, and the notes about what a spec cannot express.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SecretRef, Text};

use crate::desired::{Desired, Mode};
use crate::observed::Observed;

/// The state that is the same on all nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) replicas_per_primary: Option<u16>,
    pub(super) announce: bool,
    pub(super) users: BTreeMap<String, User>,
    pub(super) replication_user: Option<String>,
    pub(super) config: BTreeMap<String, String>,
    pub(super) modules: BTreeSet<String>,
    pub(super) functions: BTreeMap<String, String>,
    /// The notes: section, entry, and text.
    pub(super) notes: Vec<(&'static str, String, String)>,
}

/// An ACL user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    /// Its name, where that is a secret and the key is a label.
    pub(super) name: Option<Text>,
    pub(super) enabled: bool,
    pub(super) passwords: Vec<Password>,
    pub(super) rules: String,
}

/// A password, of which only the digest is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Password {
    /// The password of this run's login.
    Own(SecretRef),
    /// Another password.
    Other(SecretRef),
}

impl Found {
    pub(super) fn note(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.notes.push((section, name.to_owned(), text.into()));
    }

    /// Notes the number of replicas of each primary of a cluster, where all have the same number.
    pub(super) fn shape(&mut self, desired: &Desired, observed: &Observed) {
        if desired.mode != Mode::Cluster {
            return;
        }
        let primaries = observed.nodes.values().filter(|state| state.replication.primary.is_none()).count();
        let nodes = desired.nodes.len();
        // A spec does not allow a cluster with two primaries.
        let even = primaries > 0 && primaries != 2 && nodes.is_multiple_of(primaries);
        let replicas = if even { nodes / primaries - 1 } else { 0 };
        match u16::try_from(replicas) {
            _ if !even => {
                let text =
                    format!("{primaries} primaries among {nodes} nodes have no replicas of equal number");
                self.note("replicasPerPrimary", "", text);
            }
            Ok(replicas) if replicas > 0 => self.replicas_per_primary = Some(replicas),
            Ok(_) | Err(_) => {}
        }
    }
}

/// The values that all nodes have in common, by name, and the names of those that differ.
pub(super) fn common<'a, T: PartialEq + 'a>(
    nodes: impl IntoIterator<Item = &'a BTreeMap<String, T>>,
) -> (BTreeMap<&'a str, &'a T>, BTreeSet<&'a str>) {
    let nodes: Vec<&BTreeMap<String, T>> = nodes.into_iter().collect();
    let (mut same, mut differing) = (BTreeMap::new(), BTreeSet::new());
    for (name, value) in nodes.iter().flat_map(|node| node.iter()) {
        if nodes.iter().all(|node| node.get(name) == Some(value)) {
            same.insert(name.as_str(), value);
        } else {
            differing.insert(name.as_str());
        }
    }
    (same, differing)
}
