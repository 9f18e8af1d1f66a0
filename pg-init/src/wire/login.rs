//! Logging in: as the provisioning role to any database, and as another role to prove its password.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use init_core::{Endpoint, Secret};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use tokio_postgres::config::{ChannelBinding as Binding, SslMode, SslNegotiation};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};

use super::guard::{Budget, Guard, Shown};
use super::session::{Preset, Session};
use super::socket::{Done, Socket};
use super::tls::Tls;
use crate::error::{Error, classify};
use crate::names::Names;
use crate::spec::{Authentication, ChannelBinding};

/// One login, from the first packet to the server's "ready".
const LOGIN: Duration = Duration::from_secs(8);

/// A server that lets us in: what every further connection needs.
pub(crate) struct Door {
    pub(crate) endpoint: Endpoint,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) user: String,
    /// The declared password, and the one that holds before it is set.
    pub(crate) passwords: Vec<Secret>,
    /// Which of them was accepted last: a run may change it on its way.
    pub(crate) accepted: AtomicUsize,
    pub(crate) authentication: Authentication,
    pub(crate) names: Arc<Names>,
    pub(crate) budget: Arc<Budget>,
}

/// What a login as another role proves about its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    Right,
    Wrong,
    /// The server asks for no password, or lets nobody in from here.
    Nothing,
}

/// A login's end, and what the connection showed on the way.
struct Attempt {
    end: Result<Arc<Client>, tokio_postgres::Error>,
    shown: Shown,
}

impl Door {
    /// A session in `database`, on the primary.
    pub(crate) async fn enter(&self, database: &str) -> Result<Session, Error> {
        self.enter_with(database, &Preset::usual()).await
    }

    /// The same with other parameters, which end with the session.
    pub(crate) async fn enter_with(&self, database: &str, preset: &Preset) -> Result<Session, Error> {
        let first = self.accepted.load(Ordering::Relaxed);
        let mut refused = None;
        for turn in 0..self.passwords.len().max(1) {
            let index = (first + turn) % self.passwords.len().max(1);
            let password = self.passwords.get(index);
            let Attempt { end, shown } = self.login(database, &self.user, password, Some(preset)).await?;
            match end {
                Ok(client) => {
                    self.accepted.store(index, Ordering::Relaxed);
                    return Session::begin(client, shown, database, preset, self).await;
                }
                Err(error) => {
                    let another = error.code() == Some(&SqlState::INVALID_PASSWORD);
                    refused = Some(self.failed(&error, &shown, database));
                    if !another {
                        break;
                    }
                }
            }
        }
        Err(match refused {
            Some(error) if self.passwords.len() > 1 && error.is_password() => Error::Login {
                endpoint: self.endpoint.clone(),
                problem: "the server refuses both `password` and `bootstrapPassword` (28P01)".to_owned(),
            },
            Some(error) => error,
            None => Error::Internal("nothing was tried".to_owned()),
        })
    }

    fn failed(&self, error: &tokio_postgres::Error, shown: &Shown, database: &str) -> Error {
        if let Some(refusal) = shown.refusal() {
            return refusal.error(&self.endpoint);
        }
        // A connection pooler takes no parameters of a session: the sentence is PgBouncer's, the code RDS Proxy's.
        let pooler = |said: &tokio_postgres::error::DbError| {
            said.message().contains("startup parameter") || *said.code() == SqlState::FEATURE_NOT_SUPPORTED
        };
        if let Some(said) = error.as_db_error().filter(|said| pooler(said)) {
            let said = format!("{}: {}", said.code().code(), self.names.redact(said.message()));
            return Error::Pooler { endpoint: self.endpoint.clone(), said: Some(said) };
        }
        let doing = format!("logging in to the database {database}");
        classify(error, &self.endpoint, &doing, |text| self.names.redact(text))
    }

    /// Logs in as `role`. A completed SCRAM exchange is proof; after another one, a server that also takes a random
    /// password proves nothing.
    pub(crate) async fn prove(&self, database: &str, role: &str, password: &Secret) -> Result<Proof, Error> {
        let (proof, certain) = self.knock(database, role, password).await?;
        if certain || proof != Proof::Right {
            return Ok(proof);
        }
        let random = Secret::from(crate::scram::nonce()?);
        Ok(match self.knock(database, role, &random).await? {
            (Proof::Wrong, _) => Proof::Right,
            (Proof::Right | Proof::Nothing, _) => Proof::Nothing,
        })
    }

    /// Also says whether nothing but the password can have led to this.
    async fn knock(&self, database: &str, role: &str, password: &Secret) -> Result<(Proof, bool), Error> {
        let Attempt { end, shown } = self.login(database, role, Some(password), None).await?;
        if shown.proven() {
            return Ok((Proof::Right, true));
        }
        let Err(error) = end else { return Ok((Proof::Right, false)) };
        match error.code() {
            Some(&SqlState::INVALID_PASSWORD) => Ok((Proof::Wrong, false)),
            // Refused after the password was taken: no CONNECT privilege, or the role's connection limit.
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok((Proof::Right, false)),
            Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => Ok((Proof::Nothing, false)),
            _ => Err(self.failed(&error, &shown, database)),
        }
    }

    async fn login(
        &self,
        database: &str,
        user: &str,
        password: Option<&Secret>,
        preset: Option<&Preset>,
    ) -> Result<Attempt, Error> {
        let shown = Shown::default();
        let guard = Guard::new(self.authentication, Arc::clone(&self.budget), shown.clone());
        let attempt = async {
            let socket = Socket::open(&self.endpoint, self.tls.as_deref(), guard).await?;
            let mut config = Config::new();
            config.user(user).dbname(database).application_name("pg-init");
            if let Some(preset) = preset {
                config.options(preset.options());
            }
            if let Some(password) = password {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the driver answers the server's challenge with it"
                )]
                config.password(password.expose_secret());
            }
            let binding = self.tls.as_ref().map_or(ChannelBinding::Disable, |tls| tls.binding);
            config.channel_binding(match binding {
                ChannelBinding::Disable => Binding::Disable,
                ChannelBinding::Prefer => Binding::Prefer,
                ChannelBinding::Require => Binding::Require,
            });
            if socket.is_encrypted() {
                config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
            } else {
                config.ssl_mode(SslMode::Disable);
            }
            Ok(match config.connect_raw(socket, Done).await {
                Ok((client, connection)) => {
                    // The client notices the end by itself: its next request fails.
                    tokio::spawn(async { drop(connection.await) });
                    Ok(Arc::new(client))
                }
                Err(error) => Err(error),
            })
        };
        let end =
            timeout(LOGIN, attempt).await.unwrap_or_else(|_| Err(Error::Silent(self.endpoint.clone())))?;
        Ok(Attempt { end, shown })
    }
}
