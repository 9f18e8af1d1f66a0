//! A change in one line of text.

use std::fmt;

use super::Change;
use super::lists::{counted, few, named, ranges, set};

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StabilizeSlots { node, slots } => write!(f, "close the open slots {slots} on {node}"),
            Self::AssignSlots { node, slots } => write!(f, "assign slots {slots} to {node}"),
            Self::SetEpoch { node, epoch } => write!(f, "set the epoch of {node} to {epoch}"),
            Self::SetAnnounce { node, parameters } => {
                set(f, format_args!("what {node} announces"), parameters)
            }
            Self::CreateUser { node, user, enabled, rules, passwords, .. } => {
                let state = if *enabled { "" } else { ", disabled" };
                write!(
                    f,
                    "create user {user} on {node}: rules \"{rules}\", {}{state}",
                    counted(passwords.len())
                )
            }
            Self::AlterUser { node, user, enabled, rules, passwords, .. }
            | Self::CloseUser { node, user, enabled, rules, passwords, .. } => {
                let parts = [
                    ("enabled", enabled.as_ref().map(ToString::to_string)),
                    ("rules", rules.as_ref().map(ToString::to_string)),
                    ("passwords", passwords.as_ref().map(ToString::to_string)),
                ];
                write!(f, "alter user {user} on {node}: {}", named(parts))
            }
            Self::SetConfig { node, parameters } => set(f, format_args!("config of {node}"), parameters),
            Self::MeetNode { node, by } => write!(f, "meet {node} from {}", few(by)),
            Self::MigrateSlots { begins, node, to, slots } => {
                let verb = if *begins { "migrate" } else { "complete the migration of" };
                write!(f, "{verb} {} slot(s) from {node} to {to}: {}", slots.iter().count(), ranges(slots))
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
