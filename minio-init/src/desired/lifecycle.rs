//! Lifecycle rules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::status::Status;

/// One lifecycle rule, without its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rule {
    /// The status. `None`, only in a spec, leaves it unchanged, and enables a new rule.
    pub(crate) status: Option<Status>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) actions: BTreeMap<Action, u32>,
    /// The tier of the transitions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tier: Option<String>,
}

/// An action of a lifecycle rule. In a rule it has a number of days or versions, or 1 for an action without a number;
/// a transition may be after 0 days, which is at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    ExpireDays,
    ExpireDeleteMarkers,
    ExpireNoncurrentDays,
    KeepNoncurrentVersions,
    AbortIncompleteUploadDays,
    TransitionDays,
    TransitionNoncurrentDays,
}

impl Action {
    /// True for an action that moves objects to a tier.
    pub(crate) fn is_transition(self) -> bool {
        match self {
            Self::TransitionDays | Self::TransitionNoncurrentDays => true,
            Self::ExpireDays
            | Self::ExpireDeleteMarkers
            | Self::ExpireNoncurrentDays
            | Self::KeepNoncurrentVersions
            | Self::AbortIncompleteUploadDays => false,
        }
    }
}
