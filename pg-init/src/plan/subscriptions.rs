//! Compares subscriptions. Declared publications are added, and declared connection parameters are set. Other
//! publications and parameters stay.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use super::contents::DatabaseScope;
use super::planner::{Planner, drift};
use crate::change::{AlterSubscription, Change, CreateSubscription};
use crate::desired::Subscription;
use crate::observed::{self, StoredPublisher};

impl Planner<'_> {
    pub(super) fn subscriptions(&mut self, scope: &DatabaseScope<'_>) {
        for (name, wanted) in &scope.database.subscriptions {
            let (database, subscription) = (scope.name.to_owned(), name.clone());
            let Some(existing) = scope.existing.subscriptions.get(name) else {
                let of = wanted.clone();
                self.change(Change::CreateSubscription(CreateSubscription { database, subscription, of }));
                continue;
            };
            if wanted.slot.is_some() && wanted.slot != existing.slot {
                let slot = existing.slot.as_deref().unwrap_or("none");
                let problem = format!(
                    "{name} reads from the slot {slot}, which stores its position: declare that slot, or drop the subscription"
                );
                self.conflict(&scope.at.key("subscriptions").key(name).key("slotName"), problem);
            }
            if let Some(change) = subscription_drift(wanted, existing) {
                let change = AlterSubscription { database, subscription, ..change };
                self.change(Change::AlterSubscription(change));
            }
        }
    }
}

/// The change for a subscription that differs from the spec.
fn subscription_drift(wanted: &Subscription, existing: &observed::Subscription) -> Option<AlterSubscription> {
    let publications = existing.publications.union(&wanted.publications).cloned().collect();
    let connection =
        existing.publisher.as_ref().map(|stored| connection_drift(wanted, stored)).unwrap_or_default();
    let password = existing.publisher.as_ref().filter(|stored| !stored.password);
    let change = AlterSubscription {
        connection,
        password: password.and_then(|_| wanted.publisher.password.clone()),
        publications: Drift::between(Some(existing.publications.clone()), publications),
        enabled: drift(wanted.enabled, Some(existing.enabled)),
        enabled_after: wanted.enabled.unwrap_or(existing.enabled),
        ..AlterSubscription::default()
    };
    let nothing = change.connection.is_empty()
        && change.password.is_none()
        && change.publications.is_none()
        && change.enabled.is_none();
    (!nothing).then_some(AlterSubscription { copy_data: wanted.copy_data, ..change })
}

/// The connection parameters of which the declared value differs from the stored one. A missing port stands for 5432.
fn connection_drift(wanted: &Subscription, stored: &StoredPublisher) -> BTreeMap<String, Drift<String>> {
    let differing = |(name, wanted): (&String, &String)| {
        let usual = || Some("5432".to_owned()).filter(|_| name == "port");
        let drift = Drift::between(stored.parameters.get(name).cloned().or_else(usual), wanted.clone())?;
        Some((name.clone(), drift))
    };
    wanted.publisher.parameters.iter().filter_map(differing).collect()
}
