//! Changes of remote tiers.

use std::fmt::{self, Display, Formatter};

use init_core::diff::Drift;
use init_core::{Effect, Properties, SecretRef, Text};

use super::text::property;
use crate::desired::Place;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TierChange {
    CreateTier {
        tier: String,
        place: Place,
        access_key: Text,
        secret: SecretRef,
    },
    /// Replaces the credentials, which is all of a tier that can change.
    AlterTier {
        tier: String,
        access_key: Text,
        secret: SecretRef,
        /// The access key where it differs.
        differing: Option<Drift<Text>>,
    },
}

impl TierChange {
    pub(super) fn op(&self) -> &'static str {
        match self {
            Self::CreateTier { .. } => "create_tier",
            Self::AlterTier { .. } => "alter_tier",
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::CreateTier { .. } => Effect::Add,
            Self::AlterTier { .. } => Effect::Alter,
        }
    }

    pub(crate) fn tier(&self) -> &str {
        match self {
            Self::CreateTier { tier, .. } | Self::AlterTier { tier, .. } => tier,
        }
    }

    pub(super) fn properties(&self) -> Properties {
        let none = Properties::none();
        match self {
            Self::CreateTier { place, access_key, .. } => {
                none.to("place", place).to("access_key", access_key)
            }
            Self::AlterTier { differing, .. } => {
                none.drifts("access_key", differing.as_ref()).to("rotate_secret", true)
            }
        }
    }
}

impl Display for TierChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTier { tier, place, .. } => write!(f, "create tier {tier}: {place}"),
            Self::AlterTier { tier, differing, .. } => {
                let key = property("access key", differing.as_ref());
                write!(f, "alter tier {tier}:{key} secret key replaced")
            }
        }
    }
}
