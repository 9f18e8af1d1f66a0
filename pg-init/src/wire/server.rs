//! The primary that a run provisions, with its sessions and the facts that the run has learned about it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use init_core::{Endpoint, Fault as _, FaultKind, Secret, Secrets};
use tokio::sync::Mutex;

use super::guard::Budget;
use super::login::CandidateEndpoint;
use super::names::{self, Names};
use super::ownership::Ownership;
use super::peer::Peer;
use super::pool::Pool;
use super::session::Session;
use crate::desired::Desired;
use crate::error::Error;
use crate::spec::ChannelBinding;

/// One server, with its maintenance session and the sessions in its databases.
pub(crate) struct Server {
    pub(crate) main: Session,
    /// The session that holds the advisory lock, in a transaction that stays open.
    pub(crate) lock: Session,
    pub(crate) pool: Pool,
    pub(crate) names: Arc<Names>,
    /// The verifiers that this run has made, by role: verification compares them without hashing again.
    pub(crate) new_verifiers: RefCell<BTreeMap<String, Secret>>,
    /// The iterations of the stored verifiers that could be read, by role: a new verifier has no fewer.
    pub(crate) stored_iterations: RefCell<BTreeMap<String, NonZeroU32>>,
    /// The owners whose privileges a provisioning role without superuser may need for a change.
    pub(crate) ownership: Ownership,
    /// The real names of the roles that the provisioning role can act as, because it is a member or can make itself
    /// one.
    pub(crate) joinable: BTreeSet<String>,
    /// Held by the one transaction at a time that grants temporary memberships, so that each can restore what it
    /// changed.
    pub(crate) membership_lock: Mutex<()>,
    /// Errors that another observation may overcome. When the same error occurs again, it is lasting.
    pub(crate) retryable_refusals: RefCell<BTreeSet<String>>,
}

impl Server {
    pub(crate) async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let names = Arc::new(Names::resolve(desired, secrets)?);
        let candidates = candidate_endpoints(desired, secrets, &names)?;
        let (primary, main) = connect_to_primary(candidates, &desired.database).await?;
        let lock = primary.connect(&desired.database).await?;
        lock.take_lock().await?;
        let pool = Pool::new(primary, &main).await?;
        Ok(Self {
            main,
            lock,
            pool,
            names,
            new_verifiers: RefCell::default(),
            stored_iterations: RefCell::default(),
            ownership: Ownership::default(),
            joinable: BTreeSet::new(),
            membership_lock: Mutex::default(),
            retryable_refusals: RefCell::default(),
        })
    }

    /// Resets the budget of received bytes at the beginning of a stage.
    pub(crate) fn renew_budget(&self) {
        self.pool.primary.budget.renew();
    }
}

fn candidate_endpoints(
    desired: &Desired,
    secrets: &Secrets,
    names: &Arc<Names>,
) -> Result<Vec<CandidateEndpoint>, Error> {
    let tls = desired.tls.as_ref().map(|tls| tls.protection.connector(secrets)).transpose()?;
    let passwords = desired.password.iter().chain(&desired.bootstrap);
    let passwords: Vec<Secret> =
        passwords.map(|secret| secrets.get(secret).cloned()).collect::<Result<_, _>>()?;
    let budget = Arc::<Budget>::default();
    let user = names::name_value(&desired.user, secrets)?;
    let candidate = |endpoint: &Endpoint| CandidateEndpoint {
        peer: Arc::new(Peer { endpoint: endpoint.clone(), tls: tls.clone(), names: Arc::clone(names) }),
        binding: desired.tls.as_ref().map_or(ChannelBinding::Disable, |tls| tls.binding),
        user: user.clone(),
        passwords: passwords.clone(),
        accepted: AtomicUsize::new(0),
        authentication: desired.authentication,
        budget: Arc::clone(&budget),
    };
    Ok(desired.endpoints.iter().map(candidate).collect())
}

/// Connects to all candidate endpoints at once, and uses the first that is a primary. Of several errors, a lasting
/// one is returned before one that waiting may overcome.
async fn connect_to_primary(
    candidates: Vec<CandidateEndpoint>,
    database: &str,
) -> Result<(CandidateEndpoint, Session), Error> {
    let mut connecting: FuturesUnordered<_> = candidates
        .into_iter()
        .map(|candidate| async move {
            let session = candidate.connect(database).await;
            (candidate, session)
        })
        .collect();
    let mut failed: Vec<(Endpoint, Error)> = Vec::new();
    while let Some((candidate, session)) = connecting.next().await {
        match session {
            Ok(session) => return Ok((candidate, session)),
            Err(error) => failed.push((candidate.peer.endpoint.clone(), error)),
        }
    }
    failed.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(lasting) = failed.iter().position(|(_, error)| error.kind() != FaultKind::Unavailable) {
        return Err(failed.swap_remove(lasting).1);
    }
    if failed.len() > 1 {
        let errors: Vec<_> = failed.iter().map(|(endpoint, error)| format!("{endpoint}: {error}")).collect();
        return Err(Error::NoPrimary(errors.join("; ")));
    }
    Err(failed.pop().map_or_else(|| Error::Internal("there is no endpoint".to_owned()), |(_, error)| error))
}
