//! How the connection is protected.

use init_core::{FileRef, SecretRef};
use schemars::JsonSchema;
use serde::Deserialize;

/// The protection of the connection in full.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsSpec {
    /// How far the server's certificate is checked.
    #[serde(default)]
    pub mode: TlsMode,
    /// The authorities that may have signed the server's certificate, or that certificate itself, in PEM.
    /// Default: the bundled public authorities and the system's.
    pub ca: Option<FileRef>,
    /// Our own certificate, with those between it and its authority, in PEM: for a server that asks for one.
    pub certificate: Option<FileRef>,
    /// The private key of `certificate`, in PEM.
    pub key: Option<SecretRef>,
    /// The passphrase of `key`, when that is encrypted.
    pub key_passphrase: Option<SecretRef>,
    /// The DNS name that the server's certificate is for, when it is not the endpoint's.
    pub server_name: Option<String>,
    /// Whether the login is bound to this TLS session.
    #[serde(default)]
    pub channel_binding: ChannelBinding,
}

/// How far the server's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Plain text.
    Disable,
    /// Encrypted, whatever certificate the server shows.
    Require,
    /// Signed by a trusted authority.
    VerifyCa,
    /// Signed by a trusted authority for the name of the endpoint.
    #[default]
    VerifyFull,
}

/// Whether the login is bound to the TLS session that carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelBinding {
    /// Never, for a proxy that ends TLS.
    Disable,
    /// When the server offers it.
    #[default]
    Prefer,
    /// Always: a server that cannot is refused.
    Require,
}

/// The weakest way in which a password is given to a server that asks for it. A server that asks for none is let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// By SCRAM-SHA-256, which tells the server nothing that it does not know.
    #[serde(rename = "scram-sha-256")]
    ScramSha256,
    /// Also as an MD5 hash, from which the password can be found.
    Md5,
    /// Also in clear text.
    Password,
}

/// How a declared password is compared with a role's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PasswordCheck {
    /// By the stored verifier alone: no login fails, and without the right to read it the password is left as it is.
    Verifier,
    /// By a login as the role, also where the verifier could be read.
    Login,
    /// Not at all: a password is set when a role is created, and then left as it is.
    Never,
}

impl Authentication {
    /// The word of the spec.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::ScramSha256 => "scram-sha-256",
            Self::Md5 => "md5",
            Self::Password => "password",
        }
    }
}
