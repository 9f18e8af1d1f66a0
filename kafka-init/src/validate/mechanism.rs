//! The keys of `sasl` that each mechanism takes.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::Mechanism;
use crate::spec::SaslSpec;

const OF_PASSWORDS: [&str; 2] = ["username", "password"];
const OF_OAUTH: [&str; 6] = ["tokenEndpoint", "clientId", "clientSecret", "scope", "tls", "extensions"];
const OF_IAM: [&str; 4] = ["region", "accessKey", "secretKey", "sessionToken"];

/// The value of a key that the mechanism needs.
pub(super) fn required<T>(
    value: Option<T>,
    key: &str,
    mechanism: Mechanism,
    violations: &mut Violations,
) -> Option<T> {
    if value.is_none() {
        violations.push(&SpecPath::root().key("sasl"), format!("{} needs `{key}`", mechanism.name()));
    }
    value
}

/// The keys that a mechanism takes.
pub(super) fn keys(mechanism: Mechanism) -> &'static [&'static str] {
    match mechanism {
        Mechanism::Plain | Mechanism::ScramSha256 | Mechanism::ScramSha512 => &OF_PASSWORDS,
        Mechanism::OAuthBearer => &OF_OAUTH,
        Mechanism::AwsMskIam => &OF_IAM,
    }
}

/// Every key that depends on the mechanism, and whether the spec has it.
pub(super) fn written(spec: &SaslSpec) -> BTreeMap<&'static str, bool> {
    BTreeMap::from([
        ("username", spec.username.is_some()),
        ("password", spec.password.is_some()),
        ("tokenEndpoint", spec.token_endpoint.is_some()),
        ("clientId", spec.client_id.is_some()),
        ("clientSecret", spec.client_secret.is_some()),
        ("scope", spec.scope.is_some()),
        ("tls", spec.tls.is_some()),
        ("extensions", spec.extensions.is_some()),
        ("region", spec.region.is_some()),
        ("accessKey", spec.access_key.is_some()),
        ("secretKey", spec.secret_key.is_some()),
        ("sessionToken", spec.session_token.is_some()),
    ])
}
