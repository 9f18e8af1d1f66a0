//! The changes. Variants are declared in the order of execution:
//!
//! slots first, because a cluster that cannot be written to counts its delay from the moment it owns them; epochs
//! before anybody is met, because afterwards the server refuses them; users and parameters before replication,
//! which may log in as one of them; and last the user that must not be lost, when all the others work.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use init_core::{Endpoint, SecretRef, Text};
use serde::Serialize;

use crate::slots::Slots;

/// One step, on one node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// Closes slots that a move which was cut off has left open, where no key has moved.
    StabilizeSlots {
        /// The node that has them open.
        node: Endpoint,
        /// The slots.
        slots: Slots,
    },
    /// Gives slots that nobody owns to a primary.
    AssignSlots {
        /// The primary.
        node: Endpoint,
        /// The slots.
        slots: Slots,
    },
    /// Gives a node that has met nobody its place in the order of configurations.
    SetEpoch {
        /// The node.
        node: Endpoint,
        /// The epoch, above all known ones.
        epoch: u64,
    },
    /// What clients are told instead of an address.
    SetAnnounce {
        /// The node.
        node: Endpoint,
        /// Parameters that differ.
        parameters: BTreeMap<String, Drift<String>>,
    },
    /// A user that is not there.
    CreateUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// Whether it may log in.
        enabled: bool,
        /// Its rules.
        rules: String,
        /// Its passwords.
        passwords: Vec<SecretRef>,
        /// Its key in the spec.
        #[serde(skip)]
        key: String,
    },
    /// A user that differs.
    AlterUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// Whether it may log in.
        #[serde(skip_serializing_if = "Option::is_none")]
        enabled: Option<Drift<bool>>,
        /// Its rules.
        #[serde(skip_serializing_if = "Option::is_none")]
        rules: Option<Drift<String>>,
        /// Its passwords.
        #[serde(skip_serializing_if = "Option::is_none")]
        passwords: Option<Drift<Passwords>>,
        /// Its key in the spec.
        #[serde(skip)]
        key: String,
    },
    /// Parameters that differ, all of a node at once: the server takes all of them or none.
    SetConfig {
        /// The node.
        node: Endpoint,
        /// The parameters.
        parameters: BTreeMap<String, Drift<Text>>,
    },
    /// Introduces a node to others that do not know it, or not where it is now.
    MeetNode {
        /// The node.
        node: Endpoint,
        /// Who is told to meet it.
        by: Vec<Endpoint>,
    },
    /// Makes a node the replica of another.
    ReplicateNode {
        /// The node.
        node: Endpoint,
        /// Its primary.
        primary: Drift<Endpoint>,
    },
    /// Loads a function library.
    LoadFunction {
        /// The primary.
        node: Endpoint,
        /// The library.
        library: String,
        /// The digest of its source text.
        code: Drift<String>,
    },
    /// Takes from a user what a run may depend on, after everything else works without it.
    #[serde(rename = "alter_user")]
    CloseUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// Whether it may log in.
        #[serde(skip_serializing_if = "Option::is_none")]
        enabled: Option<Drift<bool>>,
        /// Its rules.
        #[serde(skip_serializing_if = "Option::is_none")]
        rules: Option<Drift<String>>,
        /// Its passwords.
        #[serde(skip_serializing_if = "Option::is_none")]
        passwords: Option<Drift<Passwords>>,
        /// Its key in the spec.
        #[serde(skip)]
        key: String,
    },
}

/// A user's passwords: the declared ones by name, others by their number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Passwords {
    /// Passwords of the spec.
    pub declared: Vec<SecretRef>,
    /// How many it has that the spec does not name.
    pub others: usize,
}

impl Change {
    /// The node that it is about.
    pub fn node(&self) -> &Endpoint {
        match self {
            Self::StabilizeSlots { node, .. }
            | Self::AssignSlots { node, .. }
            | Self::SetEpoch { node, .. }
            | Self::SetAnnounce { node, .. }
            | Self::CreateUser { node, .. }
            | Self::AlterUser { node, .. }
            | Self::SetConfig { node, .. }
            | Self::MeetNode { node, .. }
            | Self::ReplicateNode { node, .. }
            | Self::LoadFunction { node, .. }
            | Self::CloseUser { node, .. } => node,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StabilizeSlots { node, slots } => write!(f, "close the open slots {slots} on {node}"),
            Self::AssignSlots { node, slots } => write!(f, "assign slots {slots} to {node}"),
            Self::SetEpoch { node, epoch } => write!(f, "set the epoch of {node} to {epoch}"),
            Self::SetAnnounce { node, parameters } => {
                write!(f, "set what {node} announces: ")?;
                drifts(f, parameters)
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
                    enabled.as_ref().map(|drift| format!("enabled {drift}")),
                    rules.as_ref().map(|drift| format!("rules {drift}")),
                    passwords.as_ref().map(|drift| format!("passwords {drift}")),
                ];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                write!(f, "alter user {user} on {node}: {}", parts.join(", "))
            }
            Self::SetConfig { node, parameters } => {
                write!(f, "set config of {node}: ")?;
                drifts(f, parameters)
            }
            Self::MeetNode { node, by } => {
                let by: Vec<String> = by.iter().map(ToString::to_string).collect();
                write!(f, "meet {node} from {}", by.join(", "))
            }
            Self::ReplicateNode { node, primary } => match &primary.from {
                None => write!(f, "replicate {} on {node}", primary.to),
                Some(_) => write!(f, "replicate on {node}: {primary}"),
            },
            Self::LoadFunction { node, library, code } => {
                write!(f, "load function {library} on {node}: code {code}")
            }
        }
    }
}

fn drifts<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parameters: &BTreeMap<String, Drift<T>>,
) -> fmt::Result {
    for (position, (name, drift)) in parameters.iter().enumerate() {
        write!(f, "{}{name} {drift}", if position == 0 { "" } else { ", " })?;
    }
    Ok(())
}

impl fmt::Display for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.declared.iter().map(ToString::to_string).collect();
        if self.others > 0 {
            parts.push(format!("{} not in the spec", self.others));
        }
        if parts.is_empty() { f.write_str("none") } else { f.write_str(&parts.join(" and ")) }
    }
}

fn counted(passwords: usize) -> String {
    match passwords {
        0 => "no password".to_owned(),
        1 => "1 password".to_owned(),
        many => format!("{many} passwords"),
    }
}
