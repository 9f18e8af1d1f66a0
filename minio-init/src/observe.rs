//! Reads what the spec is about: whatever it names, in the leaf types of `Desired`, and nothing else.

mod bucket;
mod had;
mod identity;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::stream;
use init_core::{Secret, Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::client::Client;
use crate::desired::{Cors, Desired, Lock, Route, Size, Status, Versioning};
use crate::document::Document;
use crate::error::Error;
use crate::s3::SeenRule;

/// Requests under way at once.
pub(crate) const PARALLEL: usize = 16;

/// What a server has. Its default is one that has nothing.
#[derive(Debug, Default)]
pub struct Observed {
    /// All canned policies.
    pub(crate) policies: BTreeMap<String, Document>,
    /// Declared users, and those that the spec refers to.
    pub(crate) users: BTreeMap<Text, SeenUser>,
    pub(crate) groups: BTreeMap<String, SeenGroup>,
    pub(crate) keys: BTreeMap<Text, SeenKey>,
    pub(crate) buckets: BTreeMap<String, SeenBucket>,
    /// Declared buckets that belong to somebody else.
    pub(crate) foreign: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenUser {
    pub(crate) status: Status,
    pub(crate) policies: BTreeSet<String>,
    /// By signing in with the declared one.
    pub(crate) secret_differs: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenGroup {
    pub(crate) status: Status,
    pub(crate) members: BTreeSet<Text>,
    pub(crate) policies: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenKey {
    pub(crate) parent: Text,
    pub(crate) status: Status,
    /// `None` is its user's own rights.
    pub(crate) policy: Option<Document>,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) secret_differs: bool,
}

/// Only what the spec declares is kept, each tag, rule and route of it; the rest is as if unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeenBucket {
    pub(crate) versioning: Option<Versioning>,
    pub(crate) lock: Option<Lock>,
    pub(crate) encryption: Option<String>,
    pub(crate) quota: Option<Size>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) lifecycle: BTreeMap<String, SeenRule>,
    pub(crate) policy: Option<Document>,
    pub(crate) notifications: BTreeMap<Route, BTreeSet<String>>,
    pub(crate) cors: Vec<Cors>,
}

/// Only reads.
pub(crate) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    let names = Names::of(desired, secrets)?;
    let (mut observed, buckets) = tokio::try_join!(
        identity::observe(client, desired, secrets, &names),
        bucket::observe(client, desired)
    )?;
    (observed.buckets, observed.foreign) = buckets;
    Ok(observed)
}

/// Runs the reads, a bounded number at once, and stops at the first that fails.
pub(crate) async fn all<T, F: Future<Output = Result<T, Error>>>(
    reads: impl IntoIterator<Item = F>,
) -> Result<Vec<T>, Error> {
    let mut running = stream::iter(reads).buffered(PARALLEL);
    let mut done = Vec::new();
    while let Some(read) = running.next().await {
        done.push(read?);
    }
    Ok(done)
}

/// The values behind names that may come from secrets, in both directions.
pub(crate) struct Names {
    own: Text,
    own_value: Secret,
    values: BTreeMap<Text, Secret>,
}

impl Names {
    fn of(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let members = desired.groups.values().flat_map(|group| &group.members);
        let parents = desired.keys.values().filter_map(|key| key.user.as_ref());
        let names = desired.users.keys().chain(desired.keys.keys()).chain(members).chain(parents);
        let mut values = BTreeMap::new();
        for name in names {
            values.insert(name.clone(), secrets.text(name)?);
        }
        let own = desired.server.access_key.clone();
        Ok(Self { own_value: secrets.text(&own)?, own, values })
    }

    /// A server's name for something, as the spec says it.
    #[expect(clippy::disallowed_methods, reason = "a name of the server is compared with names from secrets")]
    fn label(&self, name: &str) -> Text {
        if self.own_value.expose_secret() == name {
            return self.own.clone();
        }
        let known = self.values.iter().find(|(_, value)| value.expose_secret() == name);
        known.map_or_else(|| Text::Plain(name.to_owned()), |(label, _)| label.clone())
    }
}
