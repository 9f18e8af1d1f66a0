//! Verifies an `AWS_MSK_IAM` login as a broker of Amazon MSK does: it signs the request that the message describes once
//! more, with the secret key that it knows, and compares.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The secret access key that the fake broker knows.
pub const SECRET_KEY: &str = "canary-of-the-iam-key-8a4f/+";
const SERVICE: &str = "kafka-cluster";

/// True when the message is for this host and has the signature of the known secret key.
pub(crate) fn is_signed(message: &[u8], host: &str) -> bool {
    let Ok(fields) = serde_json::from_slice::<Value>(message) else { return false };
    let field = |name: &str| fields[name].as_str().unwrap_or_default();
    let mut scope = field("x-amz-credential").split('/').skip(1);
    let (day, region) = (scope.next().unwrap_or_default(), scope.next().unwrap_or_default());
    let parameters = [
        ("Action", "action"),
        ("X-Amz-Algorithm", "x-amz-algorithm"),
        ("X-Amz-Credential", "x-amz-credential"),
        ("X-Amz-Date", "x-amz-date"),
        ("X-Amz-Expires", "x-amz-expires"),
        ("X-Amz-Security-Token", "x-amz-security-token"),
        ("X-Amz-SignedHeaders", "x-amz-signedheaders"),
    ];
    let parameters = parameters.iter().filter(|(_, name)| !field(name).is_empty());
    let query: Vec<String> =
        parameters.map(|(name, lower)| format!("{name}={}", encoded(field(lower)))).collect();
    let empty = digest(&[], b"");
    let request = format!("GET\n/\n{}\nhost:{host}\n\nhost\n{empty}", query.join("&"));
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{day}/{region}/{SERVICE}/aws4_request\n{}",
        field("x-amz-date"),
        digest(&[], request.as_bytes())
    );
    let first: String = format!("AWS4{SECRET_KEY}").bytes().map(|byte| format!("{byte:02x}")).collect();
    let key = [day, region, SERVICE, "aws4_request"].iter().fold(first, |key, part| keyed(&key, part));
    let is_complete =
        field("version") == "2020_10_22" && field("host") == host && !field("user-agent").is_empty();
    is_complete && keyed(&key, &to_sign) == field("x-amz-signature")
}

/// HMAC-SHA-256 with a key in hexadecimal digits.
fn keyed(key: &str, text: &str) -> String {
    digest(&["-mac", "HMAC", "-macopt", &format!("hexkey:{key}")], text.as_bytes())
}

/// The digest of the text by openssl, in hexadecimal digits.
fn digest(options: &[&str], text: &[u8]) -> String {
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256", "-r"]).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = openssl.spawn().unwrap_or_else(|error| panic!("openssl: {error}"));
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text).unwrap_or_else(|error| panic!("openssl: {error}"));
    }
    let output = child.wait_with_output().unwrap_or_else(|error| panic!("openssl: {error}"));
    String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap_or_default().to_owned()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
