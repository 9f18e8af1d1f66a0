//! The SASL login of the provisioning account as it is written. Which keys it has depends on its mechanism.

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desired::Mechanism;

/// The SASL login of the provisioning account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SaslSpec {
    /// The SASL mechanism.
    pub(crate) mechanism: Mechanism,
    /// The name of the user that logs in, with PLAIN and SCRAM.
    pub(crate) username: Option<Text>,
    /// The secret that holds the user's password, with PLAIN and SCRAM.
    pub(crate) password: Option<SecretRef>,
    /// The token endpoint of the identity provider, with OAUTHBEARER.
    #[schemars(regex(pattern = "^https?://[^/?#]+(/[^#]*)?$"))]
    pub(crate) token_endpoint: Option<String>,
    /// The client id at the identity provider, with OAUTHBEARER.
    pub(crate) client_id: Option<Text>,
    /// The secret that holds the client secret, with OAUTHBEARER.
    pub(crate) client_secret: Option<SecretRef>,
    /// The scope of the token, with OAUTHBEARER: scopes with a space between them. Default: that of the identity
    /// provider.
    pub(crate) scope: Option<String>,
    /// Encryption of a token endpoint with https. Default: the bundled public authorities and the system's.
    pub(crate) tls: Option<TlsSpec>,
    /// SASL extensions that the brokers expect with OAUTHBEARER (KIP-342), such as `logicalCluster`.
    pub(crate) extensions: Option<BTreeMap<String, String>>,
    /// The region of the cluster, with `AWS_MSK_IAM`.
    pub(crate) region: Option<String>,
    /// The access key id of the IAM principal, with `AWS_MSK_IAM`.
    pub(crate) access_key: Option<Text>,
    /// The secret that holds the secret access key, with `AWS_MSK_IAM`.
    pub(crate) secret_key: Option<SecretRef>,
    /// The secret that holds the session token of temporary credentials, with `AWS_MSK_IAM`.
    pub(crate) session_token: Option<SecretRef>,
}
