//! TLS and SASL of a connection, the same for every broker.

use std::fmt;

use init_core::{Secret, Secrets, Text};
use init_net::{Connector, Tls};

use crate::Error;
use crate::desired::{Mechanism, Sasl};

/// How to open a connection.
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
    /// The user as messages may name it.
    pub(crate) label: String,
}

impl Access {
    /// Without TLS and without a login.
    pub(super) const PLAIN: Self = Self { tls: None, login: None };

    pub(crate) fn new(tls: Option<&Tls>, sasl: Option<&Sasl>, secrets: &Secrets) -> Result<Self, Error> {
        let login =
            |sasl: &Sasl| Login::new(sasl.mechanism, &sasl.username, secrets.get(&sasl.password)?, secrets);
        Ok(Self {
            tls: tls.map(|tls| tls.connector(secrets)).transpose()?,
            login: sasl.map(login).transpose()?,
        })
    }

    /// The same TLS with another login, or without one.
    pub(crate) fn of(&self, login: Option<Login>) -> Self {
        Self { tls: self.tls.clone(), login }
    }

    /// What a listener must speak.
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
