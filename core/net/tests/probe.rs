//! Tests of listeners that speak another protocol than the spec says.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::time::Duration;

use init_core::{Endpoint, Fault as _, FaultKind};
use init_net::{NetError, Verification, answers_without_tls, open, speaks_tls};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use support::{Folder, LIMIT, Server, connector};

const PROBE: Duration = Duration::from_secs(5);

/// Starts a listener that answers every request with these bytes and closes the connection.
async fn plain_listener(answer: &'static [u8]) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let mut question = [0; 1024];
            let _ = tcp.read(&mut question).await;
            let _ = tcp.write_all(answer).await;
        }
    });
    format!("localhost:{port}").parse().unwrap()
}

fn certificate() -> Folder {
    let folder = Folder::new();
    folder.sh(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout server.key \
         -out server.crt -subj /CN=localhost",
    );
    folder
}

#[tokio::test]
async fn a_tls_listener_is_recognized_whatever_its_version_and_certificates() {
    let folder = certificate();
    for arguments in [
        "-cert server.crt -key server.key",
        "-tls1_2 -cert server.crt -key server.key",
        "-tls1_1 -cipher DEFAULT@SECLEVEL=0 -cert server.crt -key server.key",
        "-cert server.crt -key server.key -Verify 1 -verify_return_error",
    ] {
        let server = Server::start(&folder, arguments);
        assert!(speaks_tls(&server.endpoint, PROBE).await, "{arguments}");
    }
}

#[tokio::test]
async fn a_plain_listener_is_not_taken_for_a_tls_one() {
    for answer in
        [&b"-ERR Protocol error\r\n"[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", &[0, 0, 0, 9, 1]]
    {
        assert!(!speaks_tls(&plain_listener(answer).await, PROBE).await, "{answer:?}");
    }
}

#[tokio::test]
async fn a_plain_answer_to_a_client_hello_means_no_tls() {
    let folder = certificate();
    let connector = connector(&folder, "{ca: {file: server.crt}}", Verification::Full).unwrap();
    for answer in [&b"-ERR Protocol error\r\n"[..], b"HTTP/1.1 400 Bad Request\r\n\r\n"] {
        let error = open(&plain_listener(answer).await, Some(&connector), LIMIT).await.unwrap_err();
        assert!(matches!(error, NetError::SpeaksPlain(_)), "{error}");
        assert_eq!(error.kind(), FaultKind::Unsupported);
    }
    let error = open(&plain_listener(b"").await, Some(&connector), LIMIT).await.unwrap_err();
    assert!(matches!(error, NetError::HungUp { .. }), "{error}");
    assert_eq!(error.kind(), FaultKind::Unavailable);
}

#[tokio::test]
async fn a_plain_listener_is_recognized_by_its_answer() {
    let is_answer = |first: &[u8]| matches!(first, [b'+' | b'-', ..]);
    let ask = async |endpoint: &Endpoint| answers_without_tls(endpoint, PROBE, b"PING\r\n", is_answer).await;
    assert!(ask(&plain_listener(b"-NOAUTH\r\n").await).await);
    assert!(!ask(&plain_listener(b"HTTP/1.1 400\r\n").await).await);
    assert!(!ask(&plain_listener(b"").await).await);
    let folder = certificate();
    let server = Server::start(&folder, "-cert server.crt -key server.key");
    assert!(!ask(&server.endpoint).await);
}

#[tokio::test]
async fn an_old_version_of_tls_is_named() {
    let folder = certificate();
    let server =
        Server::start(&folder, "-tls1_1 -cipher DEFAULT@SECLEVEL=0 -cert server.crt -key server.key");
    let connector = connector(&folder, "{ca: {file: server.crt}}", Verification::Full).unwrap();
    let error = open(&server.endpoint, Some(&connector), LIMIT).await.unwrap_err();
    assert!(error.to_string().contains("neither TLS 1.2 nor 1.3"), "{error}");
    assert_eq!(error.kind(), FaultKind::Unsupported);
}
