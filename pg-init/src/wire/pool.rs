//! Sessions in databases. They are opened when first needed, and kept while there is room. The pool never uses more
//! sessions than the server has free.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::login::CandidateEndpoint;
use super::session::{Purpose, Session, SessionParameters};
use crate::error::Error;

/// The largest number of sessions in use at a time, however many the server would allow.
const MAX_WIDTH: usize = 8;
/// The largest number of sessions that are kept between stages.
const MAX_IDLE: usize = 32;

/// The sessions of one run, apart from the maintenance session.
pub(crate) struct Pool {
    pub(crate) primary: CandidateEndpoint,
    /// The number of sessions in use at a time.
    pub(crate) width: usize,
    idle: RefCell<BTreeMap<(String, Purpose), Session>>,
    /// The number of sessions that may be kept in addition to those in use.
    room: usize,
}

/// The number of free connection slots, without those reserved for superusers.
const FREE_SLOTS: &str = "\
    SELECT pg_catalog.current_setting('max_connections')::int \
        - pg_catalog.current_setting('superuser_reserved_connections')::int \
        - coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int \
        - (SELECT count(*)::int FROM pg_catalog.pg_stat_get_activity(NULL) a \
           WHERE a.datid IS NOT NULL OR a.usesysid IS NOT NULL)";

impl Pool {
    pub(crate) async fn new(primary: CandidateEndpoint, main: &Session) -> Result<Self, Error> {
        let free = main.query_value(FREE_SLOTS, "counting the free connection slots").await?;
        let free: i64 = free.and_then(|n| n.parse().ok()).unwrap_or(0);
        // Half of the free slots are left to applications that start meanwhile.
        let room = usize::try_from(free / 2).unwrap_or(0).clamp(1, MAX_IDLE);
        let width = room.min(MAX_WIDTH);
        Ok(Self { primary, width, idle: RefCell::default(), room: room - width })
    }

    /// A session in the database: a kept one, or a new one.
    pub(crate) async fn session(&self, database: &str, purpose: Purpose) -> Result<Session, Error> {
        let place = (database.to_owned(), purpose);
        let kept = self.idle.borrow_mut().remove(&place).filter(|session| !session.is_lost());
        match kept {
            Some(session) => Ok(session),
            None => self.primary.connect_with(database, &SessionParameters::for_purpose(purpose)).await,
        }
    }

    /// Keeps a session for the next stage, or ends it when there is no room.
    pub(crate) fn give_back(&self, session: Session, purpose: Purpose) {
        let mut kept = self.idle.borrow_mut();
        kept.retain(|_, session| !session.is_lost());
        if kept.len() < self.room {
            kept.insert((session.database().to_owned(), purpose), session);
        }
    }

    /// Closes the kept sessions in a database before it is used as a template: PostgreSQL does not copy a database
    /// with sessions.
    pub(crate) fn close_sessions(&self, database: &str) {
        self.idle.borrow_mut().retain(|(kept, _), _| kept != database);
    }

    /// Runs one future for each item, and at most `width` of them at a time.
    pub(crate) async fn for_each<T, R, F: Future<Output = R>>(
        width: usize,
        items: impl IntoIterator<Item = T>,
        work: impl Fn(T) -> F,
    ) -> Vec<R> {
        stream::iter(items).map(work).buffered(width).collect().await
    }
}
