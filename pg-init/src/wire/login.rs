//! Logging in: as the provisioning role to any database, and as another role to prove its password.

use std::sync::Arc;
use std::time::Duration;

use init_core::{Endpoint, Secret};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use tokio_postgres::config::{ChannelBinding as Binding, SslMode, SslNegotiation};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};

use super::session::Session;
use super::socket::{Done, Socket};
use super::tls::Tls;
use crate::error::{Error, classify};
use crate::names::Names;
use crate::spec::ChannelBinding;

/// One login, from the first packet to the server's "ready".
const LOGIN: Duration = Duration::from_secs(8);

/// A server that lets us in: what every further connection needs.
pub(crate) struct Door {
    pub(crate) endpoint: Endpoint,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) user: String,
    pub(crate) password: Option<Secret>,
    pub(crate) names: Arc<Names>,
}

/// What a login as another role proves about its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    Right,
    Wrong,
    /// The server asks for no password, or lets nobody in from here.
    Nothing,
}

impl Door {
    /// A session in `database`, on the primary.
    pub(crate) async fn enter(&self, database: &str) -> Result<Session, Error> {
        let password = self.password.as_ref();
        let client = self.login(database, &self.user, password).await?.map_err(|error| {
            let doing = format!("logging in to the database {database}");
            classify(&error, &self.endpoint, &doing, |text| self.names.redact(text))
        })?;
        Session::begin(client, database, self).await
    }

    /// Logs in as `role`, twice: a server that also takes a random password proves nothing.
    pub(crate) async fn prove(&self, database: &str, role: &str, password: &Secret) -> Result<Proof, Error> {
        let proof = self.knock(database, role, password).await?;
        if proof != Proof::Right {
            return Ok(proof);
        }
        let random = Secret::from(crate::scram::nonce()?);
        Ok(match self.knock(database, role, &random).await? {
            Proof::Wrong => Proof::Right,
            Proof::Right | Proof::Nothing => Proof::Nothing,
        })
    }

    async fn knock(&self, database: &str, role: &str, password: &Secret) -> Result<Proof, Error> {
        match self.login(database, role, Some(password)).await? {
            Ok(_) => Ok(Proof::Right),
            Err(error) => match error.code() {
                Some(&SqlState::INVALID_PASSWORD) => Ok(Proof::Wrong),
                // Refused after the password was taken: no CONNECT privilege.
                Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(Proof::Right),
                Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => Ok(Proof::Nothing),
                _ => Err(classify(&error, &self.endpoint, "proving a password by a login", |text| {
                    self.names.redact(text)
                })),
            },
        }
    }

    async fn login(
        &self,
        database: &str,
        user: &str,
        password: Option<&Secret>,
    ) -> Result<Result<Arc<Client>, tokio_postgres::Error>, Error> {
        let attempt = async {
            let socket = Socket::open(&self.endpoint, self.tls.as_deref()).await?;
            let mut config = Config::new();
            config.user(user).dbname(database).application_name("pg-init");
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
        timeout(LOGIN, attempt).await.unwrap_or_else(|_| Err(Error::Silent(self.endpoint.clone())))
    }
}
