//! The changes of the fake backend.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use init_core::{Effect, Properties, Subject};

use super::SERVER;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    Create { name: String, value: i64 },
    Alter { name: String, value: Drift<i64> },
    AlterOwner { owner: Drift<String>, members: BTreeMap<String, String> },
}

impl init_core::Change for Change {
    fn op(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create_item",
            Self::Alter { .. } => "alter_item",
            Self::AlterOwner { .. } => "alter_owner",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Create { .. } => Effect::Add,
            Self::Alter { .. } | Self::AlterOwner { .. } => Effect::Alter,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::Create { name, .. } | Self::Alter { name, .. } => Subject::new("item", name),
            Self::AlterOwner { .. } => Subject::new("owner", "server"),
        }
    }

    fn properties(&self) -> Properties {
        match self {
            Self::Create { value, .. } => Properties::none().to("value", value),
            Self::Alter { value, .. } => Properties::none().drift("value", value),
            Self::AlterOwner { owner, members } => {
                Properties::none().drift("owner", owner).to("members", members)
            }
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { name, value } => write!(f, "create item {name} ({value})"),
            Self::Alter { name, value } => write!(f, "alter item {name}: {value}"),
            Self::AlterOwner { owner, .. } => write!(f, "alter owner: {owner}"),
        }
    }
}

impl Change {
    pub(super) fn apply_to_server(&self) {
        let (Self::Create { name, value } | Self::Alter { name, value: Drift { to: value, .. } }) = self
        else {
            return SERVER.with_borrow_mut(|server| server.owner = None);
        };
        SERVER.with_borrow_mut(|server| server.items.insert(name.clone(), *value));
    }
}
