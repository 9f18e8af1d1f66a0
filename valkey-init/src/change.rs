//! The changes, whose variants are declared in the order of execution: slots first, because a new cluster accepts
//! writes only some time after its slots are assigned; epochs before any node is met, because afterwards the server
//! refuses them; users and parameters before replication, which may log in as one of them; migrations after their
//! targets have replicas and functions; and last the changes that restrict or delete users, after everything else
//! works.

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

/// One change, on one node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Closes slots that an interrupted migration has left open, where no key has moved.
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
    /// Sets the name and the ports that a node announces.
    SetAnnounce {
        /// The node.
        node: Endpoint,
        /// Parameters that differ.
        parameters: BTreeMap<String, Drift<String>>,
    },
    /// Creates a user.
    CreateUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// True when it may log in.
        enabled: bool,
        /// Its rules.
        rules: String,
        /// Its passwords.
        passwords: Vec<SecretRef>,
        /// Its key in the spec.
        key: String,
    },
    /// Alters a user.
    AlterUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// True when it may log in.
        enabled: Option<Drift<bool>>,
        /// Its rules.
        rules: Option<Drift<String>>,
        /// Its passwords.
        passwords: Option<Drift<Passwords>>,
        /// Its key in the spec.
        key: String,
    },
    /// Sets the parameters of a node that differ, in one command that is applied completely or not at all.
    SetConfig {
        /// The node.
        node: Endpoint,
        /// The parameters.
        parameters: BTreeMap<String, Drift<Text>>,
    },
    /// Has a node met by those that do not know it at its current address.
    MeetNode {
        /// The node.
        node: Endpoint,
        /// The nodes that meet it.
        by: Vec<Endpoint>,
    },
    /// Makes a node the replica of another.
    ReplicateNode {
        /// The node.
        node: Endpoint,
        /// Its primary.
        primary: Drift<Endpoint>,
    },
    /// A change of a Sentinel.
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
    /// Creates a consumer group, and its stream where it does not exist.
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
        /// True for a new migration, false for the completion of an interrupted one, which comes first.
        begins: bool,
        /// The primary that owns them.
        node: Endpoint,
        /// The primary that is to own them.
        to: Endpoint,
        /// The slots.
        slots: Slots,
    },
    /// Gives a replica of a drained primary another primary, after the slots of the drained one have moved.
    ReattachNode {
        /// The node.
        node: Endpoint,
        /// Its primary.
        primary: Drift<Endpoint>,
    },
    /// Has a node forget a member of the cluster.
    ForgetNode {
        /// The node.
        node: Endpoint,
        /// The member's id.
        member: String,
    },
    /// Restricts a user on which a run may depend, after everything else works without it.
    RestrictUser {
        /// The node.
        node: Endpoint,
        /// The user.
        user: Text,
        /// True when it may log in.
        enabled: Option<Drift<bool>>,
        /// Its rules.
        rules: Option<Drift<String>>,
        /// Its passwords.
        passwords: Option<Drift<Passwords>>,
        /// Its key in the spec.
        key: String,
    },
    /// Deletes a user, after everything else works without it.
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
    /// The node or Sentinel of the change.
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
            | Self::RestrictUser { node, .. }
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
            Self::AlterUser { .. } | Self::RestrictUser { .. } => "alter_user",
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
            | Self::RestrictUser { .. } => Effect::Alter,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::CreateUser { node, user, .. }
            | Self::AlterUser { node, user, .. }
            | Self::RestrictUser { node, user, .. }
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
            | Self::RestrictUser { enabled, rules, passwords, .. } => {
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
