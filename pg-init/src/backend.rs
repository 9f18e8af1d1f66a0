//! PostgreSQL as the driver sees it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use init_core::{
    Backend, Endpoint, Fault as _, FaultKind, Files, Plan, Progress, Requires, Secrets, Violations,
};
use tokio::sync::Mutex;

use crate::change::Change;
use crate::desired::Desired;
use crate::error::Error;
use crate::names::{self, Names};
use crate::observe::Ownership;
use crate::observed::Observed;
use crate::plan;
use crate::pool::Pool;
use crate::spec::Spec;
use crate::wire::{Budget, Door, Session};
use crate::{apply, check, observe, validate};

/// One server, with its maintenance session and the sessions in its databases.
pub struct Postgres {
    pub(crate) main: Session,
    /// Holds the lock in a transaction for as long as it lives.
    pub(crate) lock: Session,
    pub(crate) pool: Pool,
    pub(crate) names: Arc<Names>,
    /// The verifiers that this run has made, by role: the reading after them need not hash again.
    pub(crate) made: RefCell<BTreeMap<String, String>>,
    /// Who owns what, from the last reading: whose privileges a role that is no superuser has to borrow.
    pub(crate) ownership: Ownership,
    /// One transaction at a time joins roles: what two of them did to one membership would be neither's.
    pub(crate) joining: Mutex<()>,
    /// Refusals that another reading may overcome, as they were last said.
    pub(crate) overtaken: RefCell<BTreeSet<String>>,
}

impl Backend for Postgres {
    const NAME: &'static str = "pg-init";
    type Spec = Spec;
    type Desired = Desired;
    type Observed = Observed;
    type Change = Change;
    type Error = Error;

    fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
        validate::validate(spec, files)
    }

    fn requires(desired: &Desired) -> Requires {
        let mut secrets: BTreeSet<_> = desired
            .user
            .secret()
            .into_iter()
            .chain(&desired.password)
            .chain(&desired.bootstrap)
            .cloned()
            .collect();
        secrets.extend(desired.tls.as_ref().and_then(|tls| tls.key()).cloned());
        for role in desired.roles.values() {
            let name = role.name.as_ref().and_then(|name| name.secret());
            secrets.extend(name.into_iter().chain(&role.password).cloned());
        }
        Requires { endpoints: desired.endpoints.clone(), secrets }
    }

    async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let names = Arc::new(Names::resolve(desired, secrets)?);
        let tls = desired.tls.as_ref().map(|tls| tls.ready(secrets)).transpose()?.map(Arc::new);
        let passwords = desired.password.iter().chain(&desired.bootstrap);
        let passwords: Vec<_> =
            passwords.map(|secret| secrets.get(secret).cloned()).collect::<Result<_, _>>()?;
        let budget = Arc::<Budget>::default();
        let user = names::text(&desired.user, secrets)?;
        let doors = desired.endpoints.iter().map(|endpoint| Door {
            endpoint: endpoint.clone(),
            tls: tls.clone(),
            user: user.clone(),
            passwords: passwords.clone(),
            accepted: AtomicUsize::new(0),
            authentication: desired.authentication,
            budget: Arc::clone(&budget),
            names: Arc::clone(&names),
        });
        let (door, main) = primary(doors, &desired.database).await?;
        let lock = door.enter(&desired.database).await?;
        lock.lock().await?;
        let pool = Pool::new(door, &main).await?;
        Ok(Self {
            main,
            lock,
            pool,
            names,
            made: RefCell::default(),
            ownership: Ownership::default(),
            joining: Mutex::default(),
            overtaken: RefCell::default(),
        })
    }

    async fn observe(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        self.pool.door.budget.renew();
        observe::observe(self, desired, secrets).await
    }

    fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
        plan::plan(desired, observed)
    }

    async fn check(&mut self, _desired: &Desired, changes: &[Change], _: &Secrets) -> Vec<(usize, Error)> {
        self.pool.door.budget.renew();
        check::check(self, changes).await
    }

    async fn apply(
        &mut self,
        _desired: &Desired,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        self.pool.door.budget.renew();
        apply::apply(self, stage, secrets, progress).await
    }
}

/// Knocks at all doors at once and takes the first that leads to a primary. What would not get better by
/// waiting comes before what might.
async fn primary(doors: impl Iterator<Item = Door>, database: &str) -> Result<(Door, Session), Error> {
    let mut knocking: FuturesUnordered<_> = doors
        .map(|door| async move {
            let session = door.enter(database).await;
            (door, session)
        })
        .collect();
    let mut failed: Vec<(Endpoint, Error)> = Vec::new();
    while let Some((door, session)) = knocking.next().await {
        match session {
            Ok(session) => return Ok((door, session)),
            Err(error) => failed.push((door.endpoint, error)),
        }
    }
    failed.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(lasting) = failed.iter().position(|(_, error)| error.kind() != FaultKind::Unavailable) {
        return Err(failed.swap_remove(lasting).1);
    }
    if failed.len() > 1 {
        let said: Vec<_> = failed.iter().map(|(endpoint, error)| format!("{endpoint}: {error}")).collect();
        return Err(Error::NoPrimary(said.join("; ")));
    }
    Err(failed.pop().map_or_else(|| Error::Internal("there is no endpoint".to_owned()), |(_, error)| error))
}
