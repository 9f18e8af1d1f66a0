//! A session on the primary, with parameters of its own, which is kept from being closed as idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::guard::ConnectionState;
use super::peer::Peer;
use super::row::Row;
use crate::error::Error;

/// The interval of keepalive queries. Routers that close idle sessions do not count TCP keepalives, and their
/// shortest usual limit is one minute.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// The parameters, except `search_path`, whose defaults for a role or a database could influence the run. Statements
/// have no timeout, since the run has a deadline.
const FIXED: &str = "-c standard_conforming_strings=on -c default_transaction_read_only=off -c client_min_messages=error -c lock_timeout=10s \
    -c statement_timeout=0 -c idle_in_transaction_session_timeout=60s -c row_security=on";

/// The search path of sessions that read, so that no operator of another role is used. `pg_temp` is named last, since
/// it is searched first when it is not named.
const READING_PATH: &str = "-c search_path=pg_catalog,pg_temp";

/// The parameters that keep verifiers out of the server's log and statistics. Only a superuser may set them.
const UNLOGGED: &str = "-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic \
    -c log_min_duration_sample=-1 -c log_transaction_sample_rate=0 -c log_duration=off \
    -c pg_stat_statements.track_utility=off -c pgaudit.log=none";

/// The oldest supported major version.
const OLDEST: u32 = 13;

/// A parameter of this tool, whose value shows that the session has the requested parameters.
const MARK: &str = "pg_init.session";

const FACTS: &str = "\
    SELECT pg_catalog.pg_is_in_recovery()::int, pg_catalog.current_setting('server_version_num'), \
    pg_catalog.current_setting('is_superuser'), CURRENT_USER, pg_catalog.current_setting('pg_init.session', true)";

/// Takes the advisory lock in the maintenance database, which only one run on a server can hold.
const TRY_LOCK: &str = "SELECT pg_catalog.pg_try_advisory_xact_lock(4702111234474983745)::int";

/// The parameters of a session, which are sent with the login. So they apply from the first statement on, and nothing
/// is left in sessions that a pooler shares.
pub(crate) struct SessionParameters {
    options: String,
    mark: String,
}

impl SessionParameters {
    /// The parameters of sessions that read, and of changes that fire no event trigger.
    pub(crate) fn reading() -> Self {
        Self::with_options(&format!("{FIXED} {READING_PATH}"))
    }

    /// The parameters of changes inside a database, whose event triggers use the database's own `search_path`.
    fn changes() -> Self {
        Self::with_options(FIXED)
    }

    /// The parameters of statements with a verifier, which are not logged.
    pub(crate) fn unlogged() -> Self {
        Self::with_options(&format!("{FIXED} {READING_PATH} {UNLOGGED}"))
    }

    /// The parameters of statements with a password that fire event triggers.
    pub(crate) fn unlogged_changes(superuser: bool) -> Self {
        let quiet = if superuser { UNLOGGED } else { "" };
        Self::with_options(&format!("{FIXED} {quiet}"))
    }

    /// The parameters of statements with a password for a publisher. The server connects to the publisher meanwhile,
    /// and ends the statement when this tool disconnects.
    pub(crate) fn for_publisher(superuser: bool, version: u32) -> Self {
        let quiet = if superuser { UNLOGGED } else { "" };
        let check_client = if version >= 14 { "-c client_connection_check_interval=2s" } else { "" };
        Self::with_options(&format!("{FIXED} {READING_PATH} {quiet} {check_client}"))
    }

    /// The parameters of a session for this purpose.
    pub(super) fn for_purpose(of: Purpose) -> Self {
        match of {
            Purpose::Reading => Self::reading(),
            Purpose::Changes => Self::changes(),
        }
    }

    fn with_options(options: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mark = format!("{}.{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self { options: format!("{options} -c {MARK}={mark}"), mark }
    }

    pub(super) fn options(&self) -> &str {
        &self.options
    }
}

/// The purpose of a session in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Queries only.
    Reading,
    /// Statements that fire event triggers.
    Changes,
}

/// One session.
#[derive(Clone)]
pub(crate) struct Session {
    client: Arc<Client>,
    state: ConnectionState,
    pub(crate) facts: ServerFacts,
    database: String,
    peer: Arc<Peer>,
}

/// The facts that a session reads about the server and its own role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerFacts {
    /// The major version.
    pub(crate) version: u32,
    pub(crate) superuser: bool,
    /// The real name of the session's role.
    pub(crate) user: String,
}

impl Session {
    pub(super) async fn begin(
        client: Arc<Client>,
        state: ConnectionState,
        database: &str,
        parameters: &SessionParameters,
        peer: &Arc<Peer>,
    ) -> Result<Self, Error> {
        let (database, facts) = (database.to_owned(), ServerFacts::default());
        let mut session = Self { client, state, facts, database, peer: Arc::clone(peer) };
        let answer = session.execute(FACTS, "reading the version and state of the server").await?;
        let row = answer.first().ok_or_else(|| Error::NotPostgres(peer.endpoint.clone()))?;
        let column = |index| row.try_get(index).ok().flatten().unwrap_or_default();
        if column(0) != "0" {
            return Err(Error::Standby(peer.endpoint.clone()));
        }
        session.facts = ServerFacts {
            version: column(1).parse().unwrap_or(0) / 10_000,
            superuser: column(2) == "on",
            user: column(3).to_owned(),
        };
        if session.facts.version < OLDEST {
            let version = session.facts.version;
            return Err(Error::Missing(format!(
                "the server is PostgreSQL {version}: pg-init works with {OLDEST} and later"
            )));
        }
        if column(4) != parameters.mark {
            return Err(Error::Pooler { endpoint: peer.endpoint.clone(), message: None });
        }
        session.keep_from_idling();
        Ok(session)
    }

    /// Takes the lock in a transaction, which stays open as long as this session.
    pub(crate) async fn take_lock(&self) -> Result<(), Error> {
        let no_timeout = if self.facts.version >= 17 { "SET LOCAL transaction_timeout = 0; " } else { "" };
        let begin =
            format!("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; {no_timeout}{TRY_LOCK}");
        if self.query_value(&begin, "taking the lock").await?.as_deref() == Some("1") {
            Ok(())
        } else {
            Err(Error::Locked(self.peer.endpoint.clone()))
        }
    }

    /// Sends an empty query at intervals, as long as the session is in use.
    fn keep_from_idling(&self) {
        let client = Arc::downgrade(&self.client);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(KEEPALIVE_INTERVAL).await;
                let Some(client) = client.upgrade() else { return };
                if client.batch_execute("").await.is_err() {
                    return;
                }
            }
        });
    }

    /// Runs statements in one message, and without a `BEGIN` of their own in one transaction.
    pub(crate) async fn execute(&self, sql: &str, doing: &str) -> Result<Vec<SimpleQueryRow>, Error> {
        let answer = self.client.simple_query(sql).await.map_err(|error| self.error(&error, doing))?;
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        };
        Ok(answer.into_iter().filter_map(row).collect())
    }

    /// Runs statements and returns the first column of the first row.
    pub(crate) async fn query_value(&self, sql: &str, doing: &str) -> Result<Option<String>, Error> {
        let answer = self.execute(sql, doing).await?;
        Ok(answer.first().and_then(|row| row.try_get(0).ok().flatten()).map(str::to_owned))
    }

    /// Runs a query with its parameters in one round trip.
    pub(crate) async fn query<const N: usize>(
        &self,
        doing: &str,
        sql: &str,
        parameters: [(&(dyn ToSql + Sync), Type); N],
    ) -> Result<Vec<Row>, Error> {
        let rows = self.client.query_typed(sql, &parameters).await;
        let rows = rows.map_err(|error| self.error(&error, doing))?;
        Ok(rows.into_iter().map(Row::new).collect())
    }

    /// The database of the session.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// The reason for which a lost session ended.
    pub(crate) fn end_reason(&self) -> Error {
        let endpoint = &self.peer.endpoint;
        let refusal = self.state.refusal();
        refusal.map_or_else(|| Error::Lost(endpoint.clone()), |refusal| refusal.error(endpoint))
    }

    fn error(&self, error: &tokio_postgres::Error, doing: &str) -> Error {
        self.peer.error(error, &self.state, doing)
    }
}
