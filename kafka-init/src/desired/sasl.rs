//! SASL: the provisioning account, and the mechanism with which it logs in.

use init_core::{Endpoint, SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::msk_iam::MskIam;
use super::oauth::OAuth;

/// The SASL login of the provisioning account.
#[derive(Clone, Debug)]
pub enum Sasl {
    /// With a password.
    Password(PasswordLogin),
    /// With a token of an identity provider.
    OAuth(Box<OAuth>),
    /// With the access key of an IAM principal.
    MskIam(MskIam),
}

/// A login with PLAIN or SCRAM.
#[derive(Clone, Debug)]
pub struct PasswordLogin {
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
    /// `OAUTHBEARER`, which sends a token of an identity provider.
    #[serde(rename = "OAUTHBEARER")]
    OAuthBearer,
    /// `AWS_MSK_IAM`, which sends a signature of an IAM principal.
    #[serde(rename = "AWS_MSK_IAM")]
    AwsMskIam,
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
            Self::OAuthBearer => "OAUTHBEARER",
            Self::AwsMskIam => "AWS_MSK_IAM",
        }
    }
}

impl Mechanism {
    /// The SCRAM mechanism, if it is one.
    pub(crate) fn scram(self) -> Option<Scram> {
        match self {
            Self::ScramSha256 => Some(Scram::Sha256),
            Self::ScramSha512 => Some(Scram::Sha512),
            Self::Plain | Self::OAuthBearer | Self::AwsMskIam => None,
        }
    }
}

impl Sasl {
    /// The mechanism.
    pub(crate) fn mechanism(&self) -> Mechanism {
        match self {
            Self::Password(login) => login.mechanism,
            Self::OAuth(_) => Mechanism::OAuthBearer,
            Self::MskIam(_) => Mechanism::AwsMskIam,
        }
    }

    /// The account for messages, where a secret shows as its reference.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Password(login) => login.username.to_string(),
            Self::OAuth(oauth) => oauth.client_id.to_string(),
            Self::MskIam(iam) => iam.access_key.to_string(),
        }
    }

    /// The account for messages about its permissions.
    pub(crate) fn account(&self) -> String {
        match self {
            Self::Password(login) => format!("User:{}", login.username),
            Self::OAuth(oauth) => format!("client {}", oauth.client_id),
            Self::MskIam(iam) => format!("access key {}", iam.access_key),
        }
    }

    /// The name of the user, where the principal follows from it. Otherwise the brokers make it of a token or of an IAM
    /// principal, by their own rules.
    pub(crate) fn username(&self) -> Option<&Text> {
        match self {
            Self::Password(login) => Some(&login.username),
            Self::OAuth(_) | Self::MskIam(_) => None,
        }
    }

    /// The token endpoint, which is connected to before the brokers.
    pub(crate) fn token_endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Password(_) | Self::MskIam(_) => None,
            Self::OAuth(oauth) => Some(&oauth.endpoint),
        }
    }

    /// The secrets that the login needs.
    pub(crate) fn secrets(&self) -> Vec<&SecretRef> {
        match self {
            Self::Password(login) => login.username.secret().into_iter().chain([&login.password]).collect(),
            Self::OAuth(oauth) => oauth.secrets().collect(),
            Self::MskIam(iam) => iam.secrets().collect(),
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
