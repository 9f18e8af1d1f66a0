//! SASL on an open connection: `SaslHandshake` selects the mechanism, `SaslAuthenticate` carries the mechanism's
//! messages.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::{
    ApiKey, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use kafka_protocol::protocol::StrBytes;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use super::access::{Credentials, Login, UserPassword};
use super::connection::Connection;
use super::msk_iam::Signer;
use super::oauth::TokenSource;
use super::scram;
use crate::Error;
use crate::desired::Scram;
use crate::error::{Attempt, Refusal, refused};

/// The time for one response. The broker derives a key or looks one up, which takes a moment with many clients.
const TIMEOUT: Duration = Duration::from_secs(5);
/// With version 0 the mechanism's messages follow as raw bytes instead of `SaslAuthenticate` requests.
const HANDSHAKE_VERSION: i16 = 1;

/// The response to `SaslHandshake`.
pub(super) struct Handshake {
    /// True when the listener has SASL at all.
    pub(super) has_sasl: bool,
    /// True when the listener offers the mechanism that it was asked for.
    pub(super) accepted: bool,
    /// The mechanisms that the listener lists. A Kafka-compatible server may list none.
    pub(super) listed: Vec<String>,
}

impl Connection {
    /// Logs in, and returns the time for the next re-authentication where the session has a lifetime.
    pub(super) async fn log_in(&mut self, login: &Login) -> Result<Option<Instant>, Error> {
        let began = Instant::now();
        let offered = self.handshake(login.mechanism()).await?;
        if offered.error_code == ResponseError::UnsupportedSaslMechanism.code() {
            return Err(Error::MechanismNotOffered {
                peer: self.peer().clone(),
                wanted: login.mechanism(),
                offered: offered.mechanisms.iter().map(ToString::to_string).collect(),
            });
        }
        refused(offered.error_code, None, self.peer(), || attempt(login))?;
        let last = match &login.credentials {
            Credentials::Plain(account) => self.log_in_plain(login, account).await?,
            Credentials::Scram(hash, account) => self.scram(login, *hash, account).await?,
            Credentials::Token(tokens) => self.log_in_with_token(login, tokens).await?,
            Credentials::Signature(signer) => self.log_in_with_signature(login, signer).await?,
        };
        // Re-authentication is due after three quarters of the lifetime; Kafka's own clients do it at 85 to 95
        // percent.
        let lifetime = u64::try_from(last.session_lifetime_ms).ok().filter(|lifetime| *lifetime > 0);
        Ok(lifetime.map(|lifetime| began + Duration::from_millis(lifetime) * 3 / 4))
    }

    /// Asks the listener for a mechanism, and reads which ones it offers.
    pub(super) async fn offered_mechanisms(&mut self, wanted: &str) -> Result<Handshake, Error> {
        let answer = self.handshake(wanted).await?;
        let has_sasl = [0, ResponseError::UnsupportedSaslMechanism.code()].contains(&answer.error_code);
        let listed = answer.mechanisms.iter().map(ToString::to_string).collect();
        Ok(Handshake { has_sasl, accepted: answer.error_code == 0, listed })
    }

    async fn handshake(&mut self, mechanism: &str) -> Result<SaslHandshakeResponse, Error> {
        let request =
            SaslHandshakeRequest::default().with_mechanism(StrBytes::from_string(mechanism.to_owned()));
        let mut answer = None;
        self.exchange([request].into_iter(), HANDSHAKE_VERSION, TIMEOUT, |_, response| {
            answer = Some(response);
        })
        .await?;
        answer.ok_or_else(|| self.connection_closed(ApiKey::SaslHandshake, "no answer"))
    }

    #[expect(clippy::disallowed_methods, reason = "PLAIN is the password itself")]
    async fn log_in_plain(
        &mut self,
        login: &Login,
        account: &UserPassword,
    ) -> Result<SaslAuthenticateResponse, Error> {
        let (user, password) = (account.user.expose_secret(), account.password.expose_secret());
        // The buffer has its final size from the start, because a buffer that grows leaves a copy of its content in
        // freed memory.
        let mut message = Zeroizing::new(Vec::with_capacity(2 + user.len() + password.len()));
        for part in ["\0", user, "\0", password] {
            message.extend_from_slice(part.as_bytes());
        }
        self.authenticate(login, Bytes::from_owner(message)).await
    }

    #[expect(clippy::disallowed_methods, reason = "the name is sent, the password is what the proof is of")]
    async fn scram(
        &mut self,
        login: &Login,
        hash: Scram,
        account: &UserPassword,
    ) -> Result<SaslAuthenticateResponse, Error> {
        let client = scram::ScramClient::new(hash, account.user.expose_secret())?;
        let server_first = self.authenticate(login, Bytes::from(client.first_message())).await?;
        let client_final = client
            .answer_challenge(account.password.expose_secret().as_bytes(), &message_text(&server_first))
            .map_err(|problem| self.unreadable(problem))?;
        let server_final = self.authenticate(login, Bytes::from(client_final.message.clone())).await?;
        client_final
            .verify(&message_text(&server_final))
            .map_err(|problem| Error::ServerNotAuthenticated { peer: self.peer().clone(), problem })?;
        Ok(server_final)
    }

    /// A broker that refuses the token answers with its reasons as JSON, and with the error only after a further
    /// message, which is one byte (RFC 7628, section 3.2.3).
    async fn log_in_with_token(
        &mut self,
        login: &Login,
        tokens: &TokenSource,
    ) -> Result<SaslAuthenticateResponse, Error> {
        let answer = self.authenticate(login, Bytes::from_owner(tokens.message().await?)).await?;
        if answer.auth_bytes.is_empty() {
            return Ok(answer);
        }
        let reasons = tokens.redacted(&message_text(&answer)).await;
        match self.authenticate(login, Bytes::from_static(b"\x01")).await {
            Ok(_) => Err(self.unreadable("it accepts a login after it has refused the token")),
            Err(Error::Refused(refusal)) => {
                Err(Error::Refused(Box::new(Refusal { message: Some(reasons), ..*refusal })))
            }
            Err(error) => Err(error),
        }
    }

    /// A signature is for one host and for one time.
    #[expect(clippy::disallowed_methods, reason = "a signature has the time of its login")]
    async fn log_in_with_signature(
        &mut self,
        login: &Login,
        signer: &Signer,
    ) -> Result<SaslAuthenticateResponse, Error> {
        let message = signer.message(self.peer().endpoint.host(), SystemTime::now(), "kafka-init")?;
        self.authenticate(login, Bytes::from_owner(message)).await
    }

    async fn authenticate(
        &mut self,
        login: &Login,
        message: Bytes,
    ) -> Result<SaslAuthenticateResponse, Error> {
        let request = SaslAuthenticateRequest::default().with_auth_bytes(message);
        let version = self.version::<SaslAuthenticateRequest>()?;
        let mut answer = None;
        self.exchange([request].into_iter(), version, TIMEOUT, |_, response| answer = Some(response)).await?;
        let answer = answer.ok_or_else(|| self.connection_closed(ApiKey::SaslAuthenticate, "no answer"))?;
        refused(answer.error_code, answer.error_message.as_ref(), self.peer(), || attempt(login))?;
        Ok(answer)
    }

    fn unreadable(&self, problem: &str) -> Error {
        let peer = self.peer().clone();
        Error::UnreadableResponse { peer, request: ApiKey::SaslAuthenticate, problem: problem.to_owned() }
    }
}

fn message_text(answer: &SaslAuthenticateResponse) -> String {
    String::from_utf8_lossy(&answer.auth_bytes).into_owned()
}

fn attempt(login: &Login) -> Attempt {
    let remedy = match &login.credentials {
        Credentials::Plain(_) | Credentials::Scram(..) => None,
        Credentials::Token(_) => Some(
            "check that the brokers accept tokens of `sasl.tokenEndpoint` for `sasl.clientId`: their issuer, audience, \
             `sasl.scope` and keys (sasl.oauthbearer.* on the brokers)",
        ),
        Credentials::Signature(_) => Some(
            "check `sasl.accessKey`, the secret files of its keys, `sasl.region`, and the policy of that IAM principal",
        ),
    };
    Attempt::new(format!("log in as {login}"), "").with_login_remedy(remedy)
}
