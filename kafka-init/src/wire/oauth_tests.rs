//! The request for a token, the answers to it, and the message for a broker.

use init_core::Fault as _;

use super::*;

fn source(extensions: &[(&str, &str)]) -> TokenSource {
    TokenSource {
        endpoint: "idp:8443".parse().unwrap(),
        path: "/token".to_owned(),
        connector: None,
        client_id: "a b:c".into(),
        client_secret: "p%+ü".into(),
        scope: Some("kafka read".to_owned()),
        extensions: extensions
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        current: Mutex::new(None),
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, body: Zeroizing::new(body.as_bytes().to_vec()) }
}

#[test]
fn the_request_has_the_credentials_as_the_grant_demands() {
    let request = source(&[]).request();
    let text = std::str::from_utf8(&request).unwrap();
    let basic = BASE64_STANDARD.encode("a%20b%3Ac:p%25%2B%C3%BC");
    assert!(text.contains(&format!("\r\nAuthorization: Basic {basic}\r\n")), "{text}");
    assert!(text.starts_with("POST /token HTTP/1.1\r\nHost: idp:8443\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\ngrant_type=client_credentials&scope=kafka%20read"), "{text}");
    assert!(text.contains("\r\nContent-Length: 48\r\n"), "{text}");
}

#[test]
fn the_message_for_a_broker_has_the_token_and_the_extensions() {
    assert_eq!(source(&[]).message_with("t").as_slice(), b"n,,\x01auth=Bearer t\x01\x01");
    let with = source(&[("a", "1"), ("b", "2 3")]).message_with("t");
    assert_eq!(with.as_slice(), b"n,,\x01auth=Bearer t\x01a=1\x01b=2 3\x01\x01");
}

#[test]
fn a_lifetime_is_a_number_or_its_text() {
    for (expires, lifetime) in [
        ("", 60),
        (r#","expires_in":300"#, 300),
        (r#","expires_in":"300""#, 300),
        (r#","expires_in":1e9"#, 60),
        (r#","expires_in":99999999"#, 86_400),
    ] {
        let body = format!(r#"{{"access_token":"a.b-c~d+e/f==","token_type":"bearer"{expires}}}"#);
        let (token, seconds) = source(&[]).token_of(&answer(200, &body)).unwrap();
        assert_eq!((token.as_str(), seconds), ("a.b-c~d+e/f==", lifetime), "{expires}");
    }
}

#[test]
fn an_answer_without_a_token_says_what_it_is() {
    let cases = [
        (401, r#"{"error":"invalid_client","error_description":"unknown client"}"#),
        (400, r#"{"error":"invalid_client"}"#),
        (400, r#"{"error":"invalid_scope","error_description":"no such scope"}"#),
        (403, "<html>no</html>"),
        (404, ""),
        (302, ""),
        (429, ""),
        (503, "<html>busy</html>"),
        (200, "<html>log in</html>"),
        (200, r#"{"token_type":"bearer"}"#),
        (200, r#"{"access_token":""}"#),
        (200, r#"{"access_token":"a\u0001auth=x"}"#),
        (200, r#"{"access_token":"a","token_type":"mac"}"#),
        (200, r#"{"access_token":17}"#),
    ];
    let shown = cases.map(|(status, body)| {
        let error = source(&[]).token_of(&answer(status, body)).unwrap_err();
        format!("{status} {:?}: {error}", error.kind())
    });
    insta::assert_snapshot!(shown.join("\n"));
}
