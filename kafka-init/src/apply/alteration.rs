//! An alteration of configs with the values of its secrets, as a request has them.

use bytes::Bytes;
use init_core::{Secret, Secrets};
use kafka_protocol::messages::incremental_alter_configs_request::AlterableConfig;
use kafka_protocol::protocol::StrBytes;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use super::by_request::{Numbered, resolve};
use super::mutation::Mode;
use super::topic_configs;
use crate::Error;
use crate::change::{AlterBrokerConfig, AlterConfig, ConfigDrifts};

/// A change, and its configs with the values of their secrets.
pub(super) struct Alteration<'c, C> {
    pub(super) change: &'c C,
    pub(super) configs: Vec<AlterableConfig>,
}

/// A change with configs that may have secrets.
pub(super) trait Alters {
    fn config(&self) -> &ConfigDrifts;
}

impl Alters for AlterBrokerConfig {
    fn config(&self) -> &ConfigDrifts {
        &self.config
    }
}

impl Alters for AlterConfig {
    fn config(&self) -> &ConfigDrifts {
        &self.config
    }
}

impl<'c, C: Alters> Alteration<'c, C> {
    /// A plan without secrets validates the other configs alone.
    pub(super) fn new(change: &'c C, secrets: &Secrets, mode: Mode) -> Result<Self, Error> {
        let mut configs = Vec::with_capacity(change.config().len());
        let drifts = change.config().values();
        for (mut config, drift) in topic_configs::configs(change.config()).into_iter().zip(drifts) {
            match drift.to.secret().map(|secret| secrets.get(secret)) {
                None => {}
                Some(Ok(secret)) => config.value = Some(text(secret)?),
                Some(Err(_)) if mode.is_validate_only() => continue,
                Some(Err(undeclared)) => return Err(undeclared.into()),
            }
            configs.push(config);
        }
        Ok(Self { change, configs })
    }

    /// Each change with the values of its secrets, or its error.
    pub(super) fn of_all(
        changes: &Numbered<&'c C>,
        secrets: &Secrets,
        mode: Mode,
    ) -> (Numbered<Self>, Vec<(usize, Error)>) {
        resolve(changes, |change| Self::new(change, secrets, mode))
    }
}

/// A copy of the value that is wiped when it is dropped.
#[expect(clippy::disallowed_methods, reason = "a broker gets the value itself")]
fn text(secret: &Secret) -> Result<StrBytes, Error> {
    let copy = Zeroizing::new(secret.expose_secret().as_bytes().to_vec());
    StrBytes::from_utf8(Bytes::from_owner(copy)).map_err(|error| Error::Internal(error.to_string()))
}
