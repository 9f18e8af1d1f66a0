//! Conflicts about function libraries when roles or slots change: a node that becomes a replica loses its own
//! libraries, and a primary that gets slots needs the libraries of their owner.

use init_core::Conflict;

use super::ambiguous_names::node_conflict;
use crate::change::Change;
use crate::desired::Desired;
use crate::observed::Observed;

/// The libraries that would be lost, or would be missing.
pub(super) fn conflicts(
    desired: &Desired,
    observed: &Observed,
    changes: &[Change],
    conflicts: &mut Vec<Conflict>,
) {
    lost_by_new_replicas(desired, observed, changes, conflicts);
    missing_on_targets(desired, observed, changes, conflicts);
}

/// The libraries that the target of a migration does not have, and its source has.
fn missing_on_targets(
    desired: &Desired,
    observed: &Observed,
    changes: &[Change],
    conflicts: &mut Vec<Conflict>,
) {
    for change in changes {
        let Change::MigrateSlots { node, to, .. } = change else { continue };
        let (owner, target) = (observed.state(node), observed.state(to));
        let missing = owner
            .own_libraries
            .iter()
            .filter(|name| !target.own_libraries.contains(*name) && !desired.functions.contains_key(*name));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        let position = desired.nodes.iter().position(|node| node.endpoint == *to);
        if let (Some(position), false) = (position, missing.is_empty()) {
            let problem = format!(
                "it gets slots of {node} and does not have its function libraries {}: declare them under `functions`, or \
                 load them there first",
                missing.join(", ")
            );
            conflicts.push(node_conflict(desired, position, problem));
        }
    }
}

/// The libraries that a new replica has, and its primary does not have.
fn lost_by_new_replicas(
    desired: &Desired,
    observed: &Observed,
    changes: &[Change],
    conflicts: &mut Vec<Conflict>,
) {
    for (position, node) in desired.nodes.iter().enumerate() {
        let primary = changes.iter().find_map(|change| match change {
            Change::ReplicateNode { node: follower, primary }
            | Change::ReattachNode { node: follower, primary }
                if *follower == node.endpoint =>
            {
                Some(&primary.to)
            }
            Change::ReplicateNode { .. }
            | Change::ReattachNode { .. }
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
            | Change::MigrateSlots { .. }
            | Change::ForgetNode { .. }
            | Change::RestrictUser { .. }
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
            conflicts.push(node_conflict(desired, position, problem));
        }
    }
}
