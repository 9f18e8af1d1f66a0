//! Changes of the layout and of the keys of Garage.

use std::fmt::{self, Display, Formatter};

use init_core::{Effect, Properties, SecretRef, Subject, Text};

use crate::desired::Layout;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GarageChange {
    /// Assigns a role to the single node, and applies that as the first layout. Everything else needs a layout.
    AssignLayout(Layout),
    ImportKey {
        key: Text,
        /// The display name.
        name: String,
        secret: SecretRef,
    },
}

/// Removes a key. It comes last, so that a new key in its place has its permissions before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeletedKey {
    pub(crate) key: Text,
}

impl GarageChange {
    pub(super) fn op(&self) -> &'static str {
        match self {
            Self::AssignLayout(_) => "assign_layout",
            Self::ImportKey { .. } => "import_key",
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::AssignLayout(_) | Self::ImportKey { .. } => Effect::Add,
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::AssignLayout(layout) => Subject::new("layout", &layout.zone),
            Self::ImportKey { key, .. } => Subject::new("key", key),
        }
    }

    pub(super) fn properties(&self) -> Properties {
        let none = Properties::none();
        match self {
            Self::AssignLayout(layout) => none.to("capacity", layout.capacity),
            Self::ImportKey { name, .. } => none.to("display_name", name),
        }
    }
}

impl Display for GarageChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AssignLayout(Layout { zone, capacity }) => {
                write!(f, "assign layout: the node in zone {zone} with capacity {capacity}")
            }
            Self::ImportKey { key, name, .. } => write!(f, "import key {key} ({name})"),
        }
    }
}

impl Display for DeletedKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "delete key {}", self.key)
    }
}
