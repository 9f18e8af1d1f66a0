//! A session that is ready to work: with parameters of its own, on the primary, kept from falling idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::guard::ConnectionState;
use super::peer::Peer;
use super::row::Row;
use crate::error::Error;

/// A router that cuts idle sessions does not count TCP keepalives; its shortest usual limit is a minute.
const PING: Duration = Duration::from_secs(15);

/// Everything that a role's or a database's own settings could change under us, but `search_path`. The run's own deadline
/// bounds statements.
const USUAL: &str = "-c standard_conforming_strings=on -c default_transaction_read_only=off -c client_min_messages=error -c lock_timeout=10s \
    -c statement_timeout=0 -c idle_in_transaction_session_timeout=60s -c row_security=on";

/// The path of sessions that read: no operator of anybody else is found. `pg_temp` is named last because it is searched
/// first when it is not named at all.
const PATH: &str = "-c search_path=pg_catalog,pg_temp";

/// Keeps verifiers out of the server's log and statistics; only a superuser may.
const QUIET: &str = "-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic \
    -c log_min_duration_sample=-1 -c log_transaction_sample_rate=0 -c log_duration=off \
    -c pg_stat_statements.track_utility=off -c pgaudit.log=none";

/// The oldest major version of a server that this tool works with.
const OLDEST: u32 = 13;

/// A parameter of this tool's own: its value shows that the session has the parameters that were asked for.
const MARK: &str = "pg_init.session";

const FACTS: &str = "\
    SELECT pg_catalog.pg_is_in_recovery()::int, pg_catalog.current_setting('server_version_num'), \
    pg_catalog.current_setting('is_superuser'), CURRENT_USER, pg_catalog.current_setting('pg_init.session', true)";

/// Two runs on one server queue for this advisory lock of the maintenance database.
const LOCK: &str = "SELECT pg_catalog.pg_try_advisory_xact_lock(4702111234474983745)::int";

/// The parameters of a session, sent with the login: so they are the session's own from its first statement on, and
/// nothing has to be set, and nothing is left behind where sessions of the server are shared by a pooler.
pub(crate) struct Preset {
    options: String,
    mark: String,
}

impl Preset {
    /// For every session that reads, and for changes that no event trigger sees.
    pub(crate) fn usual() -> Self {
        Self::of(&format!("{USUAL} {PATH}"))
    }

    /// For changes inside a database: its event triggers find what the database's own `search_path` shows them.
    fn changes() -> Self {
        Self::of(USUAL)
    }

    /// For statements that carry a verifier.
    pub(crate) fn quiet() -> Self {
        Self::of(&format!("{USUAL} {PATH} {QUIET}"))
    }

    /// For statements that carry a password and that event triggers see.
    pub(crate) fn secret(superuser: bool) -> Self {
        let quiet = if superuser { QUIET } else { "" };
        Self::of(&format!("{USUAL} {quiet}"))
    }

    /// For statements that carry a password to a publisher, which the server connects to: it ends them when we are gone.
    pub(crate) fn publisher(superuser: bool, version: u32) -> Self {
        let quiet = if superuser { QUIET } else { "" };
        let gone = if version >= 14 { "-c client_connection_check_interval=2s" } else { "" };
        Self::of(&format!("{USUAL} {PATH} {quiet} {gone}"))
    }

    /// What a session for this use has.
    pub(super) fn of_use(of: Use) -> Self {
        match of {
            Use::Reading => Self::usual(),
            Use::Changes => Self::changes(),
        }
    }

    fn of(options: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mark = format!("{}.{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self { options: format!("{options} -c {MARK}={mark}"), mark }
    }

    pub(super) fn options(&self) -> &str {
        &self.options
    }
}

/// What a session in a database is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Reading alone.
    Reading,
    /// Statements that event triggers see.
    Changes,
}

/// One session.
#[derive(Clone)]
pub(crate) struct Session {
    client: Arc<Client>,
    state: ConnectionState,
    pub(crate) facts: Facts,
    database: String,
    peer: Arc<Peer>,
}

/// What the server says about itself and about us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The major version.
    pub(crate) version: u32,
    pub(crate) superuser: bool,
    /// Our own role's real name.
    pub(crate) me: String,
}

impl Session {
    pub(super) async fn begin(
        client: Arc<Client>,
        state: ConnectionState,
        database: &str,
        preset: &Preset,
        peer: &Arc<Peer>,
    ) -> Result<Self, Error> {
        let (database, facts) = (database.to_owned(), Facts::default());
        let mut session = Self { client, state, facts, database, peer: Arc::clone(peer) };
        let answer = session.simple(FACTS, "reading what the server is").await?;
        let row = answer.first().ok_or_else(|| Error::Foreign(peer.endpoint.clone()))?;
        let column = |index| row.try_get(index).ok().flatten().unwrap_or_default();
        if column(0) != "0" {
            return Err(Error::Standby(peer.endpoint.clone()));
        }
        session.facts = Facts {
            version: column(1).parse().unwrap_or(0) / 10_000,
            superuser: column(2) == "on",
            me: column(3).to_owned(),
        };
        if session.facts.version < OLDEST {
            let version = session.facts.version;
            return Err(Error::Missing(format!(
                "the server is PostgreSQL {version}: pg-init works with {OLDEST} and later"
            )));
        }
        if column(4) != preset.mark {
            return Err(Error::Pooler { endpoint: peer.endpoint.clone(), message: None });
        }
        session.keep_awake();
        Ok(session)
    }

    /// Takes the lock in a transaction, which is open for as long as this session is.
    pub(crate) async fn lock(&self) -> Result<(), Error> {
        let patience = if self.facts.version >= 17 { "SET LOCAL transaction_timeout = 0; " } else { "" };
        let begin = format!("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; {patience}{LOCK}");
        if self.one(&begin, "taking the lock").await?.as_deref() == Some("1") {
            Ok(())
        } else {
            Err(Error::Locked(self.peer.endpoint.clone()))
        }
    }

    /// Sends an empty query at intervals for as long as the session is in use.
    fn keep_awake(&self) {
        let client = Arc::downgrade(&self.client);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PING).await;
                let Some(client) = client.upgrade() else { return };
                if client.batch_execute("").await.is_err() {
                    return;
                }
            }
        });
    }

    /// Statements that go as one message and, without a `BEGIN` of their own, as one transaction.
    pub(crate) async fn simple(&self, sql: &str, doing: &str) -> Result<Vec<SimpleQueryRow>, Error> {
        let answer = self.client.simple_query(sql).await.map_err(|error| self.failed(&error, doing))?;
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        };
        Ok(answer.into_iter().filter_map(row).collect())
    }

    /// The first column of the first row.
    pub(crate) async fn one(&self, sql: &str, doing: &str) -> Result<Option<String>, Error> {
        let answer = self.simple(sql, doing).await?;
        Ok(answer.first().and_then(|row| row.try_get(0).ok().flatten()).map(str::to_owned))
    }

    /// A query with its parameters, in one round trip.
    pub(crate) async fn rows<const N: usize>(
        &self,
        doing: &str,
        sql: &str,
        parameters: [(&(dyn ToSql + Sync), Type); N],
    ) -> Result<Vec<Row>, Error> {
        let rows = self.client.query_typed(sql, &parameters).await;
        let rows = rows.map_err(|error| self.failed(&error, doing))?;
        Ok(rows.into_iter().map(Row::new).collect())
    }

    /// The database that it is in.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Why a session ended that is lost.
    pub(crate) fn lost(&self) -> Error {
        let endpoint = &self.peer.endpoint;
        let refusal = self.state.refusal();
        refusal.map_or_else(|| Error::Lost(endpoint.clone()), |refusal| refusal.error(endpoint))
    }

    fn failed(&self, error: &tokio_postgres::Error, doing: &str) -> Error {
        self.peer.error(error, &self.state, doing)
    }
}
