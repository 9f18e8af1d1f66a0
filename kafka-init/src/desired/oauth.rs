//! OAUTHBEARER: a token of an identity provider, which the client credentials grant gives.

use std::collections::BTreeMap;

use init_core::{Endpoint, SecretRef, Text};
use init_net::Tls;

/// The client at an identity provider, and its token endpoint.
#[derive(Clone, Debug)]
pub struct OAuth {
    /// The host of the token endpoint.
    pub endpoint: Endpoint,
    /// Its path and query.
    pub path: String,
    /// The TLS settings, if it is an https endpoint.
    pub tls: Option<Tls>,
    /// The client id.
    pub client_id: Text,
    /// The secret that holds the client secret.
    pub client_secret: SecretRef,
    /// The scope that is asked for, if the spec declares one.
    pub scope: Option<String>,
    /// The SASL extensions that are sent with each token.
    pub extensions: BTreeMap<String, String>,
}

impl OAuth {
    /// The secrets that a login needs.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        let tls = self.tls.iter().flat_map(Tls::secrets);
        self.client_id.secret().into_iter().chain([&self.client_secret]).chain(tls)
    }
}
