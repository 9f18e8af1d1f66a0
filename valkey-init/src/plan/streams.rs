//! Plans the missing consumer groups, each on the primary that owns the key of its stream.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Conflict, Endpoint, SpecPath};

use super::replication;
use super::roles::Roles;
use super::topology::Topology;
use crate::change::Change;
use crate::desired::key_slot::slot;
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
    let owners = stream_owners(desired, observed);
    let no_groups = BTreeSet::new();
    for (stream, groups) in &desired.streams {
        let Some(node) = owners.get(stream.as_str()) else { continue };
        let state = observed.state(node);
        let there = match state.streams.get(stream) {
            None => &no_groups,
            Some(StreamState::Groups(there)) => there,
            // The stream is read again as soon as the cluster serves.
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

/// The primary that owns the key of each stream, or gets its slot in this plan. A slot whose owner the spec does not
/// name has no entry.
fn stream_owners<'d>(desired: &'d Desired, observed: &Observed) -> BTreeMap<&'d str, Endpoint> {
    let streams = desired.streams.keys().map(String::as_str);
    if desired.mode != Mode::Cluster {
        let primary = replication::primary(desired, observed);
        return streams.filter_map(|stream| Some((stream, primary.clone()?))).collect();
    }
    let topology = Topology::new(desired, observed);
    let (owners, assigned) = (topology.owners(), Roles::new(&topology).assigned);
    let owner = |key: &str| {
        let slot = slot(key);
        let new = assigned.iter().find(|(_, slots)| slots.contains(slot));
        topology.endpoint(new.map(|(node, _)| *node).or(*owners.get(usize::from(slot))?)?)
    };
    streams.filter_map(|stream| Some((stream, owner(stream)?))).collect()
}
