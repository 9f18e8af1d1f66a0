//! Reads the policies, users, groups and access keys of SeaweedFS.

use std::collections::BTreeSet;

use init_core::{Secret, SecretRef, Secrets, Text};

use super::identity::{referred_policies, referred_users, split};
use super::lookup::Lookup;
use super::names::Names;
use crate::change::Grantee;
use crate::desired::{AccessKey, Desired, Expiry, Status};
use crate::error::Error;
use crate::observed::{Observed, ObservedAccessKey, ObservedAccounts, ObservedGroup, ObservedUser};
use crate::wire::admin::SecretKeyCheck;
use crate::wire::client::Client;
use crate::wire::credential::{Credential, iam_credential, resolve_iam_key, resolve_name};
use crate::wire::parallel::all;

pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    names: &Names,
) -> Result<Observed, Error> {
    let reader = Reader { client, desired, secrets };
    let policies = referred_policies(desired).into_iter().map(async |name| {
        let wanted = desired.policies.get(name);
        Ok(client.iam_policy(name, wanted).await?.map(|document| (name.clone(), document)))
    });
    let users =
        referred_users(desired).into_iter().map(async |name| Ok((name.clone(), reader.user(name).await?)));
    let groups = desired.groups.keys().map(async |name| Ok((name, group(client, names, name).await?)));
    let keys = desired.keys.iter().map(async |(name, key)| Ok((name.clone(), reader.key(name, key).await?)));
    let (policies, users, groups, keys) =
        tokio::try_join!(all(policies), all(users), all(groups), all(keys))?;
    let mut observed = Observed {
        policies: policies.into_iter().flatten().collect(),
        groups: groups.into_iter().filter_map(|(name, group)| Some((name.clone(), group?))).collect(),
        unwanted_keys: reader.unwanted_keys().await?,
        ..Observed::default()
    };
    let (fixed, users): (Vec<_>, Vec<_>) =
        users.into_iter().partition(|(_, found)| matches!(found, Found::Fixed));
    let users = users.into_iter().map(|(name, found)| (name, found.lookup())).collect();
    let mut fixed: BTreeSet<Text> = fixed.into_iter().map(|(name, _)| name).collect();
    (observed.users, observed.used_otherwise) = split(users);
    let (keys, used_otherwise) = split(keys);
    observed.keys = keys;
    observed.used_otherwise.extend(used_otherwise);
    let (unwanted, unwanted_and_fixed) = reader.unwanted_users().await?;
    fixed.extend(unwanted_and_fixed);
    observed.unwanted_users = unwanted;
    observed.accounts = ObservedAccounts::Iam(fixed);
    Ok(observed)
}

/// The result of looking up a user.
enum Found {
    /// It is in the server's own configuration.
    Fixed,
    Other(Lookup<ObservedUser>),
}

impl Found {
    fn lookup(self) -> Lookup<ObservedUser> {
        match self {
            Self::Fixed => Lookup::Absent,
            Self::Other(lookup) => lookup,
        }
    }
}

struct Reader<'a> {
    client: &'a Client,
    desired: &'a Desired,
    secrets: &'a Secrets,
}

impl Reader<'_> {
    async fn user(&self, name: &Text) -> Result<Found, Error> {
        let declared = self.desired.users.get(name);
        let (user, label) = (self.name_of(name, declared.is_some())?, format!("user {name}"));
        let secret = declared.map(|user| &user.secret);
        let policies = self.client.iam_attached(&Grantee::User(name.clone()), &user).await?;
        let Some(policies) = policies else {
            if self.client.has_iam_user(&name.to_string(), &user).await? {
                return Ok(Found::Fixed);
            }
            let is_used = declared.is_some() && self.is_used(name, secret, &label).await?;
            return Ok(Found::Other(if is_used { Lookup::UsedOtherwise } else { Lookup::Absent }));
        };
        let (status, secret_differs) = match declared {
            Some(_) => {
                let keys = self.client.iam_keys(&name.to_string(), &user).await?;
                self.state(name, secret, &label, keys.get(&user).copied()).await?
            }
            None => (Status::Enabled, false),
        };
        Ok(Found::Other(Lookup::Found(ObservedUser { status, policies, secret_differs })))
    }

    async fn key(&self, name: &Text, wanted: &AccessKey) -> Result<Lookup<ObservedAccessKey>, Error> {
        let (key, label) = (self.name_of(name, true)?, format!("access key {name}"));
        let secret = Some(&wanted.secret);
        let parent = wanted.user.clone().unwrap_or_else(|| self.desired.server.access_key.clone());
        let user = resolve_name(self.secrets, &parent)?;
        let keys = self.client.iam_keys(&parent.to_string(), &user).await?;
        let Some(status) = keys.get(&key).copied() else {
            let is_used = self.is_used(name, secret, &label).await?;
            return Ok(if is_used { Lookup::UsedOtherwise } else { Lookup::Absent });
        };
        // An access key of a disabled user cannot be compared.
        let (_, secret_differs) = self.state(name, secret, &label, Some(status)).await?;
        let (name, description) = (String::new(), String::new());
        Ok(Lookup::Found(ObservedAccessKey {
            parent,
            status,
            policy: None,
            name,
            description,
            expires: Expiry::Never,
            secret_differs,
        }))
    }

    /// True when an access key of this name signs requests, which is then another user's.
    async fn is_used(&self, name: &Text, secret: Option<&SecretRef>, label: &str) -> Result<bool, Error> {
        Ok(self.check(name, secret, label).await? != SecretKeyCheck::Unknown)
    }

    /// The status of a user with an access key of this status, and whether the secret key is another.
    async fn state(
        &self,
        name: &Text,
        secret: Option<&SecretRef>,
        label: &str,
        key: Option<Status>,
    ) -> Result<(Status, bool), Error> {
        Ok(match key {
            None => (Status::Enabled, true),
            Some(Status::Disabled) => (Status::Disabled, false),
            Some(Status::Enabled) => match self.check(name, secret, label).await? {
                SecretKeyCheck::Unknown => (Status::Disabled, false),
                SecretKeyCheck::Matches => (Status::Enabled, false),
                SecretKeyCheck::Differs => (Status::Enabled, self.desired.compare_secrets),
            },
        })
    }

    /// Signs a request as the account. Without secrets any other one tells that the account is enabled.
    async fn check(
        &self,
        name: &Text,
        secret: Option<&SecretRef>,
        label: &str,
    ) -> Result<SecretKeyCheck, Error> {
        let account = match secret.filter(|_| self.desired.compare_secrets) {
            Some(secret) => iam_credential(self.secrets, name, secret)?,
            None => Credential::new(resolve_name(self.secrets, name)?, Secret::from("unknown")),
        };
        self.client.check_iam_secret_key(label, &account).await
    }

    /// The name on the server, checked where it is that of an account to be made.
    fn name_of(&self, name: &Text, is_declared: bool) -> Result<String, Error> {
        if is_declared { resolve_iam_key(self.secrets, name) } else { resolve_name(self.secrets, name) }
    }

    /// The unwanted users that exist, and those of them in the server's own configuration.
    async fn unwanted_users(&self) -> Result<(BTreeSet<Text>, BTreeSet<Text>), Error> {
        let reads = self.desired.absent.users.keys().map(async |name| {
            let user = resolve_name(self.secrets, name)?;
            let of = Grantee::User(name.clone());
            let is_own = self.client.iam_attached(&of, &user).await?.is_some();
            Ok((name, is_own, is_own || self.client.has_iam_user(&name.to_string(), &user).await?))
        });
        let found = all(reads).await?.into_iter().filter(|(_, _, exists)| *exists);
        let (own, fixed): (Vec<_>, Vec<_>) = found.partition(|(_, is_own, _)| *is_own);
        let names =
            |found: Vec<(&Text, bool, bool)>| found.into_iter().map(|(name, ..)| name.clone()).collect();
        Ok((names(own), names(fixed)))
    }

    async fn unwanted_keys(&self) -> Result<BTreeSet<Text>, Error> {
        if self.desired.absent.keys.is_empty() {
            return Ok(BTreeSet::new());
        }
        let owners = self.client.iam_owners_of_keys().await?;
        let mut unwanted = BTreeSet::new();
        for name in self.desired.absent.keys.keys() {
            if owners.contains_key(&resolve_name(self.secrets, name)?) {
                unwanted.insert(name.clone());
            }
        }
        Ok(unwanted)
    }
}

/// Reads a group. The server does not tell whether it is disabled.
pub(crate) async fn group(
    client: &Client,
    names: &Names,
    name: &str,
) -> Result<Option<ObservedGroup>, Error> {
    let Some(members) = client.iam_members(name).await? else { return Ok(None) };
    let policies = client.iam_attached(&Grantee::Group(name.to_owned()), name).await?.unwrap_or_default();
    let members = members.iter().map(|member| names.label(member)).collect();
    Ok(Some(ObservedGroup { status: Status::Enabled, members, policies }))
}
