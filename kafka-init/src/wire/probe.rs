//! Tries the SCRAM logins of declared users, because Kafka never shows a password that could be compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use init_core::{Endpoint, Text};
use kafka_protocol::error::ResponseError;

use super::access::{Access, Login};
use super::bootstrap;
use super::login::Handshake;
use crate::Error;
use crate::desired::Scram;

/// A listener with SASL on which logins are tried.
pub(crate) struct Probe {
    servers: Vec<Endpoint>,
    access: Access,
    /// The users and mechanisms whose login has succeeded.
    accepted_logins: BTreeSet<(Text, Scram)>,
}

impl Probe {
    /// `access` gives the TLS settings of the listener; each login brings its own user and password.
    pub(crate) fn new(servers: Vec<Endpoint>, access: &Access) -> Self {
        Self { servers, access: access.with_login(None), accepted_logins: BTreeSet::new() }
    }

    /// Fails when the listener does not offer one of the mechanisms. Kafka lists all of its mechanisms in every
    /// `SaslHandshake` response, so one wanted mechanism is asked for. An unknown one would count as a failed
    /// authentication, which the broker logs and answers with a delay.
    pub(crate) async fn check_mechanisms(&self, wanted: &BTreeSet<Scram>) -> Result<(), Error> {
        for mechanism in wanted {
            let mut connection =
                bootstrap::connect_first_usable(&self.servers, &Arc::new(self.access.with_login(None)))
                    .await?;
            let Handshake { accepted, listed, .. } = connection.offered_mechanisms(mechanism.name()).await?;
            let peer = connection.peer().clone();
            // Kafka lists its mechanisms whether it accepts the wanted one or not, so one response is enough. Other
            // servers list none when they accept.
            let is_absent = |wanted: &&Scram| !listed.iter().any(|name| name == wanted.name());
            let absent = match (accepted, listed.is_empty()) {
                (true, true) => continue,
                (false, true) => Some(mechanism),
                (_, false) => wanted.iter().find(is_absent),
            };
            let Some(absent) = absent else { return Ok(()) };
            return Err(Error::MechanismNotOffered { peer, wanted: absent.name(), offered: listed });
        }
        Ok(())
    }

    /// True when this login has succeeded before.
    pub(crate) fn has_succeeded(&self, user: &Text, mechanism: Scram) -> bool {
        self.accepted_logins.contains(&(user.clone(), mechanism))
    }

    /// Records that this login has succeeded.
    pub(crate) fn record_success(&mut self, user: &Text, mechanism: Scram) {
        self.accepted_logins.insert((user.clone(), mechanism));
    }

    /// Forgets the successful logins of a user whose credentials are about to change.
    pub(crate) fn forget_user(&mut self, user: &Text) {
        self.accepted_logins.retain(|(name, _)| name != user);
    }

    /// True when the broker accepts the login, false when it refuses the password.
    pub(crate) async fn try_login(&self, login: Login) -> Result<bool, Error> {
        match bootstrap::connect_first_usable(&self.servers, &Arc::new(self.access.with_login(Some(login))))
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some(ResponseError::SaslAuthenticationFailed) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
