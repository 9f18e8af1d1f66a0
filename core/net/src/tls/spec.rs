//! The section `tls` as it is written, which is the same in every spec.

use init_core::{FileRef, SecretRef};
use schemars::JsonSchema;
use serde::Deserialize;

/// TLS as written. Empty, it trusts the public authorities and shows no certificate.
///
/// A tool whose server has further TLS settings repeats these keys in a type of its own and converts that to this one,
/// because serde cannot deny unknown keys in a flattened struct.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsSpec {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Result<TlsSpec, String> {
        serde_saphyr::from_str(yaml).map_err(|error| error.to_string())
    }

    #[test]
    fn all_keys_are_optional_and_unknown_keys_are_refused() {
        assert!(read("{}").unwrap().ca.is_none());
        let all = "{ca: {file: a}, certificate: {file: b}, key: {secret: c}, keyPassphrase: {secret: d}, serverName: e}";
        assert_eq!(read(all).unwrap().server_name.as_deref(), Some("e"));
        assert!(read("{cert: {file: a}}").unwrap_err().contains("unknown field `cert`"));
    }

    #[test]
    fn a_key_in_the_spec_is_refused_without_repeating_it() {
        let error = read("{key: hunter2}").unwrap_err();
        assert!(error.contains("a spec holds no secret") && !error.contains("expected hunter2"), "{error}");
    }
}
