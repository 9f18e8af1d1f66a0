//! Formats a change as one line of text.

use std::fmt;

use super::Change;
use super::lists::{first_nodes, first_ranges, named_parts, password_count, write_drifts};

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StabilizeSlots { node, slots } => write!(f, "close the open slots {slots} on {node}"),
            Self::AssignSlots { node, slots } => write!(f, "assign slots {slots} to {node}"),
            Self::SetEpoch { node, epoch } => write!(f, "set the epoch of {node} to {epoch}"),
            Self::SetAnnounce { node, parameters } => {
                write_drifts(f, format_args!("what {node} announces"), parameters)
            }
            Self::CreateUser { node, user, enabled, rules, passwords, .. } => {
                let state = if *enabled { "" } else { ", disabled" };
                let passwords = password_count(passwords.len());
                write!(f, "create user {user} on {node}: rules \"{rules}\", {passwords}{state}")
            }
            Self::AlterUser { node, user, enabled, rules, passwords, .. }
            | Self::RestrictUser { node, user, enabled, rules, passwords, .. } => {
                let parts = [
                    ("enabled", enabled.as_ref().map(ToString::to_string)),
                    ("rules", rules.as_ref().map(ToString::to_string)),
                    ("passwords", passwords.as_ref().map(ToString::to_string)),
                ];
                write!(f, "alter user {user} on {node}: {}", named_parts(parts))
            }
            Self::SetConfig { node, parameters } => {
                write_drifts(f, format_args!("config of {node}"), parameters)
            }
            Self::MeetNode { node, by } => write!(f, "meet {node} from {}", first_nodes(by)),
            Self::MigrateSlots { begins, node, to, slots } => {
                let verb = if *begins { "migrate" } else { "complete the migration of" };
                let (count, ranges) = (slots.iter().count(), first_ranges(slots));
                write!(f, "{verb} {count} slot(s) from {node} to {to}: {ranges}")
            }
            Self::ForgetNode { node, member } => write!(f, "forget member {member} on {node}"),
            Self::ReplicateNode { node, primary } | Self::ReattachNode { node, primary } => {
                match &primary.from {
                    None => write!(f, "replicate {} on {node}", primary.to),
                    Some(_) => write!(f, "replicate on {node}: {primary}"),
                }
            }
            Self::Sentinel(change) => change.fmt(f),
            Self::LoadFunction { node, library, code } => {
                write!(f, "load function {library} on {node}: code {code}")
            }
            Self::CreateGroup { node, stream, group, start } => {
                write!(f, "create group {group} of stream {stream} on {node}: start {start}")
            }
            Self::DeleteUser { node, user, .. } => write!(f, "delete user {user} on {node}"),
        }
    }
}
