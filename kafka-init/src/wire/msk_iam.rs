//! `AWS_MSK_IAM`: the broker gets a request to its own host that is signed with Signature Version 4 as a presigned
//! URL, in the form of a JSON object. The secret key itself is never sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use init_core::{Secret, Secrets};
use ring::{digest, hmac};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use super::percent::encoded;
use crate::Error;
use crate::desired::MskIam;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const ACTION: &str = "kafka-cluster:Connect";
const SERVICE: &str = "kafka-cluster";
/// The seconds for which a signature is valid: the most that a broker accepts.
const EXPIRES: &str = "900";
const VERSION: &str = "2020_10_22";

/// The credentials of an IAM principal.
#[derive(Clone)]
pub(crate) struct Signer {
    region: String,
    access_key: Secret,
    secret_key: Secret,
    session_token: Option<Secret>,
}

impl Signer {
    pub(super) fn new(iam: &MskIam, secrets: &Secrets) -> Result<Self, Error> {
        let session_token =
            iam.session_token.as_ref().map(|token| secrets.get(token).cloned()).transpose()?;
        Ok(Self {
            region: iam.region.clone(),
            access_key: secrets.text(&iam.access_key)?,
            secret_key: secrets.get(&iam.secret_key)?.clone(),
            session_token,
        })
    }

    /// The message for the broker with this host name, signed at this time.
    pub(super) fn message(
        &self,
        host: &str,
        now: SystemTime,
        user_agent: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        // Such as 20210818T212511Z.
        let time = humantime::format_rfc3339_seconds(now).to_string().replace(['-', ':'], "");
        let parameters = self.parameters(&time);
        let query = query(&parameters);
        let request = [
            "GET\n/\n",
            &query,
            "\nhost:",
            host,
            "\n\nhost\n",
            &hex(digest::digest(&digest::SHA256, b"").as_ref()),
        ]
        .concat();
        let hash = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
        let to_sign = [ALGORITHM, &time, &self.scope(&time), &hash].join("\n");
        let signature = hex(hmac::sign(&self.key(&time), to_sign.as_bytes()).as_ref());
        let lower = parameters.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()));
        let mut fields: BTreeMap<String, &str> = lower.collect();
        let others = [
            ("version", VERSION),
            ("host", host),
            ("user-agent", user_agent),
            ("x-amz-signature", signature.as_str()),
        ];
        fields.extend(others.map(|(name, value)| (name.to_owned(), value)));
        serde_json::to_vec(&fields).map(Zeroizing::new).map_err(|error| Error::Internal(error.to_string()))
    }

    /// The parameters of the query, except the signature, in the order in which they are signed.
    #[expect(clippy::disallowed_methods, reason = "the access key and the session token are sent")]
    fn parameters(&self, time: &str) -> BTreeMap<&'static str, Zeroizing<String>> {
        let credential = format!("{}/{}", self.access_key.expose_secret(), self.scope(time));
        let fixed = [
            ("Action", ACTION.to_owned()),
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", credential),
            ("X-Amz-Date", time.to_owned()),
            ("X-Amz-Expires", EXPIRES.to_owned()),
            ("X-Amz-SignedHeaders", "host".to_owned()),
        ];
        let token = self.session_token.iter();
        let token = token.map(|token| ("X-Amz-Security-Token", token.expose_secret().to_owned()));
        fixed.into_iter().chain(token).map(|(name, value)| (name, Zeroizing::new(value))).collect()
    }

    /// The scope of a signature: the day, the region, the service.
    fn scope(&self, time: &str) -> String {
        [day(time), &self.region, SERVICE, "aws4_request"].join("/")
    }

    #[expect(clippy::disallowed_methods, reason = "the signing key is derived from the secret key")]
    fn key(&self, time: &str) -> hmac::Key {
        let first = Zeroizing::new(["AWS4", self.secret_key.expose_secret()].concat());
        let first = hmac::Key::new(hmac::HMAC_SHA256, first.as_bytes());
        [day(time), &self.region, SERVICE, "aws4_request"].iter().fold(first, |key, part| {
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
        })
    }
}

fn query(parameters: &BTreeMap<&str, Zeroizing<String>>) -> Zeroizing<String> {
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value).as_str()));
    Zeroizing::new(pairs.collect::<Vec<_>>().join("&"))
}

fn day(time: &str) -> &str {
    time.get(..8).unwrap_or(time)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn signer(session_token: Option<&str>) -> Signer {
        Signer {
            region: "us-east-1".to_owned(),
            access_key: "X".repeat(20).into(),
            secret_key: "X".repeat(40).into(),
            session_token: session_token.map(Secret::from),
        }
    }

    fn signed(session_token: Option<&str>) -> serde_json::Value {
        let now = UNIX_EPOCH + Duration::from_secs(1_629_321_911);
        let message = signer(session_token).message("localhost", now, "kafka-python").unwrap();
        serde_json::from_slice(&message).unwrap()
    }

    /// The signatures that another client of these brokers makes for the same account, host and second.
    #[test]
    fn a_message_has_the_fields_and_the_signature_that_msk_verifies() {
        let mut expected = serde_json::json!({
            "version": "2020_10_22",
            "host": "localhost",
            "user-agent": "kafka-python",
            "action": "kafka-cluster:Connect",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": "XXXXXXXXXXXXXXXXXXXX/20210818/us-east-1/kafka-cluster/aws4_request",
            "x-amz-date": "20210818T212511Z",
            "x-amz-signedheaders": "host",
            "x-amz-expires": "900",
            "x-amz-signature": "0fa42ae3d5693777942a7a4028b564f0b372bafa2f71c1a19ad60680e6cb994b",
        });
        assert_eq!(signed(None), expected);
        expected["x-amz-security-token"] = "XXXXX".into();
        expected["x-amz-signature"] =
            "b0619c50b7ecb4a7f6f92bd5f733770df5710e97b25146f97015c0b1db783b05".into();
        assert_eq!(signed(Some("XXXXX")), expected);
    }

    #[test]
    fn a_message_is_for_one_host_and_one_second_only() {
        let signature = |host: &str, second: u64| {
            let now = UNIX_EPOCH + Duration::from_secs(second);
            let message = signer(None).message(host, now, "kafka-init").unwrap();
            serde_json::from_slice::<serde_json::Value>(&message).unwrap()["x-amz-signature"].clone()
        };
        assert_eq!(signature("a", 1), signature("a", 1));
        assert_ne!(signature("a", 1), signature("b", 1));
        assert_ne!(signature("a", 1), signature("a", 2));
    }
}
