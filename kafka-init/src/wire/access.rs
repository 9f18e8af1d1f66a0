//! The TLS and SASL settings of a connection, which are the same for every broker.

use std::fmt;
use std::sync::Arc;

use init_core::{Secret, Secrets, Text};
use init_net::{Connector, Tls};

use super::msk_iam::Signer;
use super::oauth::TokenSource;
use crate::Error;
use crate::desired::{Mechanism, Sasl, Scram};

/// The security settings with which a connection is opened.
#[derive(Clone)]
pub(crate) struct Access {
    pub(super) tls: Option<Connector>,
    pub(super) login: Option<Login>,
}

/// A SASL login: the account, and what it logs in with.
#[derive(Clone)]
pub(crate) struct Login {
    pub(super) credentials: Credentials,
    /// The account's name for messages, where a secret shows as its reference.
    label: String,
}

/// The credentials of an account, by the kind of mechanism.
#[derive(Clone)]
pub(super) enum Credentials {
    /// PLAIN.
    Plain(UserPassword),
    /// SCRAM.
    Scram(Scram, UserPassword),
    /// OAUTHBEARER. All connections share the token.
    Token(Arc<TokenSource>),
    /// `AWS_MSK_IAM`. Each connection has a signature of its own.
    Signature(Signer),
}

/// A user's name and password.
#[derive(Clone)]
pub(super) struct UserPassword {
    pub(super) user: Secret,
    pub(super) password: Secret,
}

impl Access {
    /// Kafka's security protocol `PLAINTEXT`: no TLS and no SASL.
    pub(super) const PLAINTEXT: Self = Self { tls: None, login: None };

    pub(crate) fn new(tls: Option<&Tls>, sasl: Option<&Sasl>, secrets: &Secrets) -> Result<Self, Error> {
        Ok(Self {
            tls: tls.map(|tls| tls.connector(secrets)).transpose()?,
            login: sasl.map(|sasl| Login::of(sasl, secrets)).transpose()?,
        })
    }

    /// The same TLS settings with another SASL login, or with none.
    pub(crate) fn with_login(&self, login: Option<Login>) -> Self {
        Self { tls: self.tls.clone(), login }
    }

    /// The protocol that a listener must speak, for messages.
    pub(super) fn protocol(&self) -> &'static str {
        if self.tls.is_some() { "Kafka over TLS" } else { "plaintext Kafka" }
    }
}

impl Login {
    fn of(sasl: &Sasl, secrets: &Secrets) -> Result<Self, Error> {
        let credentials = match sasl {
            Sasl::Password(login) => {
                let user = secrets.text(&login.username)?;
                let login_with = UserPassword { user, password: secrets.get(&login.password)?.clone() };
                match login.mechanism.scram() {
                    Some(hash) => Credentials::Scram(hash, login_with),
                    None => Credentials::Plain(login_with),
                }
            }
            Sasl::OAuth(oauth) => Credentials::Token(Arc::new(TokenSource::new(oauth, secrets)?)),
            Sasl::MskIam(iam) => Credentials::Signature(Signer::new(iam, secrets)?),
        };
        Ok(Self { credentials, label: sasl.label() })
    }

    /// The login of a declared user.
    pub(crate) fn scram(hash: Scram, (label, user): (&Text, Secret), password: &Secret) -> Self {
        let login_with = UserPassword { user, password: password.clone() };
        Self { credentials: Credentials::Scram(hash, login_with), label: label.to_string() }
    }

    pub(super) fn mechanism(&self) -> &'static str {
        match &self.credentials {
            Credentials::Plain(_) => Mechanism::Plain.name(),
            Credentials::Scram(hash, _) => hash.name(),
            Credentials::Token(_) => Mechanism::OAuthBearer.name(),
            Credentials::Signature(_) => Mechanism::AwsMskIam.name(),
        }
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {}", self.label, self.mechanism())
    }
}
