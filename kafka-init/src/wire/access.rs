//! The TLS and SASL settings of a connection, which are the same for every broker.

use std::fmt;

use init_core::{Secret, Secrets, Text};
use init_net::{Connector, Tls};

use crate::Error;
use crate::desired::{Mechanism, Sasl};

/// The security settings with which a connection is opened.
#[derive(Clone)]
pub(crate) struct Access {
    pub(super) tls: Option<Connector>,
    pub(super) login: Option<Login>,
}

/// A SASL login: the mechanism, the user and the password.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) mechanism: Mechanism,
    pub(crate) user: Secret,
    pub(crate) password: Secret,
    /// The user's name for messages, where a secret shows as its reference.
    pub(crate) label: String,
}

impl Access {
    /// Kafka's security protocol `PLAINTEXT`: no TLS and no SASL.
    pub(super) const PLAINTEXT: Self = Self { tls: None, login: None };

    pub(crate) fn new(tls: Option<&Tls>, sasl: Option<&Sasl>, secrets: &Secrets) -> Result<Self, Error> {
        let login =
            |sasl: &Sasl| Login::new(sasl.mechanism, &sasl.username, secrets.get(&sasl.password)?, secrets);
        Ok(Self {
            tls: tls.map(|tls| tls.connector(secrets)).transpose()?,
            login: sasl.map(login).transpose()?,
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
    pub(crate) fn new(
        mechanism: Mechanism,
        user: &Text,
        password: &Secret,
        secrets: &Secrets,
    ) -> Result<Self, Error> {
        Ok(Self { mechanism, user: secrets.text(user)?, password: password.clone(), label: user.to_string() })
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {}", self.label, self.mechanism.name())
    }
}
