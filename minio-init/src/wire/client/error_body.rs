//! The code and the message of an answer that is an error: in JSON, in XML, or told by the HTTP status alone.

use http::StatusCode;
use serde::Deserialize;

use crate::wire::xml::Element;

/// The digits of a signature, and of each key and hash on the way to one.
const SIGNATURE: usize = 64;
/// The characters of the longest message that is shown.
const MESSAGE: usize = 2000;

/// Without what a signature is made of, which is 64 hexadecimal digits for each part, and no longer than a message is.
pub(super) fn without_signatures(message: &str) -> String {
    let mut shown = String::new();
    for run in message.split_inclusive(|c: char| !c.is_ascii_hexdigit()) {
        let digits = run.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
        if digits.len() >= SIGNATURE {
            shown.push_str("(a signature)");
            shown.push_str(run.get(digits.len()..).unwrap_or_default());
        } else {
            shown.push_str(run);
        }
    }
    match shown.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{} (and more)", shown.get(..end).unwrap_or_default()),
        None => shown,
    }
}

/// The code and the message of an error body: JSON (the first part of the answer) from the admin API, XML from S3.
pub(super) fn code_and_message(body: &[u8]) -> (bool, Option<(String, String)>) {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Json {
        code: String,
        #[serde(default)]
        message: String,
    }
    if let Ok(json) = serde_json::from_slice::<Json>(body) {
        return (true, Some((json.code, json.message)));
    }
    (false, in_xml(body))
}

fn in_xml(body: &[u8]) -> Option<(String, String)> {
    let xml = Element::parse(body).ok()?;
    let error = if xml.name() == "ErrorResponse" { xml.at(&["Error"])? } else { &xml };
    let message = error.value(&["Message"]).unwrap_or_default();
    Some((error.value(&["Code"])?.to_owned(), message.to_owned()))
}

/// The code of nginx' pages about client certificates. It has no code of its own: they are a plain 400.
const CLIENT_CERTIFICATE: &str = "ClientCertificateRefused";

/// Without a body (HEAD), or with a page of a proxy: the status speaks. `None` when a TLS listener complains
/// about plain HTTP, which Go and nginx do in a plain 400.
pub(super) fn of_status(status: StatusCode, body: &[u8]) -> Option<(String, String)> {
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
