//! The classes and messages of error responses.

use init_core::{Fault as _, FaultKind};

use super::*;
use crate::desired::Addressing;

fn client() -> Client {
    let identity = Credential::new("root".to_owned(), Secret::from("canary-secret"));
    let endpoint: Endpoint = "minio:9000".parse().unwrap();
    let address = Address::new(&endpoint, false, Addressing::Path);
    let http = Http::new(endpoint, None, String::new());
    let mut client = Client::new(http, address, "us-east-1".to_owned(), identity);
    client.show_by_label(Secret::from("hidden-name"), "{secret: name}".to_owned());
    client
}

fn error_for(status: u16, headers: &[(&'static str, &str)], body: &str) -> Error {
    let mut builder = http::Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let (head, ()) = builder.body(()).unwrap().into_parts();
    let response = Response { head, body: Bytes::from(body.to_owned()), large: None };
    let client = client();
    let signed_at = Some("20260101T000000Z".to_owned());
    let error_for = client.classify(client.endpoint(), "try".to_owned(), response, signed_at);
    error_for.err().unwrap()
}

#[test]
fn each_answer_has_its_class_and_its_remedy() {
    let xml = |code: &str| format!("<Error><Code>{code}</Code><Message>in its words</Message></Error>");
    let json = |code: &str| format!(r#"{{"Code":"{code}","Message":"in its words"}}"#);
    for (status, body, kind, remedy) in [
        (403, xml("SignatureDoesNotMatch"), FaultKind::Denied, "check the secret key"),
        (403, xml("InvalidAccessKeyId"), FaultKind::Denied, "check the access key"),
        (403, json("AccessDenied"), FaultKind::Denied, "docs/minio.md"),
        (
            403,
            xml("RequestTimeTooSkewed"),
            FaultKind::Unsupported,
            "it is 20260101T000000Z here and Fri, 02 Jan 2026",
        ),
        (400, xml("AuthorizationHeaderMalformed"), FaultKind::Unsupported, "write the server's region"),
        (400, xml("InvalidRegion"), FaultKind::Unsupported, "write the server's region"),
        (400, json("XMinioMalformedIAMPolicy"), FaultKind::Rejected, ""),
        (409, xml("OperationAborted"), FaultKind::Raced, ""),
        (501, xml("NotImplemented"), FaultKind::Unsupported, ""),
        (405, String::new(), FaultKind::Unsupported, ""),
        (503, json("XMinioIAMNotInitialized"), FaultKind::Unavailable, ""),
        (503, xml("SlowDown"), FaultKind::Unavailable, ""),
        (502, "<html>bad gateway</html>".to_owned(), FaultKind::Unavailable, ""),
        (403, String::new(), FaultKind::Denied, ""),
        (
            429,
            "<html>slower, please</html>".to_owned(),
            FaultKind::Unavailable,
            "takes fewer requests at a time",
        ),
        (403, xml("SignatureDoesNotMatch"), FaultKind::Denied, "must pass the Host header"),
        (408, String::new(), FaultKind::Unavailable, ""),
    ] {
        let error = error_for(status, &[("date", "Fri, 02 Jan 2026 00:00:00 GMT")], &body);
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert!(error.remedy().unwrap_or_default().contains(remedy), "{status} {body}: {:?}", error.remedy());
        if body.contains("in its words") {
            assert!(error.to_string().contains("in its words"), "{error}");
        }
    }
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let error = error_for(301, &[("location", "https://elsewhere/hidden-name")], "");
    assert_eq!(error.kind(), FaultKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "minio:9000 answers with a redirect (301) to https://elsewhere/{secret: name}, which is not followed"
    );
}

#[test]
fn a_tls_listener_that_is_spoken_to_in_plain_text_is_recognised() {
    let error = error_for(400, &[], "Client sent an HTTP request to an HTTPS server.\n");
    assert!(matches!(error, Error::ExpectsTls(_)), "{error}");
}

#[test]
fn a_name_from_a_secret_is_shown_by_its_label_whoever_repeats_it() {
    let error = error_for(404, &[], r#"{"Code":"XMinioAdminNoSuchUser","Message":"no hidden-name here"}"#);
    assert!(
        error.to_string().ends_with("XMinioAdminNoSuchUser (HTTP 404): no {secret: name} here"),
        "{error}"
    );
}

#[test]
fn a_signature_that_a_server_repeats_is_not_shown_nor_a_message_without_end() {
    let signature = "0123456789abcdef".repeat(4);
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature={signature}, abc, {}</Message></Error>",
        "x".repeat(3000)
    );
    let error = error_for(403, &[], &body).to_string();
    assert!(
        error.contains("Signature=(a signature), abc, xxx") && error.ends_with("x (and more)"),
        "{error}"
    );
}

#[test]
fn the_signed_request_is_the_sent_one_and_has_no_secret() {
    let client = client();
    let call = Call::put("try").path("/bucket").query("policy", "").query("name", "a b/+=").document("{}");
    let request = client.request(call, Some(&client.identity)).unwrap();
    assert_eq!(request.uri(), "http://minio:9000/bucket?policy=&name=a%20b%2F%2B%3D");
    let header = |name| text(request.headers(), name).unwrap_or_default();
    assert!(header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=root/"));
    assert_eq!(header("content-md5"), "mZFLkyvTelC5g8XnyQrpOw==");
    assert_eq!(header("content-length"), "2");
    assert!(!format!("{request:?}").contains("canary-secret"));
}
