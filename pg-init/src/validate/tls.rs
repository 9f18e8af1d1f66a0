//! Validates `tls`, the protection of the connection, and reads the files that it names.

use init_core::{Files, SpecPath, Violations};
use init_net::Verification;

use crate::desired::Tls;
use crate::spec::{ChannelBinding, TlsMode, TlsSpec};

/// The TLS settings; `None` for a connection without TLS.
pub(super) fn validate(spec: &TlsSpec, files: &Files, violations: &mut Violations) -> Option<Tls> {
    let at = SpecPath::root().key("tls");
    let verification = match spec.mode {
        TlsMode::Disable => {
            let keys = spec.ca.is_some()
                || spec.certificate.is_some()
                || spec.key.is_some()
                || spec.key_passphrase.is_some()
                || spec.server_name.is_some();
            if keys || spec.channel_binding == ChannelBinding::Require {
                violations
                    .push(&at, "`mode: disable` leaves no use for the other keys: remove them or the mode");
            }
            return None;
        }
        TlsMode::Require => Verification::None,
        TlsMode::VerifyCa => Verification::Authority,
        TlsMode::VerifyFull => Verification::Full,
    };
    let shared = init_net::TlsSpec {
        ca: spec.ca.clone(),
        certificate: spec.certificate.clone(),
        key: spec.key.clone(),
        key_passphrase: spec.key_passphrase.clone(),
        server_name: spec.server_name.clone(),
    };
    let protection = init_net::Tls::validate(&shared, verification, files, &at, violations);
    Some(Tls { protection, binding: spec.channel_binding })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schemars::{JsonSchema, schema_for};

    use super::*;

    fn keys<T: JsonSchema>() -> BTreeSet<String> {
        let schema = schema_for!(T);
        let properties = schema.get("properties").and_then(|properties| properties.as_object()).unwrap();
        properties.keys().cloned().collect()
    }

    #[test]
    fn tls_has_the_shared_keys_and_two_more() {
        let mut shared = keys::<init_net::TlsSpec>();
        shared.extend(["mode", "channelBinding"].map(str::to_owned));
        assert_eq!(keys::<TlsSpec>(), shared);
    }
}
