//! Tests of the verification modes and of `serverName`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use init_core::FaultKind;
use init_net::{NetError, TlsSpec, Verification};

use support::{Folder, SELF_SIGNED, Server, connect, connect_with, kind_of};

#[tokio::test]
async fn each_mode_verifies_only_its_part() {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.authority("other", "elsewhere");
    folder.request("P-256");
    folder.sh(
        "printf 'subjectAltName=DNS:elsewhere' > ext && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
         -CAcreateserial -days 2 -extfile ext -out server.crt && openssl x509 -req -in server.csr -CA ca.crt \
         -CAkey ca.key -CAcreateserial -days 2 -out v1.crt",
    );
    for (certificate, ca, verification, accepted) in [
        ("server.crt", "ca.crt", Verification::Full, false),
        ("server.crt", "ca.crt", Verification::Authority, true),
        ("server.crt", "server.crt", Verification::Authority, true),
        ("server.crt", "other.crt", Verification::Authority, false),
        ("server.crt", "other.crt", Verification::None, true),
        ("v1.crt", "other.crt", Verification::None, true),
    ] {
        for version in ["-tls1_2", "-tls1_3"] {
            let server = Server::start(&folder, &format!("{version} -cert {certificate} -key server.key"));
            let spec = format!("{{ca: {{file: {ca}}}}}");
            let connected = connect_with(&folder, &server, &spec, verification).await;
            assert_eq!(
                connected.is_ok(),
                accepted,
                "{certificate} {ca} {verification:?} {version}: {connected:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_is_verified_by_the_server_name_of_the_spec() {
    let folder = Folder::new();
    folder.sh(&SELF_SIGNED.replace("localhost", "kafka_1.example.org"));
    let server = Server::start(&folder, "-cert server.crt -key server.key");
    let spec = "{ca: {file: server.crt}, serverName: kafka_1.example.org}";
    connect(&folder, &server, spec).await.unwrap();
    let error = connect(&folder, &server, "{ca: {file: server.crt}}").await.unwrap_err();
    assert!(error.to_string().contains("`kafka_1.example.org`"), "{error}");
}

#[tokio::test]
async fn a_private_authority_is_refused_if_only_public_ones_are_trusted() {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.request("P-256");
    folder.sh(
        "printf 'subjectAltName=DNS:localhost' > ext && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
         -CAcreateserial -days 2 -extfile ext -out server.crt",
    );
    let server = Server::start(&folder, "-cert server.crt -key server.key");
    let error = connect(&folder, &server, "{}").await.unwrap_err();
    assert!(error.to_string().contains("signed by `CN=root`, which is no public authority"), "{error}");
    assert_eq!(kind_of(&error), FaultKind::Unsupported);
    assert!(matches!(error, NetError::Certificate { .. }));
    assert!(TlsSpec::default().ca.is_none());
}
