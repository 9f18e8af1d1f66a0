//! SASL on an open connection: `SaslHandshake` agrees on the mechanism, `SaslAuthenticate` carries its messages.

use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::{
    ApiKey, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use kafka_protocol::protocol::StrBytes;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use super::access::Login;
use super::connection::Connection;
use super::scram;
use crate::Error;
use crate::desired::{Mechanism, Scram};
use crate::error::{Attempt, refused};

/// A broker derives a key or looks one up; with many clients that takes a moment.
const LIMIT: Duration = Duration::from_secs(5);
/// Version 0 has bytes without frames follow it.
const HANDSHAKE: i16 = 1;

/// The answer of a listener that was asked for a mechanism.
pub(super) struct Handshake {
    /// It has SASL at all.
    pub(super) has_sasl: bool,
    /// It has that one.
    pub(super) accepted: bool,
    /// Those that it names. A server that is not Kafka may name none.
    pub(super) listed: Vec<String>,
}

impl Connection {
    /// Logs in; says until when that holds, if not for good.
    pub(super) async fn log_in(&mut self, login: &Login) -> Result<Option<Instant>, Error> {
        let began = Instant::now();
        let offered = self.handshake(login.mechanism.name()).await?;
        if offered.error_code == ResponseError::UnsupportedSaslMechanism.code() {
            return Err(Error::Mechanism {
                peer: self.peer().clone(),
                wanted: login.mechanism.name(),
                offered: offered.mechanisms.iter().map(ToString::to_string).collect(),
            });
        }
        refused(offered.error_code, None, self.peer(), || attempt(login))?;
        let last = match login.mechanism {
            Mechanism::Plain => self.plain(login).await?,
            Mechanism::ScramSha256 => self.scram(login, Scram::Sha256).await?,
            Mechanism::ScramSha512 => self.scram(login, Scram::Sha512).await?,
        };
        // Again when three quarters of the time are over, as Kafka's own clients do at the latest.
        let lifetime = u64::try_from(last.session_lifetime_ms).ok().filter(|lifetime| *lifetime > 0);
        Ok(lifetime.map(|lifetime| began + Duration::from_millis(lifetime) * 3 / 4))
    }

    /// What the listener says to one mechanism.
    pub(super) async fn mechanisms(&mut self, wanted: &str) -> Result<Handshake, Error> {
        let answer = self.handshake(wanted).await?;
        let has_sasl = [0, ResponseError::UnsupportedSaslMechanism.code()].contains(&answer.error_code);
        let listed = answer.mechanisms.iter().map(ToString::to_string).collect();
        Ok(Handshake { has_sasl, accepted: answer.error_code == 0, listed })
    }

    async fn handshake(&mut self, mechanism: &str) -> Result<SaslHandshakeResponse, Error> {
        let request =
            SaslHandshakeRequest::default().with_mechanism(StrBytes::from_string(mechanism.to_owned()));
        let mut answer = None;
        self.exchange([request].into_iter(), HANDSHAKE, LIMIT, |_, got| answer = Some(got)).await?;
        answer.ok_or_else(|| self.lost(ApiKey::SaslHandshake, "no answer"))
    }

    #[expect(clippy::disallowed_methods, reason = "PLAIN is the password itself")]
    async fn plain(&mut self, login: &Login) -> Result<SaslAuthenticateResponse, Error> {
        let (user, password) = (login.user.expose_secret(), login.password.expose_secret());
        // Of the right size from the start: a buffer that grows leaves its content behind.
        let mut message = Zeroizing::new(Vec::with_capacity(2 + user.len() + password.len()));
        for part in ["\0", user, "\0", password] {
            message.extend_from_slice(part.as_bytes());
        }
        self.authenticate(login, Bytes::from_owner(message)).await
    }

    #[expect(clippy::disallowed_methods, reason = "the name is sent, the password is what the proof is of")]
    async fn scram(&mut self, login: &Login, hash: Scram) -> Result<SaslAuthenticateResponse, Error> {
        let client = scram::Client::new(hash, login.user.expose_secret())?;
        let challenge = self.authenticate(login, Bytes::from(client.first())).await?;
        let proven = client
            .prove(login.password.expose_secret().as_bytes(), &text(&challenge))
            .map_err(|problem| self.garbled(problem))?;
        let verdict = self.authenticate(login, Bytes::from(proven.message.clone())).await?;
        proven
            .verify(&text(&verdict))
            .map_err(|problem| Error::Impostor { peer: self.peer().clone(), problem })?;
        Ok(verdict)
    }

    async fn authenticate(
        &mut self,
        login: &Login,
        message: Bytes,
    ) -> Result<SaslAuthenticateResponse, Error> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(message);
        let version = self.version::<SaslAuthenticateRequest>()?;
        let mut answer = None;
        self.exchange([request].into_iter(), version, LIMIT, |_, got| answer = Some(got)).await?;
        let answer = answer.ok_or_else(|| self.lost(ApiKey::SaslAuthenticate, "no answer"))?;
        refused(answer.error_code, answer.error_message.as_ref(), self.peer(), || attempt(login))?;
        Ok(answer)
    }

    fn garbled(&self, problem: &str) -> Error {
        let peer = self.peer().clone();
        Error::Garbled { peer, request: ApiKey::SaslAuthenticate, problem: problem.to_owned() }
    }
}

fn text(answer: &SaslAuthenticateResponse) -> String {
    String::from_utf8_lossy(&answer.auth_bytes).into_owned()
}

fn attempt(login: &Login) -> Attempt {
    Attempt { action: format!("log in as {login}"), permission: String::new(), waits: &[], races: &[] }
}
