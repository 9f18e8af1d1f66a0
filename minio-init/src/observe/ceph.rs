//! Reads the users of Ceph's gateway with their policies and keys, and the owners of buckets.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SecretRef, Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::desired::document::Document;
use crate::desired::{Desired, Status, User};
use crate::error::Error;
use crate::observed::{
    Observed, ObservedAccessKey, ObservedAccounts, ObservedOps, ObservedOwner, ObservedUser,
};
use crate::wire::ceph::{Own, RgwKey, RgwUser};
use crate::wire::client::Client;
use crate::wire::credential::resolve_name;
use crate::wire::parallel::all;

/// Reads the users and the access keys that the spec names. A spec without any needs no capability.
pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    let reading = Reading { client, desired, secrets, own: own(client, desired).await? };
    let mut observed = Observed::default();
    let mut ops = ObservedOps::default();
    reading.users(&mut observed, &mut ops).await?;
    reading.other_users(&mut observed).await?;
    reading.absent_users(&mut observed, &mut ops).await?;
    reading.keys(&mut observed).await?;
    reading.owners(&mut ops).await?;
    observed.accounts = ObservedAccounts::AdminOps(ops);
    Ok(observed)
}

/// The uid of the provisioning account, where the spec has accounts.
async fn own(client: &Client, desired: &Desired) -> Result<Option<String>, Error> {
    if desired.names().next().is_none() {
        return Ok(None);
    }
    Ok(match client.rgw_own().await? {
        Own::Known(own) => Some(own.user_id),
        Own::Refused | Own::NoApi => None,
    })
}

struct Reading<'a> {
    client: &'a Client,
    desired: &'a Desired,
    secrets: &'a Secrets,
    own: Option<String>,
}

impl Reading<'_> {
    fn is_own(&self, uid: &str) -> bool {
        self.own.as_deref() == Some(uid)
    }

    /// The name in the spec of a user.
    fn name_of(&self, uid: &str) -> Text {
        if self.is_own(uid) {
            return self.desired.server.access_key.clone();
        }
        let declared = self.desired.users.iter().find(|(_, user)| user.label == uid);
        declared.map_or_else(|| Text::Plain(uid.to_owned()), |(name, _)| name.clone())
    }

    /// True when a key is missing or has another secret key than the declared one.
    #[expect(
        clippy::disallowed_methods,
        reason = "a secret key of the server is compared with the declared one"
    )]
    fn differs(&self, key: Option<&RgwKey>, secret: &SecretRef) -> Result<bool, Error> {
        let Some(key) = key else { return Ok(true) };
        if !self.desired.compare_secrets {
            return Ok(false);
        }
        Ok(key.secret_key.expose_secret() != self.secrets.get(secret)?.expose_secret())
    }

    async fn by_key(&self, name: &Text) -> Result<Option<RgwUser>, Error> {
        let action = format!("look for the access key {name}");
        self.client.rgw_user_by_key(&action, &resolve_name(self.secrets, name)?).await
    }

    /// The declared users with their policies.
    async fn users(&self, observed: &mut Observed, ops: &mut ObservedOps) -> Result<(), Error> {
        let reads = self.desired.users.iter().map(async |(name, wanted)| {
            let existing = self.client.rgw_user(&wanted.label).await?;
            let id = resolve_name(self.secrets, name)?;
            let key = existing.as_ref().and_then(|user| user.key(&id));
            let is_taken = match key {
                Some(_) => self.is_own(&wanted.label),
                // A concurrent run may have made the user since it was read.
                None => {
                    self.is_own(&wanted.label)
                        || self.by_key(name).await?.is_some_and(|user| user.user_id != wanted.label)
                }
            };
            let policies = if existing.is_some() { self.policies(wanted).await? } else { BTreeMap::new() };
            let user = existing.as_ref().map(|user| self.user(user, key, wanted)).transpose()?;
            Ok((name, is_taken, user, policies))
        });
        for (name, is_taken, user, policies) in all(reads).await? {
            if is_taken {
                observed.used_otherwise.insert(name.clone());
            }
            observed.users.extend(user.map(|user| (name.clone(), user)));
            ops.policies.insert(name.clone(), policies);
        }
        Ok(())
    }

    /// The users that are not declared and that access keys belong to. These and the next ones are few, and are read one
    /// after the other.
    async fn other_users(&self, observed: &mut Observed) -> Result<(), Error> {
        let others = self.desired.keys.values().filter_map(|key| key.user.as_ref());
        let others: BTreeSet<&Text> = others.filter(|user| !self.desired.users.contains_key(*user)).collect();
        for name in others {
            let user = self.client.rgw_user(&resolve_name(self.secrets, name)?).await?;
            observed.users.extend(user.map(|user| (name.clone(), observed_user(&user, false))));
        }
        Ok(())
    }

    fn user(&self, user: &RgwUser, key: Option<&RgwKey>, wanted: &User) -> Result<ObservedUser, Error> {
        Ok(observed_user(user, self.differs(key, &wanted.secret)?))
    }

    /// The policies of an existing user, where the spec says something of them.
    async fn policies(&self, user: &User) -> Result<BTreeMap<String, Option<Document>>, Error> {
        let mut policies = BTreeMap::new();
        if !user.has_inline() {
            return Ok(policies);
        }
        let wanted = user.inline(self.desired);
        for policy in self.client.rgw_policies(&user.label).await? {
            let is_declared = wanted.get(&policy).is_some_and(Option::is_some);
            let document =
                if is_declared { self.client.rgw_policy(&user.label, &policy).await? } else { None };
            policies.insert(policy, document);
        }
        Ok(policies)
    }

    /// The users that should be absent, and the buckets of which the gateway would lose the owner with them.
    async fn absent_users(&self, observed: &mut Observed, ops: &mut ObservedOps) -> Result<(), Error> {
        for (name, uid) in &self.desired.absent.users {
            if self.client.rgw_user(uid).await?.is_none() {
                continue;
            }
            let buckets = self.client.rgw_buckets_of(uid).await?;
            observed.unwanted_users.insert(name.clone());
            if self.is_own(uid) {
                observed.used_otherwise.insert(name.clone());
            }
            if !buckets.is_empty() {
                ops.buckets_of.insert(name.clone(), buckets.into_iter().collect());
            }
        }
        Ok(())
    }

    async fn keys(&self, observed: &mut Observed) -> Result<(), Error> {
        let reads = self.desired.keys.iter().map(async |(name, wanted)| {
            let Some(user) = self.by_key(name).await? else { return Ok(None) };
            let key = user.key(&resolve_name(self.secrets, name)?);
            let secret_differs = self.differs(key, &wanted.secret)?;
            Ok(Some((name, ObservedAccessKey::bare(self.name_of(&user.user_id), secret_differs))))
        });
        let found = all(reads).await?.into_iter().flatten();
        observed.keys.extend(found.map(|(name, key)| (name.clone(), key)));
        for name in self.desired.absent.keys.keys() {
            if self.by_key(name).await?.is_some() {
                observed.unwanted_keys.insert(name.clone());
            }
        }
        Ok(())
    }

    /// The owners of the buckets that the spec gives to users, and what would be lost with another one.
    async fn owners(&self, ops: &mut ObservedOps) -> Result<(), Error> {
        let given: BTreeMap<&String, &Text> = self
            .desired
            .users
            .iter()
            .flat_map(|(name, user)| user.access.keys().map(move |bucket| (bucket, name)))
            .collect();
        let reads = given.into_iter().map(async |(bucket, name)| {
            let Some(existing) = self.client.rgw_bucket(bucket).await? else { return Ok(None) };
            let owner = self.name_of(&existing.owner);
            let changes = owner != *name;
            let has_grants = changes && self.client.has_grants_to_others(bucket).await?;
            let has_objects = changes && existing.has_objects();
            Ok(Some((bucket, ObservedOwner { owner, has_policy: false, has_grants }, has_objects)))
        });
        for (bucket, owner, has_objects) in all(reads).await?.into_iter().flatten() {
            ops.owners.insert(bucket.clone(), owner);
            ops.with_objects.extend(has_objects.then(|| bucket.clone()));
        }
        Ok(())
    }
}

fn observed_user(user: &RgwUser, secret_differs: bool) -> ObservedUser {
    let status = if user.suspended == 0 { Status::Enabled } else { Status::Disabled };
    ObservedUser { status, policies: BTreeSet::new(), secret_differs }
}
