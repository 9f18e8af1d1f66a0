//! The meaning of `tls`, and the secrets that it needs.

use init_core::{Backend as _, Files};
use minio_init::Minio;
use serde_json::{Value, json};

use crate::fixtures;

/// The secrets that a run reads for this `tls` behind https, or the violations.
fn secrets(tls: Value) -> Result<Vec<String>, String> {
    let credentials = json!({"accessKey": "root-user", "secretKey": {"secret": "root"}});
    let mut spec = json!({"endpoint": "https://s3.example.org", "credentials": credentials});
    if !tls.is_null() {
        spec["tls"] = tls;
    }
    let spec = serde_json::from_value(spec).map_err(|error| error.to_string())?;
    let desired =
        Minio::validate(spec, &Files::relative_to(fixtures())).map_err(|wrong| format!("{wrong:?}"))?;
    Ok(Minio::requires(&desired).secrets.iter().map(|secret| secret.name().to_owned()).collect())
}

#[test]
fn https_with_nothing_else_trusts_the_public_authorities() {
    for tls in [Value::Null, json!({})] {
        assert_eq!(secrets(tls), Ok(vec!["root".to_owned()]));
    }
}

#[test]
fn the_key_of_a_client_certificate_and_its_passphrase_are_read_before_the_first_packet() {
    let tls = json!({"ca": {"file": "ca.pem"}, "certificate": {"file": "ca.pem"},
                     "key": {"secret": "client-key"}, "keyPassphrase": {"secret": "passphrase"}});
    assert_eq!(secrets(tls), Ok(["client-key", "passphrase", "root"].map(str::to_owned).to_vec()));
}
