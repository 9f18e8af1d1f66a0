//! TLS, authentication and the comparison of passwords, as written.

use init_core::{FileRef, SecretRef};
use schemars::JsonSchema;
use serde::Deserialize;

/// The protection of the connection, with all its settings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsSpec {
    /// The extent to which the server's certificate is verified.
    #[serde(default)]
    pub mode: TlsMode,
    /// The authorities that may have signed the server's certificate, or that certificate itself, in PEM.
    /// Default: the bundled public authorities and the system's.
    pub ca: Option<FileRef>,
    /// The client certificate, followed by the intermediate certificates up to its authority, in PEM, for a server
    /// that asks for one.
    pub certificate: Option<FileRef>,
    /// The private key of `certificate`, in PEM.
    pub key: Option<SecretRef>,
    /// The passphrase of `key`, when the key is encrypted.
    pub key_passphrase: Option<SecretRef>,
    /// The DNS name for which the server's certificate was issued, when it is not that of the endpoint.
    pub server_name: Option<String>,
    /// The channel binding of the login to the TLS session.
    #[serde(default)]
    pub channel_binding: ChannelBinding,
}

/// The extent to which the server's certificate is verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS with any certificate.
    Require,
    /// TLS with a certificate that a trusted authority has signed.
    VerifyCa,
    /// TLS with a certificate that a trusted authority has signed for the name of the endpoint.
    #[default]
    VerifyFull,
}

/// The channel binding of SCRAM, which binds the login to the TLS session that carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelBinding {
    /// No channel binding, for a proxy that terminates TLS.
    Disable,
    /// Channel binding when the server offers it.
    #[default]
    Prefer,
    /// Channel binding always; a server without it is refused.
    Require,
}

/// The weakest authentication method with which a password is given to the server. A server that asks for no password
/// is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// SCRAM-SHA-256, which gives the server nothing that it does not know already.
    #[serde(rename = "scram-sha-256")]
    ScramSha256,
    /// Also an MD5 hash, from which the password can be found.
    Md5,
    /// Also the password in clear text.
    Password,
}

/// The way in which a declared password is compared with that of the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PasswordCheck {
    /// The stored verifier alone is compared: no login fails. Where the provisioning role may not read verifiers, the password
    /// stays.
    Verifier,
    /// A login as the role is tried, even where the verifier could be read.
    Login,
    /// Nothing is compared: a password is set when the role is created, and stays afterwards.
    Never,
}

impl Authentication {
    /// The spec's name for it.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::ScramSha256 => "scram-sha-256",
            Self::Md5 => "md5",
            Self::Password => "password",
        }
    }
}
