//! Reads the code and the message of an error response: from JSON, from XML, or from the HTTP status alone.

use http::StatusCode;
use serde::Deserialize;

use crate::wire::xml::Element;

/// The number of hexadecimal digits of a signature, and of each key and hash from which it is computed.
const SIGNATURE_DIGITS: usize = 64;
/// The characters of the longest message that is shown.
const MAX_MESSAGE: usize = 2000;

/// Removes signatures, which have 64 hexadecimal digits, from a message and shortens it.
pub(super) fn without_signatures(message: &str) -> String {
    let mut redacted = String::new();
    for run in message.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = run.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        if digits.len() >= SIGNATURE_DIGITS {
            redacted.push_str("(a signature)");
            redacted.push_str(run.get(digits.len()..).unwrap_or_default());
        } else {
            redacted.push_str(run);
        }
    }
    match redacted.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{} (and more)", redacted.get(..end).unwrap_or_default()),
        None => redacted,
    }
}

/// The code and the message of an error body: JSON (then the first value is true) from an admin API, XML from S3. MinIO's keys
/// begin with a capital letter, and Garage's do not.
pub(super) fn code_and_message(body: &[u8]) -> (bool, Option<(String, String)>) {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Json {
        #[serde(alias = "code")]
        code: String,
        #[serde(default, alias = "message")]
        message: String,
    }
    if let Ok(json) = serde_json::from_slice::<Json>(body) {
        return (true, Some((json.code, json.message)));
    }
    (false, in_xml(body))
}

fn in_xml(body: &[u8]) -> Option<(String, String)> {
    let xml = Element::parse(body).ok()?;
    let error = if xml.name() == "ErrorResponse" { xml.descendant(&["Error"])? } else { &xml };
    let message = error.value(&["Message"]).unwrap_or_default();
    Some((error.value(&["Code"])?.to_owned(), message.to_owned()))
}

/// The code for nginx' pages about client certificates, which are a plain 400 without a code.
const CLIENT_CERTIFICATE: &str = "ClientCertificateRefused";

/// The code by the HTTP status, for an answer without a body (HEAD) or with the page of a proxy. It is `None` when a
/// TLS listener reports plain HTTP, which Go and nginx do in a plain 400.
pub(super) fn code_of_status(status: StatusCode, body: &[u8]) -> Option<(String, String)> {
    let page = String::from_utf8_lossy(body);
    if status == StatusCode::BAD_REQUEST && page.contains("HTTP request") && page.contains("HTTPS") {
        return None;
    }
    let code = match status {
        StatusCode::BAD_REQUEST if page.contains("SSL certificate") => CLIENT_CERTIFICATE,
        StatusCode::FORBIDDEN => "AccessDenied",
        StatusCode::NOT_IMPLEMENTED => "NotImplemented",
        StatusCode::METHOD_NOT_ALLOWED => "MethodNotAllowed",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        other => other.canonical_reason().unwrap_or("no reason"),
    };
    Some((code.to_owned(), String::new()))
}
