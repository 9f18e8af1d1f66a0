//! A node that becomes a replica takes over everything from its primary, its functions too.

use init_core::{Conflict, SpecPath};

use crate::change::Change;
use crate::desired::Desired;
use crate::observed::Observed;

/// Libraries that only the node has which is to follow another.
pub(super) fn conflicts(
    desired: &Desired,
    observed: &Observed,
    changes: &[Change],
    conflicts: &mut Vec<Conflict>,
) {
    for (position, node) in desired.nodes.iter().enumerate() {
        let primary = changes.iter().find_map(|change| match change {
            Change::ReplicateNode { node: follower, primary } if *follower == node.endpoint => {
                Some(&primary.to)
            }
            Change::ReplicateNode { .. }
            | Change::StabilizeSlots { .. }
            | Change::AssignSlots { .. }
            | Change::SetEpoch { .. }
            | Change::SetAnnounce { .. }
            | Change::CreateUser { .. }
            | Change::AlterUser { .. }
            | Change::SetConfig { .. }
            | Change::MeetNode { .. }
            | Change::Sentinel(_)
            | Change::LoadFunction { .. }
            | Change::CreateGroup { .. }
            | Change::CloseUser { .. }
            | Change::DeleteUser { .. } => None,
        });
        let Some(primary) = primary else { continue };
        let (kept, state) = (observed.state(primary), observed.state(&node.endpoint));
        let lost = state
            .own_libraries
            .iter()
            .filter(|name| !kept.own_libraries.contains(*name) && !desired.functions.contains_key(*name));
        let lost: Vec<&str> = lost.map(String::as_str).collect();
        if !lost.is_empty() {
            let problem = format!(
                "it has the function libraries {}, which {primary} does not have: following it would lose them; load them \
                 there, declare them under `functions`, or delete them here first",
                lost.join(", ")
            );
            conflicts.push(Conflict::new(SpecPath::root().key("nodes").index(position), problem));
        }
    }
}
