//! The accounts at other servers, with which the server connects to them.

use init_core::{SecretRef, Text};

use super::Desired;

impl Desired {
    /// The names of accounts at other servers, which may come from secrets.
    pub(crate) fn remote_names(&self) -> impl Iterator<Item = &Text> {
        self.remote_accounts().map(|(name, _)| name)
    }

    /// The accounts at other servers: the access key, and the secret with its secret key.
    pub(crate) fn remote_accounts(&self) -> impl Iterator<Item = (&Text, &SecretRef)> {
        let tiers = self.tiers.values().map(|tier| (&tier.access_key, &tier.secret));
        let targets = self.buckets.values().flat_map(|bucket| bucket.replication.targets.values());
        tiers.chain(targets.map(|target| (&target.access_key, &target.secret)))
    }

    /// The lifecycle rules that move objects to a tier: bucket, id of the rule and name of the tier.
    pub(crate) fn transitions(&self) -> impl Iterator<Item = (&String, &String, &String)> {
        self.buckets.iter().flat_map(|(name, bucket)| {
            bucket.lifecycle.iter().filter_map(move |(id, rule)| Some((name, id, rule.tier.as_ref()?)))
        })
    }
}
