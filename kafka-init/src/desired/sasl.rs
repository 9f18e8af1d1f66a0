//! SASL: the provisioning account, and the mechanism with which it logs in.

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// The SASL login of the provisioning account; the spec as written and as meant are the same.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sasl {
    /// The SASL mechanism.
    pub mechanism: Mechanism,
    /// The name of the user that logs in.
    pub username: Text,
    /// The secret that holds the user's password.
    pub password: SecretRef,
}

/// A SASL mechanism, by its registered name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Mechanism {
    /// `PLAIN`, which sends the password itself.
    #[serde(rename = "PLAIN")]
    Plain,
    /// `SCRAM-SHA-256`, which sends a proof of the password.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// `SCRAM-SHA-512`, which sends a proof of the password.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
}

/// A SCRAM mechanism, by its registered name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum Scram {
    /// SHA-256.
    #[serde(rename = "SCRAM-SHA-256")]
    Sha256,
    /// SHA-512.
    #[serde(rename = "SCRAM-SHA-512")]
    Sha512,
}

impl Mechanism {
    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => Scram::Sha256.name(),
            Self::ScramSha512 => Scram::Sha512.name(),
        }
    }
}

impl Scram {
    /// The mechanism's registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }
}

impl Scram {
    /// The number of the mechanism in Kafka's protocol.
    pub(crate) fn number(self) -> i8 {
        match self {
            Self::Sha256 => 1,
            Self::Sha512 => 2,
        }
    }

    /// The mechanism with this number in Kafka's protocol.
    pub(crate) fn from_number(number: i8) -> Option<Self> {
        [Self::Sha256, Self::Sha512].into_iter().find(|mechanism| mechanism.number() == number)
    }
}

impl From<Scram> for Mechanism {
    fn from(scram: Scram) -> Self {
        match scram {
            Scram::Sha256 => Self::ScramSha256,
            Scram::Sha512 => Self::ScramSha512,
        }
    }
}
