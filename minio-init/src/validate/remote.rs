//! Validates what the spec says about other servers, which the server connects to and this program does not.

use init_core::{SpecPath, Text, Violations};

use crate::desired::names;
use crate::desired::normal_url;

/// Checks the URL of another server, and returns it in its one form.
pub(super) fn url(at: &SpecPath, url: &str, violations: &mut Violations) -> String {
    let normal = normal_url(url);
    let host = normal.strip_prefix("http://").or_else(|| normal.strip_prefix("https://"));
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'[' | b']');
    if !host.is_some_and(|host| !host.is_empty() && host.bytes().all(plain)) {
        violations.push(
            at,
            "expected http://NAME:PORT or https://NAME, without a path: it is as the server reaches it",
        );
    }
    normal
}

/// Checks an access key at another server, unless it comes from a secret.
pub(super) fn access_key(at: &SpecPath, key: &Text, violations: &mut Violations) {
    if let Text::Plain(key) = key {
        violations.check(at, names::own_access_key(key));
    }
}
