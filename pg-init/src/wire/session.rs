//! A session that is ready to work: its parameters pinned, on the primary, kept from falling idle.

use std::sync::Arc;
use std::time::Duration;

use init_core::Endpoint;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, SimpleQueryMessage, SimpleQueryRow};

use super::login::Door;
use crate::error::{Error, classify};
use crate::names::Names;

/// A router that cuts idle sessions does not count TCP keepalives; its shortest usual limit is a minute.
const PING: Duration = Duration::from_secs(15);

/// Everything that a role's or a database's own settings could change under us.
/// `pg_temp` is named last because it is searched first when it is not named at all.
const PINNED: &str = "\
    SET search_path = pg_catalog, pg_temp; SET standard_conforming_strings = on; \
    SET default_transaction_read_only = off; SET client_min_messages = error; \
    SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET row_security = on; \
    SELECT pg_catalog.pg_is_in_recovery()::int, pg_catalog.current_setting('server_version_num'), \
    pg_catalog.current_setting('is_superuser'), CURRENT_USER";

/// One session.
#[derive(Clone)]
pub(crate) struct Session {
    client: Arc<Client>,
    pub(crate) facts: Facts,
    database: String,
    endpoint: Endpoint,
    names: Arc<Names>,
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
    pub(crate) async fn begin(client: Arc<Client>, database: &str, door: &Door) -> Result<Self, Error> {
        let (endpoint, names) = (door.endpoint.clone(), Arc::clone(&door.names));
        let database = database.to_owned();
        let mut session = Self { client, facts: Facts::default(), database, endpoint, names };
        let answer = session.simple(PINNED, "preparing the session").await?;
        let row = answer.first().ok_or_else(|| Error::Foreign(session.endpoint.clone()))?;
        let column = |index| row.try_get(index).ok().flatten().unwrap_or_default();
        if column(0) != "0" {
            return Err(Error::Standby(session.endpoint.clone()));
        }
        session.facts = Facts {
            version: column(1).parse().unwrap_or(0) / 10_000,
            superuser: column(2) == "on",
            me: column(3).to_owned(),
        };
        if session.facts.version < 15 {
            let version = session.facts.version;
            return Err(Error::Missing(format!(
                "the server is PostgreSQL {version}: pg-init works with 15 and later"
            )));
        }
        session.keep_awake();
        Ok(session)
    }

    /// Says something now and then, for as long as somebody holds the session.
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

    /// A query with its parameters, in one round trip.
    pub(crate) async fn rows<const N: usize>(
        &self,
        doing: &str,
        sql: &str,
        parameters: [(&(dyn ToSql + Sync), Type); N],
    ) -> Result<Vec<Row>, Error> {
        self.client.query_typed(sql, &parameters).await.map_err(|error| self.failed(&error, doing))
    }

    /// The database that it is in.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    fn failed(&self, error: &tokio_postgres::Error, doing: &str) -> Error {
        classify(error, &self.endpoint, doing, |text| self.names.redact(text))
    }
}
