//! Sessions in databases: opened when first needed, kept while there is room, never more than the server has free.

use std::cell::RefCell;
use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::login::CandidateEndpoint;
use super::session::{Preset, Session, Use};
use crate::error::Error;

/// Sessions at work at a time, however many the server would allow.
const MOST: usize = 8;
/// Sessions kept open between stages.
const KEPT: usize = 32;

/// The sessions of one run, apart from the maintenance session.
pub(crate) struct Pool {
    pub(crate) primary: CandidateEndpoint,
    /// Sessions at work at a time.
    pub(crate) width: usize,
    kept: RefCell<BTreeMap<(String, Use), Session>>,
    /// How many may be kept, beside those at work.
    room: usize,
}

/// What is free, without the slots that are kept for superusers, ours already taken.
const FREE: &str = "\
    SELECT pg_catalog.current_setting('max_connections')::int \
        - pg_catalog.current_setting('superuser_reserved_connections')::int \
        - coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int \
        - (SELECT count(*)::int FROM pg_catalog.pg_stat_get_activity(NULL) a \
           WHERE a.datid IS NOT NULL OR a.usesysid IS NOT NULL)";

impl Pool {
    pub(crate) async fn new(primary: CandidateEndpoint, main: &Session) -> Result<Self, Error> {
        let free = main.one(FREE, "counting the free connection slots").await?;
        let free: i64 = free.and_then(|n| n.parse().ok()).unwrap_or(0);
        // Half of what is free is left to the applications that come up meanwhile.
        let room = usize::try_from(free / 2).unwrap_or(0).clamp(1, KEPT);
        let width = room.min(MOST);
        Ok(Self { primary, width, kept: RefCell::default(), room: room - width })
    }

    /// A session in the database, kept or new.
    pub(crate) async fn session(&self, database: &str, of: Use) -> Result<Session, Error> {
        let place = (database.to_owned(), of);
        let kept = self.kept.borrow_mut().remove(&place).filter(|session| !session.is_lost());
        match kept {
            Some(session) => Ok(session),
            None => self.primary.connect_with(database, &Preset::of_use(of)).await,
        }
    }

    /// Keeps a session for the next stage, or ends it when there is no room.
    pub(crate) fn keep(&self, session: Session, of: Use) {
        let mut kept = self.kept.borrow_mut();
        kept.retain(|_, session| !session.is_lost());
        if kept.len() < self.room {
            kept.insert((session.database().to_owned(), of), session);
        }
    }

    /// Ends the kept sessions in a database, before it is used as a template: PostgreSQL copies none that has sessions.
    pub(crate) fn close(&self, database: &str) {
        self.kept.borrow_mut().retain(|(kept, _), _| kept != database);
    }

    /// Runs one future for each item, as many at a time as the pool is wide.
    pub(crate) async fn each<T, R, F: Future<Output = R>>(
        width: usize,
        items: impl IntoIterator<Item = T>,
        work: impl Fn(T) -> F,
    ) -> Vec<R> {
        stream::iter(items).map(work).buffered(width).collect().await
    }
}
