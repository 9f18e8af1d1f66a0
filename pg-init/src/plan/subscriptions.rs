//! Subscriptions: publications that are listed are added, and the parameters of the connection that are declared are set.

use std::collections::BTreeMap;

use init_core::diff::Drift;

use super::inside::DatabaseScope;
use super::planner::{Planner, drift};
use crate::change::{AlterSubscription, Change, CreateSubscription};
use crate::desired::Subscription;
use crate::observed::{self, StoredPublisher};

impl Planner<'_> {
    pub(super) fn subscriptions(&mut self, scope: &DatabaseScope<'_>) {
        for (name, wanted) in &scope.database.subscriptions {
            let (database, subscription) = (scope.name.to_owned(), name.clone());
            let Some(there) = scope.there.subscriptions.get(name) else {
                let of = wanted.clone();
                self.change(Change::CreateSubscription(CreateSubscription { database, subscription, of }));
                continue;
            };
            if wanted.slot.is_some() && wanted.slot != there.slot {
                let slot = there.slot.as_deref().unwrap_or("none");
                let problem = format!(
                    "{name} reads from the slot {slot}, which knows how far it has got: declare that one, or drop the subscription"
                );
                self.conflict(&scope.at.key("subscriptions").key(name).key("slotName"), problem);
            }
            if let Some(change) = altered(wanted, there) {
                let change = AlterSubscription { database, subscription, ..change };
                self.change(Change::AlterSubscription(change));
            }
        }
    }
}

/// What differs.
fn altered(wanted: &Subscription, there: &observed::Subscription) -> Option<AlterSubscription> {
    let publications = there.publications.union(&wanted.publications).cloned().collect();
    let connection = there.publisher.as_ref().map(|stored| connection(wanted, stored)).unwrap_or_default();
    let password = there.publisher.as_ref().filter(|stored| !stored.password);
    let change = AlterSubscription {
        connection,
        password: password.and_then(|_| wanted.publisher.password.clone()),
        publications: Drift::between(Some(there.publications.clone()), publications),
        enabled: drift(wanted.enabled, Some(there.enabled)),
        works: wanted.enabled.unwrap_or(there.enabled),
        ..AlterSubscription::default()
    };
    let nothing = change.connection.is_empty()
        && change.password.is_none()
        && change.publications.is_none()
        && change.enabled.is_none();
    (!nothing).then_some(AlterSubscription { copy_data: wanted.copy_data, ..change })
}

/// The declared parameters of a connection that are stored otherwise. A port that is not stored is the usual one.
fn connection(wanted: &Subscription, stored: &StoredPublisher) -> BTreeMap<String, Drift<String>> {
    let differing = |(name, wanted): (&String, &String)| {
        let usual = || Some("5432".to_owned()).filter(|_| name == "port");
        let drift = Drift::between(stored.parts.get(name).cloned().or_else(usual), wanted.clone())?;
        Some((name.clone(), drift))
    };
    wanted.publisher.parts.iter().filter_map(differing).collect()
}
