//! Consumer groups that are missing, each on the primary that has the key of its stream.

use std::collections::BTreeSet;

use init_core::{Conflict, Endpoint, SpecPath};

use super::replication;
use super::roles::Roles;
use super::topology::Topology;
use crate::change::Change;
use crate::desired::streams::slot;
use crate::desired::{Desired, Mode};
use crate::observed::{Observed, StreamState};

pub(super) fn plan(
    desired: &Desired,
    observed: &Observed,
    changes: &mut Vec<Change>,
    conflicts: &mut Vec<Conflict>,
) {
    if desired.streams.is_empty() {
        return;
    }
    let owner_of = owners(desired, observed);
    let no_groups = BTreeSet::new();
    for (stream, groups) in &desired.streams {
        let Some(node) = owner_of(stream) else { continue };
        let state = observed.state(&node);
        let there = match state.streams.get(stream) {
            None => &no_groups,
            Some(StreamState::Groups(there)) => there,
            // It is read again as soon as the cluster serves.
            Some(StreamState::NotServed) => continue,
            Some(StreamState::OtherType) => {
                let at = SpecPath::root().key("streams").key(stream);
                conflicts.push(Conflict::new(at, "the key holds another type than a stream"));
                continue;
            }
        };
        for (group, start) in groups.iter().filter(|(group, _)| !there.contains(*group)) {
            let (node, stream, group, start) = (node.clone(), stream.clone(), group.clone(), start.clone());
            changes.push(Change::CreateGroup { node, stream, group, start });
        }
    }
}

/// The primary that has a key, or gets its slot in this plan. A slot whose owner the spec does not name has none here.
fn owners(desired: &Desired, observed: &Observed) -> impl Fn(&str) -> Option<Endpoint> {
    let mut owners = Vec::new();
    let mut only = None;
    match desired.mode {
        Mode::Cluster => {
            let topology = Topology::new(desired, observed);
            owners = topology.owners().into_iter().map(|owner| topology.endpoint(owner?)).collect();
            for (node, slots) in Roles::new(&topology).assigned {
                for slot in slots.iter() {
                    if let Some(owner) = owners.get_mut(usize::from(slot)) {
                        *owner = topology.endpoint(node);
                    }
                }
            }
        }
        Mode::Replication | Mode::Standalone => only = replication::primary(desired, observed),
    }
    move |key| only.clone().or_else(|| owners.get(usize::from(slot(key)))?.clone())
}
