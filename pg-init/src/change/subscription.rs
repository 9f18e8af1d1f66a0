//! Changes of subscriptions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, SecretRef, Subject};

use super::show::{self, Show, detail, details_text};
use crate::desired::Subscription;

/// A new subscription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateSubscription {
    /// The database.
    pub database: String,
    /// The name.
    pub subscription: String,
    /// The properties of the subscription.
    pub of: Subscription,
}

/// A subscription that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterSubscription {
    /// The database.
    pub database: String,
    /// The name.
    pub subscription: String,
    /// The parameters of its connection that differ.
    pub connection: BTreeMap<String, Drift<String>>,
    /// The secret of the password, when the stored one differs.
    pub password: Option<SecretRef>,
    /// The publications, before and after the change.
    pub publications: Option<Drift<BTreeSet<String>>>,
    /// True when the subscription replicates.
    pub enabled: Option<Drift<bool>>,
    /// True when the subscription replicates after the change.
    pub enabled_after: bool,
    /// True when the existing rows of added tables are copied.
    pub copy_data: Option<bool>,
}

impl Display for CreateSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subscription { publisher, publications, enabled, copy_data, slot, create_slot } = &self.of;
        let mut details: Vec<_> =
            publisher.parameters.iter().map(|(name, value)| format!("{name} {value}")).collect();
        details.extend(publisher.password.as_ref().map(|secret| format!("password {secret}")));
        details.extend(publications.iter().map(|publication| format!("publication {publication}")));
        details.extend(detail("enabled", enabled.as_ref()));
        details.extend(detail("copyData", copy_data.as_ref()));
        details.extend(detail("slotName", slot.as_ref()));
        details.extend(detail("createSlot", create_slot.as_ref()));
        write!(
            f,
            "create subscription {} in database {}{}",
            self.subscription,
            self.database,
            details_text(&details)
        )
    }
}

impl Show for CreateSubscription {
    fn subject(&self) -> Subject {
        Subject::new("subscription", &self.subscription).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none()
            .to("connection", &self.of.publisher.parameters)
            .to_some("password", self.of.publisher.password.as_ref().map(ToString::to_string))
            .to("publications", &self.of.publications)
            .to_some("enabled", self.of.enabled)
            .to_some("copy_data", self.of.copy_data)
            .to_some("slot_name", self.of.slot.as_ref())
            .to_some("create_slot", self.of.create_slot)
    }
}

impl Display for AlterSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details: Vec<_> =
            self.connection.iter().map(|(name, drift)| format!("{name} {drift}")).collect();
        details.extend(self.password.as_ref().map(|secret| format!("password another -> {secret}")));
        details.extend(self.added_publications().map(|publication| format!("add publication {publication}")));
        details.extend(detail("enabled", self.enabled.as_ref()));
        write!(
            f,
            "alter subscription {} in database {}{}",
            self.subscription,
            self.database,
            details_text(&details)
        )
    }
}

impl AlterSubscription {
    /// The publications that it lacks.
    fn added_publications(&self) -> impl Iterator<Item = &String> {
        let lacks = |drift: &'_ Drift<BTreeSet<String>>, name: &String| {
            drift.from.as_ref().is_none_or(|from| !from.contains(name))
        };
        let drift = self.publications.iter();
        drift.flat_map(move |drift| drift.to.iter().filter(move |name| lacks(drift, name)))
    }
}

impl Show for AlterSubscription {
    fn subject(&self) -> Subject {
        Subject::new("subscription", &self.subscription).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let from: BTreeMap<_, _> =
            self.connection.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
        let to: BTreeMap<_, _> = self.connection.iter().map(|(name, drift)| (name, &drift.to)).collect();
        let mut properties = Properties::none().differing("connection", from, to);
        if let Some(password) = &self.password {
            properties = properties.differing("password", "another", password.to_string());
        }
        show::set_drift(properties, "publications", self.publications.as_ref())
            .drifts("enabled", self.enabled.as_ref())
    }
}
