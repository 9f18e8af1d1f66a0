//! One connection per node, all of them or none: a deployment with a node missing is not ready.

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
use super::mask::Mask;
use super::reply::text;
use super::values::{passwords, unquoted};
use crate::desired::{Desired, Instances, Mode, Require, requires};
use crate::error::Error;

/// How long the other nodes may still take when one has failed: a refusal tells more than a node that is not there.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// The nodes that are not there, and why the first of them is not.
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
    /// Those to the Sentinels.
    sentinels: Option<Box<Self>>,
    /// A minority, where the spec does without one.
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
    /// Connects to all nodes at once. A refusal is told at once; a node that is not there is told after the
    /// others had their chance to refuse.
    pub(crate) async fn open(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        passwords(desired, secrets)?;
        let settings = Settings {
            tls: desired.tls.as_ref().map(|tls| tls.connector(secrets)).transpose()?,
            budget: Budget::new(desired.functions.values().map(|library| library.code.len()).sum()),
            mask: Mask::new(requires(desired).secrets.iter(), secrets)?,
        };
        let Some(sentinels) = &desired.sentinels else {
            return Self::open_with(desired, secrets, settings).await;
        };
        unquoted(sentinels, secrets)?;
        passwords(&sentinels.accounts, secrets)?;
        let theirs = Self::open_with(&sentinels.accounts, secrets, settings.clone());
        let (nodes, theirs) =
            futures_util::future::try_join(Self::open_with(desired, secrets, settings), theirs).await?;
        Ok(nodes.watched_by(theirs))
    }

    /// The same for one kind of server.
    async fn open_with(desired: &Desired, secrets: &Secrets, settings: Settings) -> Result<Self, Error> {
        let (found, mut failed) = instances::look_up(desired).await;
        let all = desired.with_instances(&found);
        let mut opening: FuturesUnordered<_> =
            all.nodes.iter().map(|node| login(&node.endpoint, &settings, desired, secrets)).collect();
        let mut nodes = BTreeMap::new();
        loop {
            let next = match &failed {
                None => opening.next().await,
                // Whoever does not answer in its own time is not there.
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
        let instances = instances::tell_apart(&nodes, desired.mode, found).await?;
        let (too_few, problem) = instances::incomplete(desired, &instances);
        let failed = failed.or(problem);
        let all = desired.with_instances(&instances);
        nodes.retain(|node, _| all.nodes.iter().any(|known| known.endpoint == *node));
        let there = Self { nodes, sentinels: None, missing: None, settings, instances };
        match failed {
            None => Ok(there),
            Some(error) if desired.require == Require::Majority && there.is_majority_of(desired) => {
                Ok(there.without_the_others(&all, too_few, &error))
            }
            Some(error) if desired.mode == Mode::Cluster => Err(there.incomplete(error).await),
            Some(error) => Err(error),
        }
    }

    /// With the Sentinels' connections. Who is missing of either is missing of all.
    fn watched_by(self, mut sentinels: Self) -> Self {
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

    /// Names that lead to fewer nodes than declared are missing beside the nodes that are known and not there.
    fn without_the_others(self, all: &Desired, too_few: BTreeSet<Endpoint>, cause: &Error) -> Self {
        let known = all.nodes.iter().map(|node| node.endpoint.clone());
        let nodes = known.filter(|node| !self.nodes.contains_key(node)).chain(too_few).collect();
        Self { missing: Some(Missing { nodes, cause: chain(cause) }), ..self }
    }

    /// The nodes behind each name that leads to several.
    pub(crate) fn instances(&self) -> &Instances {
        &self.instances
    }

    /// The nodes that are not there.
    pub(crate) fn missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// Why a node is missing, and whether those that are there serve without it: that depends on replicas and on
    /// `cluster-require-full-coverage`, so it is theirs to say.
    async fn incomplete(&self, missing: Error) -> Error {
        match tokio::time::timeout(GRACE, self.serving()).await {
            Ok(Ok((up, serving))) if up > 0 => Error::Incomplete { up, serving, source: Box::new(missing) },
            _ => missing,
        }
    }

    /// How many nodes there are, and how many of them say `cluster_state:ok`. One after the other, as little is asked.
    pub(crate) async fn serving(&self) -> Result<(usize, usize), Error> {
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

    /// The connection to the node of a change.
    pub(crate) fn to(&self, node: &Endpoint) -> Result<&Connection, Error> {
        self.get(node).ok_or_else(|| Error::NotInSpec(format!("the node {node}")))
    }

    /// Another login to a node.
    pub(crate) async fn login(
        &self,
        node: &Endpoint,
        credential: (&Secret, &Secret),
    ) -> Result<Connection, Error> {
        Connection::open(node, &self.settings, Some(credential)).await
    }

    /// Whether a node would take this login, or none at all, and what it says to these commands then.
    pub(crate) async fn try_login(
        &self,
        node: &Endpoint,
        credential: Option<(&Secret, &Secret)>,
    ) -> Result<(), Error> {
        Connection::open(node, &self.settings, credential).await.map(drop)
    }

    /// From now on a node is talked to over this connection.
    pub(crate) fn replace(&mut self, connection: Connection) {
        let node = connection.node().clone();
        match &mut self.sentinels {
            Some(sentinels) if sentinels.nodes.contains_key(&node) => sentinels.replace(connection),
            Some(_) | None => drop(self.nodes.insert(node, connection)),
        }
    }

    /// The same question to all nodes at once.
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

/// An error with what caused it.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

/// A password that nobody asks for protects nothing.
fn tell_open(connection: &Connection) {
    if connection.is_open() {
        let node = connection.node();
        warn!(%node, "the server asks for no password, though the spec has one: declare `default` under `users` to set it");
    }
}

/// The declared user first; where that is refused, `default` with the first run's password. A server that asks for no
/// password at all is one before its first run, if the spec makes the user that is to log in.
async fn login(
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
        done => return done.inspect(tell_open),
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
