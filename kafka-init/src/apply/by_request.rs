//! Sorts changes by the request that makes them.

use std::collections::BTreeMap;

use init_core::SecretRef;

use crate::change::{
    AlterBrokerConfig, AlterConfig, AlterQuota, AlterThrottle, AlterTopicConfig, Change, CreatePartitions,
    CreateTopic, DeleteAcl, DeleteCredentials, ReassignPartitions, RemoveQuota, RestrictiveAcl,
};
use crate::desired::{Binding, Scram};

/// Changes of one kind, each with its position among all changes.
pub(super) type Numbered<C> = Vec<(usize, C)>;

/// References to changes that are owned by a list.
pub(super) fn by_reference<C>(changes: &Numbered<C>) -> Numbered<&C> {
    changes.iter().map(|(position, change)| (*position, change)).collect()
}

/// Each change once, in the list of its request. Code that handles all lists destructures this struct field by field,
/// so that the compiler finds a forgotten list.
#[derive(Default)]
pub(super) struct ByRequest<'c> {
    pub(super) users: Numbered<UserCredentials<'c>>,
    pub(super) acls: Numbered<&'c Binding>,
    pub(super) quotas: Numbered<&'c AlterQuota>,
    pub(super) reassignments: Numbered<&'c ReassignPartitions>,
    pub(super) removed_quotas: Numbered<&'c RemoveQuota>,
    pub(super) deleted_acls: Numbered<&'c DeleteAcl>,
    pub(super) deleted_credentials: Numbered<&'c DeleteCredentials>,
    pub(super) topic_configs: Numbered<&'c AlterTopicConfig>,
    /// Resets have a list of their own, because one request must not name a topic twice.
    pub(super) topic_resets: Numbered<&'c AlterTopicConfig>,
    pub(super) broker_configs: Numbered<&'c AlterBrokerConfig>,
    /// The throttles to set and those to remove. Each of a broker goes to another broker, so `throttle` applies them.
    pub(super) throttles: Numbered<&'c AlterThrottle>,
    pub(super) removed_throttles: Numbered<&'c AlterThrottle>,
    /// Each of these goes to another broker, so `resource_configs` applies them.
    pub(super) resources: Numbered<&'c AlterConfig>,
    pub(super) topics: Numbered<&'c CreateTopic>,
    pub(super) partitions: Numbered<&'c CreatePartitions>,
}

/// The credentials that a user gets, each with the secret of its password and its iterations.
pub(super) struct UserCredentials<'c> {
    pub(super) user: &'c str,
    pub(super) credentials: BTreeMap<Scram, (&'c SecretRef, u32)>,
}

impl<'c> ByRequest<'c> {
    pub(super) fn of(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut by_request = Self::default();
        for (position, change) in changes.into_iter().enumerate() {
            by_request.add(position, change);
        }
        by_request
    }

    fn add(&mut self, position: usize, change: &'c Change) {
        match change {
            Change::CreateUser(user) => {
                let new = user.credentials.iter().map(|(name, new)| (*name, (&new.secret, new.iterations)));
                let credentials = UserCredentials { user: &user.name, credentials: new.collect() };
                self.users.push((position, credentials));
            }
            Change::AlterUser(user) => {
                let altered = user.credentials.iter();
                let altered = altered.map(|(name, drift)| (*name, (&drift.secret, drift.wanted)));
                let credentials = UserCredentials { user: &user.name, credentials: altered.collect() };
                self.users.push((position, credentials));
            }
            Change::CreateAcl(binding) | Change::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => {
                self.acls.push((position, binding));
            }
            Change::AlterQuota(quota) => self.quotas.push((position, quota)),
            Change::IncreaseReplicas(topic) | Change::DecreaseReplicas(topic) => {
                self.reassignments.push((position, topic));
            }
            Change::SetThrottle(throttle) => self.throttles.push((position, throttle)),
            Change::RemoveUnusedThrottle(throttle) | Change::RemoveThrottle(throttle) => {
                self.removed_throttles.push((position, throttle));
            }
            Change::RemoveQuota(quota) => self.removed_quotas.push((position, quota)),
            Change::DeleteAcl(acl) => self.deleted_acls.push((position, acl)),
            Change::DeleteCredentials(user) => self.deleted_credentials.push((position, user)),
            Change::AlterTopicConfig(topic) => self.topic_configs.push((position, topic)),
            Change::ResetTopicConfig(topic) => self.topic_resets.push((position, topic)),
            Change::AlterConfig(resource) => self.resources.push((position, resource)),
            Change::AlterBrokerConfig(brokers) => self.broker_configs.push((position, brokers)),
            Change::CreateTopic(topic) => self.topics.push((position, topic)),
            Change::CreatePartitions(topic) => self.partitions.push((position, topic)),
        }
    }
}
