//! The changes. Variants are declared in the order of execution:
//!
//! slots first, because a cluster that cannot be written to counts its delay from the moment it owns them; epochs
//! before any node is met, because afterwards the server refuses them; users and parameters before replication,
//! which may log in as one of them; slots after their new primaries have replicas and functions; and last the user that must not be lost, when all the others work.

mod lists;
mod passwords;
mod sentinel;
mod text;

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Effect, Endpoint, Properties, SecretRef, Subject, Text};

use crate::desired::Slots;

use lists::differing;
pub use passwords::Passwords;
pub use sentinel::SentinelChange;

/// One step, on one node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Closes slots that a move which was cut off has left open, where no key has moved.
    StabilizeSlots {
        /// The node that has them open.
        node: Endpoint,
        /// The slots.
        slots: Slots,
    },
    /// Assigns slots without an owner to a primary.
    AssignSlots {
        /// The primary.
        node: Endpoint,
        /// The slots.
        slots: Slots,
    },
    /// Sets the configuration epoch of a node that has met no other node.
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
        key: String,
    },
    /// A user that differs.
    AlterUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// Whether it may log in.
        enabled: Option<Drift<bool>>,
        /// Its rules.
        rules: Option<Drift<String>>,
        /// Its passwords.
        passwords: Option<Drift<Passwords>>,
        /// Its key in the spec.
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
    /// What a Sentinel is told.
    Sentinel(SentinelChange),
    /// Loads a function library.
    LoadFunction {
        /// The primary.
        node: Endpoint,
        /// The library.
        library: String,
        /// The digest of its source text.
        code: Drift<String>,
    },
    /// Makes a consumer group, and its stream where it is not there.
    CreateGroup {
        /// The primary that has the stream's key.
        node: Endpoint,
        /// The stream's key.
        stream: String,
        /// The group.
        group: String,
        /// The last entry that it counts as read.
        start: String,
    },
    /// Moves slots with their keys from one primary to another.
    MigrateSlots {
        /// Whether it begins: one that was cut off is completed before.
        begins: bool,
        /// The primary that owns them.
        node: Endpoint,
        /// The primary that is to own them.
        to: Endpoint,
        /// The slots.
        slots: Slots,
    },
    /// Makes a replica of a primary that is drained the replica of another, when that one owns nothing any more.
    ReattachNode {
        /// The node.
        node: Endpoint,
        /// Its primary.
        primary: Drift<Endpoint>,
    },
    /// Has a node forget a member of the cluster that owns nothing.
    ForgetNode {
        /// The node.
        node: Endpoint,
        /// The member's id.
        member: String,
    },
    /// Takes from a user what a run may depend on, after everything else works without it.
    CloseUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// Whether it may log in.
        enabled: Option<Drift<bool>>,
        /// Its rules.
        rules: Option<Drift<String>>,
        /// Its passwords.
        passwords: Option<Drift<Passwords>>,
        /// Its key in the spec.
        key: String,
    },
    /// Takes a user away, after everything else works without it.
    DeleteUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// Its key in the spec.
        key: String,
    },
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
            | Self::CreateGroup { node, .. }
            | Self::MigrateSlots { node, .. }
            | Self::ReattachNode { node, .. }
            | Self::ForgetNode { node, .. }
            | Self::CloseUser { node, .. }
            | Self::DeleteUser { node, .. } => node,
            Self::Sentinel(change) => change.node(),
        }
    }
}

impl init_core::Change for Change {
    fn op(&self) -> &'static str {
        match self {
            Self::StabilizeSlots { .. } => "stabilize_slots",
            Self::AssignSlots { .. } => "assign_slots",
            Self::SetEpoch { .. } => "set_epoch",
            Self::SetAnnounce { .. } => "set_announce",
            Self::CreateUser { .. } => "create_user",
            Self::AlterUser { .. } | Self::CloseUser { .. } => "alter_user",
            Self::SetConfig { .. } => "set_config",
            Self::MeetNode { .. } => "meet_node",
            Self::ReplicateNode { .. } | Self::ReattachNode { .. } => "replicate_node",
            Self::Sentinel(change) => change.op(),
            Self::LoadFunction { .. } => "load_function",
            Self::CreateGroup { .. } => "create_group",
            Self::MigrateSlots { .. } => "migrate_slots",
            Self::ForgetNode { .. } => "forget_node",
            Self::DeleteUser { .. } => "delete_user",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::CreateUser { .. } | Self::CreateGroup { .. } => Effect::Add,
            Self::Sentinel(change) => change.effect(),
            Self::LoadFunction { code, .. } if code.from.is_none() => Effect::Add,
            Self::DeleteUser { .. } | Self::ForgetNode { .. } => Effect::Remove,
            Self::StabilizeSlots { .. }
            | Self::AssignSlots { .. }
            | Self::SetEpoch { .. }
            | Self::SetAnnounce { .. }
            | Self::AlterUser { .. }
            | Self::SetConfig { .. }
            | Self::MeetNode { .. }
            | Self::ReplicateNode { .. }
            | Self::LoadFunction { .. }
            | Self::MigrateSlots { .. }
            | Self::ReattachNode { .. }
            | Self::CloseUser { .. } => Effect::Alter,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::CreateUser { node, user, .. }
            | Self::AlterUser { node, user, .. }
            | Self::CloseUser { node, user, .. }
            | Self::DeleteUser { node, user, .. } => Subject::new("user", user).within(node),
            Self::LoadFunction { node, library, .. } => Subject::new("function", library).within(node),
            Self::CreateGroup { stream, group, .. } => Subject::new("group", group).within(stream),
            Self::ForgetNode { node, member } => Subject::new("member", member).within(node),
            Self::Sentinel(change) => change.subject(),
            Self::StabilizeSlots { node, .. }
            | Self::AssignSlots { node, .. }
            | Self::SetEpoch { node, .. }
            | Self::SetAnnounce { node, .. }
            | Self::SetConfig { node, .. }
            | Self::MeetNode { node, .. }
            | Self::MigrateSlots { node, .. }
            | Self::ReplicateNode { node, .. }
            | Self::ReattachNode { node, .. } => Subject::new("node", node),
        }
    }

    fn properties(&self) -> Properties {
        let properties = Properties::none();
        match self {
            Self::StabilizeSlots { slots, .. } => properties.without("open_slots", slots),
            Self::AssignSlots { slots, .. } => properties.to("slots", slots),
            Self::SetEpoch { epoch, .. } => properties.to("config_epoch", epoch),
            Self::SetAnnounce { parameters, .. } => differing(properties, parameters),
            Self::SetConfig { parameters, .. } => differing(properties, parameters),
            Self::Sentinel(change) => change.properties(),
            Self::CreateUser { enabled, rules, passwords, .. } => {
                properties.to("enabled", enabled).to("rules", rules).to("passwords", passwords)
            }
            Self::AlterUser { enabled, rules, passwords, .. }
            | Self::CloseUser { enabled, rules, passwords, .. } => {
                let properties =
                    properties.drifts("enabled", enabled.as_ref()).drifts("rules", rules.as_ref());
                match passwords {
                    Some(drift) => drift.to.compared_with(drift.from.as_ref(), properties),
                    None => properties,
                }
            }
            Self::MeetNode { by, .. } => properties.to("known_by", by),
            Self::ReplicateNode { primary, .. } | Self::ReattachNode { primary, .. } => {
                properties.drift("primary", primary)
            }
            Self::MigrateSlots { node, to, slots, .. } => {
                properties.differing("owner", node, to).to("slots", slots).to("count", slots.iter().count())
            }
            Self::LoadFunction { code, .. } => properties.drift("code", code),
            Self::CreateGroup { node, start, .. } => properties.to("node", node).to("start", start),
            Self::DeleteUser { .. } | Self::ForgetNode { .. } => properties,
        }
    }
}
