//! `AWS_MSK_IAM`: the access key of an IAM principal, with which each login is signed.

use init_core::{SecretRef, Text};

/// The credentials of an IAM principal.
#[derive(Clone, Debug)]
pub struct MskIam {
    /// The region of the cluster.
    pub region: String,
    /// The access key id.
    pub access_key: Text,
    /// The secret that holds the secret access key.
    pub secret_key: SecretRef,
    /// The secret that holds the session token of temporary credentials.
    pub session_token: Option<SecretRef>,
}

impl MskIam {
    /// The secrets that a login needs.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.access_key.secret().into_iter().chain([&self.secret_key]).chain(&self.session_token)
    }
}
