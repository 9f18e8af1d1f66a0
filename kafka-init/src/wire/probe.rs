//! Tries the logins of declared users on a listener with SASL.

use std::collections::BTreeSet;
use std::sync::Arc;

use init_core::Endpoint;
use kafka_protocol::error::ResponseError;

use super::access::{Access, Login};
use super::bootstrap;
use super::login::Handshake;
use crate::Error;
use crate::desired::Scram;

/// A listener on which users log in.
pub(crate) struct Probe {
    servers: Vec<Endpoint>,
    access: Access,
    /// The users and mechanisms whose login has succeeded.
    opened: BTreeSet<(String, Scram)>,
}

impl Probe {
    /// `access` says how the listener is encrypted; who logs in there is said for each login.
    pub(crate) fn new(servers: Vec<Endpoint>, access: &Access) -> Self {
        Self { servers, access: access.of(None), opened: BTreeSet::new() }
    }

    /// Whether every one of the mechanisms can be tried. Asks for one of them, as a broker takes the wish for an unknown
    /// one for a failed login: it writes that down and lets its answer wait.
    pub(crate) async fn has(&self, wanted: &BTreeSet<Scram>) -> Result<(), Error> {
        for mechanism in wanted {
            let mut connection = bootstrap::first(&self.servers, &Arc::new(self.access.of(None))).await?;
            let Handshake { accepted, listed, .. } = connection.mechanisms(mechanism.name()).await?;
            let peer = connection.peer().clone();
            // Kafka lists what it has in either case, and one answer is enough. Others list nothing once they accept.
            let is_absent = |wanted: &&Scram| !listed.iter().any(|name| name == wanted.name());
            let absent = match (accepted, listed.is_empty()) {
                (true, true) => continue,
                (false, true) => Some(mechanism),
                (_, false) => wanted.iter().find(is_absent),
            };
            let Some(absent) = absent else { return Ok(()) };
            return Err(Error::Mechanism { peer, wanted: absent.name(), offered: listed });
        }
        Ok(())
    }

    /// Whether this login has succeeded before.
    pub(crate) fn has_opened(&self, user: &str, mechanism: Scram) -> bool {
        self.opened.contains(&(user.to_owned(), mechanism))
    }

    /// Records that this login has succeeded.
    pub(crate) fn remember(&mut self, user: &str, mechanism: Scram) {
        self.opened.insert((user.to_owned(), mechanism));
    }

    /// Forgets the logins of a user whose credentials are about to change.
    pub(crate) fn forget(&mut self, user: &str) {
        self.opened.retain(|(name, _)| name != user);
    }

    /// Whether the broker accepts the login.
    pub(crate) async fn accepts(&self, login: Login) -> Result<bool, Error> {
        match bootstrap::first(&self.servers, &Arc::new(self.access.of(Some(login)))).await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(ResponseError::SaslAuthenticationFailed) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
