//! Logs in: as the provisioning role to any database, and as another role to try its password.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use init_core::{Fault as _, FaultKind, Secret};
use init_net::dial_with;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_postgres::config::{ChannelBinding as Binding, SslMode, SslNegotiation};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};

use super::guard::{Budget, ConnectionState, MessageGuard};
use super::peer::Peer;
use super::session::{Session, SessionParameters};
use super::socket::{AlreadyEncrypted, Socket};
use crate::error::Error;
use crate::spec::{Authentication, ChannelBinding};

/// The time limit of one login, from name resolution to the server's `ReadyForQuery`.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(8);

/// A candidate endpoint, which may be the primary, with the data for a login there.
pub(crate) struct CandidateEndpoint {
    pub(crate) peer: Arc<Peer>,
    pub(crate) binding: ChannelBinding,
    pub(crate) user: String,
    /// The declared password, and the bootstrap password, which holds before the declared one is set.
    pub(crate) passwords: Vec<Secret>,
    /// The index of the password that was accepted last. A run may change the password.
    pub(crate) accepted: AtomicUsize,
    pub(crate) authentication: Authentication,
    pub(crate) budget: Arc<Budget>,
}

/// The result of a login that tries a role's password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasswordTrial {
    Right,
    Wrong,
    /// The server asks for no password, or accepts no login of this role from this client.
    Inconclusive,
}

/// The result of a login, and the state of its connection.
struct Attempt {
    result: Result<Arc<Client>, tokio_postgres::Error>,
    state: ConnectionState,
}

impl CandidateEndpoint {
    /// A session in `database`, on the primary.
    pub(crate) async fn connect(&self, database: &str) -> Result<Session, Error> {
        self.connect_with(database, &SessionParameters::reading()).await
    }

    /// A session with other parameters, which end with the session.
    pub(crate) async fn connect_with(
        &self,
        database: &str,
        parameters: &SessionParameters,
    ) -> Result<Session, Error> {
        let first = self.accepted.load(Ordering::Relaxed);
        let mut refused = None;
        for turn in 0..self.passwords.len().max(1) {
            let index = (first + turn) % self.passwords.len().max(1);
            let password = self.passwords.get(index);
            let Attempt { result, state } =
                self.login(database, &self.user, password, Some(parameters)).await?;
            match result {
                Ok(client) => {
                    self.accepted.store(index, Ordering::Relaxed);
                    return Session::begin(client, state, database, parameters, &self.peer).await;
                }
                Err(error) => {
                    let another = error.code() == Some(&SqlState::INVALID_PASSWORD);
                    refused = Some(self.error(&error, &state, database));
                    if !another {
                        break;
                    }
                }
            }
        }
        Err(match refused {
            Some(error) if self.passwords.len() > 1 && error.is_wrong_password() => Error::Login {
                endpoint: self.peer.endpoint.clone(),
                problem: "the server refuses both `password` and `bootstrapPassword` (28P01)".to_owned(),
            },
            Some(error) => error,
            None => Error::Internal("no login was attempted".to_owned()),
        })
    }

    fn error(&self, error: &tokio_postgres::Error, state: &ConnectionState, database: &str) -> Error {
        // A connection pooler refuses startup parameters: PgBouncer with this message, RDS Proxy with this SQLSTATE.
        let pooler = |answer: &tokio_postgres::error::DbError| {
            answer.message().contains("startup parameter")
                || *answer.code() == SqlState::FEATURE_NOT_SUPPORTED
        };
        if let Some(answer) = error.as_db_error().filter(|answer| pooler(answer))
            && state.refusal().is_none()
        {
            let message = format!("{}: {}", answer.code().code(), self.peer.names.redact(answer.message()));
            return Error::Pooler { endpoint: self.peer.endpoint.clone(), message: Some(message) };
        }
        self.peer.error(error, state, &format!("logging in to the database {database}")).at_login()
    }

    /// Tries a role's password. A completed SCRAM exchange is proof. After any other login, a server that also
    /// accepts a random password has proven nothing.
    pub(crate) async fn try_password(
        &self,
        database: &str,
        role: &str,
        password: &Secret,
    ) -> Result<PasswordTrial, Error> {
        let (trial, certain) = self.try_login(database, role, password).await?;
        if certain || trial != PasswordTrial::Right {
            return Ok(trial);
        }
        let random = Secret::from(super::scram::nonce()?);
        Ok(match self.try_login(database, role, &random).await? {
            (PasswordTrial::Wrong, _) => PasswordTrial::Right,
            (PasswordTrial::Right | PasswordTrial::Inconclusive, _) => PasswordTrial::Inconclusive,
        })
    }

    /// Tries one login. The flag is true when only the password can have led to this result.
    async fn try_login(
        &self,
        database: &str,
        role: &str,
        password: &Secret,
    ) -> Result<(PasswordTrial, bool), Error> {
        let Attempt { result, state } = self.login(database, role, Some(password), None).await?;
        if state.password_proven() {
            return Ok((PasswordTrial::Right, true));
        }
        let Err(error) = result else { return Ok((PasswordTrial::Right, false)) };
        match error.code() {
            Some(&SqlState::INVALID_PASSWORD) => Ok((PasswordTrial::Wrong, false)),
            // The server accepted the password and refused the login afterwards: no CONNECT privilege, or the role's
            // connection limit.
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok((PasswordTrial::Right, false)),
            Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => Ok((PasswordTrial::Inconclusive, false)),
            _ => Err(self.error(&error, &state, database)),
        }
    }

    /// Tries one login at each address of the name in turn, until one is answered.
    async fn login(
        &self,
        database: &str,
        user: &str,
        password: Option<&Secret>,
        parameters: Option<&SessionParameters>,
    ) -> Result<Attempt, Error> {
        let config = &self.config(database, user, password, parameters);
        dial_with(&self.peer.endpoint, LOGIN_TIMEOUT, |tcp, deadline| async move {
            let attempt = self.login_on(config.clone(), tcp, deadline).await?;
            let Err(error) = &attempt.result else { return Ok(attempt) };
            let error = self.error(error, &attempt.state, database);
            // Another server behind the same name may be available. A proven password is a result in any case.
            if error.kind() == FaultKind::Unavailable && !attempt.state.password_proven() {
                return Err(error);
            }
            Ok(attempt)
        })
        .await
    }

    fn config(
        &self,
        database: &str,
        user: &str,
        password: Option<&Secret>,
        parameters: Option<&SessionParameters>,
    ) -> Config {
        let mut config = Config::new();
        config.user(user).dbname(database).application_name("pg-init");
        if let Some(parameters) = parameters {
            config.options(parameters.options());
        }
        if let Some(password) = password {
            #[expect(
                clippy::disallowed_methods,
                reason = "the driver answers the server's challenge with it"
            )]
            config.password(password.expose_secret());
        }
        config.channel_binding(match self.binding {
            ChannelBinding::Disable => Binding::Disable,
            ChannelBinding::Prefer => Binding::Prefer,
            ChannelBinding::Require => Binding::Require,
        });
        config
    }

    async fn login_on(
        &self,
        mut config: Config,
        tcp: TcpStream,
        deadline: Instant,
    ) -> Result<Attempt, Error> {
        let state = ConnectionState::default();
        let guard = MessageGuard::new(self.authentication, Arc::clone(&self.budget), state.clone());
        let socket = Socket::negotiate(&self.peer, tcp, deadline, guard).await?;
        if socket.is_encrypted() {
            config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
        } else {
            config.ssl_mode(SslMode::Disable);
        }
        let result = config.connect_raw(socket, AlreadyEncrypted).await.map(|(client, connection)| {
            // The client detects the end of the connection itself, when its next request fails.
            tokio::spawn(async { drop(connection.await) });
            Arc::new(client)
        });
        Ok(Attempt { result, state })
    }
}
