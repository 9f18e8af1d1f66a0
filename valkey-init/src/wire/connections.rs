//! The connections to all nodes. A deployment with a missing node is not ready, except with `require: majority`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use init_core::{Endpoint, Fault, FaultKind, Secret, Secrets, Text};
use tracing::{debug, info, warn};

use super::bounds::Budget;
use super::connection::{Connection, Settings};
use super::instances;
use super::mask::SecretMask;
use super::reply::text;
use super::secret_values::{check_password_lengths, check_unquoted};
use crate::desired::{Desired, Instances, Mode, Require, requires};
use crate::error::Error;

/// The time that the other nodes still have after one has failed: a refusal says more than a node that cannot be
/// reached.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// The nodes that cannot be reached, and the error of the first of them.
pub(crate) struct Missing {
    pub(crate) nodes: BTreeSet<Endpoint>,
    pub(crate) cause: String,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, node) in self.nodes.iter().enumerate() {
            write!(f, "{}{node}", if place == 0 { "" } else { ", " })?;
        }
        write!(f, " ({})", self.cause)
    }
}

/// The connections, by the nodes' names.
pub(crate) struct Connections {
    nodes: BTreeMap<Endpoint, Connection>,
    /// The connections to the Sentinels.
    sentinels: Option<Box<Self>>,
    /// The missing minority of the nodes, with `require: majority`.
    missing: Option<Missing>,
    pub(super) settings: Settings,
    instances: Instances,
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.nodes.keys()).finish()
    }
}

impl Connections {
    /// Connects to all nodes at once. A refusal ends it at once. A node that cannot be reached is reported after
    /// `GRACE`, so that a refusal by another node comes first.
    pub(crate) async fn open(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        check_password_lengths(desired, secrets)?;
        let settings = Settings {
            tls: desired.tls.as_ref().map(|tls| tls.connector(secrets)).transpose()?,
            budget: Budget::new(desired.functions.values().map(|library| library.code.len()).sum()),
            mask: SecretMask::new(requires(desired).secrets.iter(), secrets)?,
        };
        let Some(sentinels) = &desired.sentinels else {
            return Self::open_with(desired, secrets, settings).await;
        };
        check_unquoted(sentinels, secrets)?;
        check_password_lengths(&sentinels.as_nodes, secrets)?;
        let theirs = Self::open_with(&sentinels.as_nodes, secrets, settings.clone());
        let (nodes, theirs) =
            futures_util::future::try_join(Self::open_with(desired, secrets, settings), theirs).await?;
        Ok(nodes.with_sentinels(theirs))
    }

    /// Connects to all nodes, or to all Sentinels.
    async fn open_with(desired: &Desired, secrets: &Secrets, settings: Settings) -> Result<Self, Error> {
        let (found, mut failed) = instances::look_up(desired).await;
        let all = desired.with_instances(&found);
        let mut opening: FuturesUnordered<_> =
            all.nodes.iter().map(|node| log_in(&node.endpoint, &settings, desired, secrets)).collect();
        let mut nodes = BTreeMap::new();
        loop {
            let next = match &failed {
                None => opening.next().await,
                // With `require: majority` each node gets its own full time to answer.
                Some(_) if desired.require == Require::Majority => opening.next().await,
                Some(_) => tokio::time::timeout(GRACE, opening.next()).await.unwrap_or_default(),
            };
            match next {
                Some(Ok(connection)) => drop(nodes.insert(connection.node().clone(), connection)),
                Some(Err(error)) if error.kind() == FaultKind::Unavailable => failed = failed.or(Some(error)),
                Some(Err(error)) => return Err(error),
                None => break,
            }
        }
        drop(opening);
        let instances = instances::identify(&nodes, desired.mode, found).await?;
        let (too_few, problem) = instances::incomplete(desired, &instances);
        let failed = failed.or(problem);
        let all = desired.with_instances(&instances);
        nodes.retain(|node, _| all.nodes.iter().any(|known| known.endpoint == *node));
        let there = Self { nodes, sentinels: None, missing: None, settings, instances };
        match failed {
            None => Ok(there),
            Some(error) if desired.require == Require::Majority && there.is_majority_of(desired) => {
                Ok(there.with_missing(&all, too_few, &error))
            }
            Some(error) if desired.mode == Mode::Cluster => Err(there.incomplete_error(error).await),
            Some(error) => Err(error),
        }
    }

    /// Adds the connections to the Sentinels, and their missing ones to the missing nodes.
    fn with_sentinels(self, mut sentinels: Self) -> Self {
        let missing = match (self.missing, sentinels.missing.take()) {
            (Some(mut nodes), Some(theirs)) => {
                nodes.nodes.extend(theirs.nodes);
                Some(nodes)
            }
            (missing, theirs) => missing.or(theirs),
        };
        Self { sentinels: Some(Box::new(sentinels)), missing, ..self }
    }

    /// The connections to the Sentinels.
    pub(crate) fn sentinels(&self) -> Option<&Self> {
        self.sentinels.as_deref()
    }

    fn is_majority_of(&self, desired: &Desired) -> bool {
        self.nodes.len() * 2 > desired.nodes.iter().map(|node| node.replicas).sum()
    }

    /// Missing are the nodes that cannot be reached, and the names that lead to fewer nodes than declared.
    fn with_missing(self, all: &Desired, too_few: BTreeSet<Endpoint>, cause: &Error) -> Self {
        let known = all.nodes.iter().map(|node| node.endpoint.clone());
        let nodes = known.filter(|node| !self.nodes.contains_key(node)).chain(too_few).collect();
        Self { missing: Some(Missing { nodes, cause: error_chain(cause) }), ..self }
    }

    /// The nodes behind each name that leads to several.
    pub(crate) fn instances(&self) -> &Instances {
        &self.instances
    }

    /// The nodes and Sentinels that cannot be reached.
    pub(crate) fn missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// The error of a missing node, with the number of the others that serve: whether they serve without it depends on
    /// replicas and on `cluster-require-full-coverage`, so they are asked.
    async fn incomplete_error(&self, missing: Error) -> Error {
        match tokio::time::timeout(GRACE, self.count_serving()).await {
            Ok(Ok((up, serving))) if up > 0 => Error::Incomplete { up, serving, source: Box::new(missing) },
            _ => missing,
        }
    }

    /// The number of nodes, and of those that report `cluster_state:ok`. The nodes are asked one after the other.
    pub(crate) async fn count_serving(&self) -> Result<(usize, usize), Error> {
        let mut serving = 0;
        for connection in self.nodes.values() {
            let mut command = redis::cmd("CLUSTER");
            command.arg("INFO");
            let answer = text(&connection.ask(command).await?).unwrap_or_default();
            serving += usize::from(answer.contains("cluster_state:ok"));
        }
        Ok((self.nodes.len(), serving))
    }

    /// The connection to a node of the spec.
    pub(crate) fn get(&self, node: &Endpoint) -> Option<&Connection> {
        self.nodes.get(node).or_else(|| self.sentinels.as_ref()?.get(node))
    }

    /// The connection to the node of a change, or an error when the spec does not have that node.
    pub(crate) fn to(&self, node: &Endpoint) -> Result<&Connection, Error> {
        self.get(node).ok_or_else(|| Error::NotInSpec(format!("the node {node}")))
    }

    /// Opens another connection to a node, with this login.
    pub(crate) async fn log_in(
        &self,
        node: &Endpoint,
        credential: (&Secret, &Secret),
    ) -> Result<Connection, Error> {
        Connection::open(node, &self.settings, Some(credential)).await
    }

    /// Tries a login at a node, or a connection without one.
    pub(crate) async fn try_login(
        &self,
        node: &Endpoint,
        credential: Option<(&Secret, &Secret)>,
    ) -> Result<(), Error> {
        Connection::open(node, &self.settings, credential).await.map(drop)
    }

    /// Replaces the connection to its node.
    pub(crate) fn replace(&mut self, connection: Connection) {
        let node = connection.node().clone();
        match &mut self.sentinels {
            Some(sentinels) if sentinels.nodes.contains_key(&node) => sentinels.replace(connection),
            Some(_) | None => drop(self.nodes.insert(node, connection)),
        }
    }

    /// Runs the same request on all nodes at once.
    pub(crate) async fn each<T>(
        &self,
        ask: impl AsyncFn(&Connection) -> Result<T, Error>,
    ) -> Result<BTreeMap<Endpoint, T>, Error> {
        let ask = &ask;
        let asking = self
            .nodes
            .iter()
            .map(async |(node, connection)| Ok::<_, Error>((node.clone(), ask(connection).await?)));
        let mut answers = BTreeMap::new();
        for answer in join_all(asking).await {
            let (node, answer) = answer?;
            answers.insert(node, answer);
        }
        Ok(answers)
    }
}

/// The text of an error with its causes.
fn error_chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

/// Warns of a server that asks for no password, where the spec has one.
fn warn_if_no_password(connection: &Connection) {
    if connection.needs_no_password() {
        let node = connection.node();
        warn!(%node, "the server asks for no password, though the spec has one: declare `default` under `users` to set it");
    }
}

/// Logs in as the declared user; where that is refused, as `default` with `bootstrapPassword`. Without one, a server
/// that asks for no password counts as one before its first run, if the spec declares the user that logs in.
async fn log_in(
    node: &Endpoint,
    settings: &Settings,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Connection, Error> {
    let login = &desired.login;
    let user = secrets.text(&login.user)?;
    let declared = match &login.password {
        Some(password) => Some((&user, secrets.get(password)?)),
        None => None,
    };
    let refused = match Connection::open(node, settings, declared).await {
        Err(error) if matches!(error.code(), Some("WRONGPASS" | "NOAUTH")) => error,
        done => return done.inspect(warn_if_no_password),
    };
    let mut tried = vec![format!("user {}", login.user)];
    let Some(bootstrap) = &login.bootstrap else {
        let made = desired.users.values().any(|user| user.name == login.user);
        if made && let Ok(open) = Connection::open(node, settings, None).await {
            info!(%node, user = %login.user, "the login was refused, and the server asks for no password yet");
            return Ok(open);
        }
        return Err(Error::Login { node: node.clone(), tried, source: Box::new(refused) });
    };
    debug!(%node, user = %login.user, "the login was refused: trying the user default");
    let default = secrets.text(&Text::Plain("default".to_owned()))?;
    match Connection::open(node, settings, Some((&default, secrets.get(bootstrap)?))).await {
        Err(error) if matches!(error.code(), Some("WRONGPASS" | "NOAUTH")) => {
            tried.push(format!("user default with {bootstrap}"));
            Err(Error::Login { node: node.clone(), tried, source: Box::new(error) })
        }
        done => done,
    }
}
