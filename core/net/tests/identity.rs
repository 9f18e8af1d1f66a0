//! Tests of client certificates: keys in all usual forms, and servers that require, accept or refuse a certificate.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use init_core::{Fault as _, FaultKind};
use init_net::{NetError, Verification};

use support::{Folder, Server, connect, connector};

const CLIENT: &str = "{ca: {file: ca.crt}, certificate: {file: client.crt}, key: {secret: client.key}}";
const WITH_PASSPHRASE: &str = "{ca: {file: ca.crt}, certificate: {file: client.crt}, key: {secret: client.key}, \
     keyPassphrase: {secret: passphrase}}";

/// Makes an authority with a server and a client certificate. `key` is the argument of `openssl req -newkey`.
fn folder(key: &str) -> Folder {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.request("P-256");
    folder.sh(&format!(
        "printf 'subjectAltName=DNS:localhost' > ext && \
         openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.crt && \
         openssl req -newkey {key} -nodes -keyout client.key -out client.csr -subj /CN=client && \
         openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out client.crt"
    ));
    folder
}

fn problem(folder: &Folder, spec: &str) -> String {
    let error = connector(folder, spec, Verification::Full).unwrap_err();
    assert_eq!(error.kind(), FaultKind::Secret, "{error}");
    format!("{error}; {}", error.remedy().unwrap_or_default())
}

const P256: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

#[tokio::test]
async fn every_supported_kind_of_key_is_accepted() {
    for key in [P256, "ec -pkeyopt ec_paramgen_curve:P-384", "rsa:2048", "ed25519"] {
        let folder = folder(key);
        for version in ["-tls1_2", "-tls1_3"] {
            let server = Server::start(
                &folder,
                &format!(
                    "{version} -cert server.crt -key server.key -CAfile ca.crt -Verify 1 -verify_return_error"
                ),
            );
            connect(&folder, &server, CLIENT)
                .await
                .unwrap_or_else(|error| panic!("{key} {version}: {error}"));
        }
    }
}

#[tokio::test]
async fn a_key_in_any_usual_form_is_accepted() {
    let folder = folder(P256);
    let server = Server::start(
        &folder,
        "-cert server.crt -key server.key -CAfile ca.crt -Verify 1 -verify_return_error",
    );
    folder.sh("cp client.key original && printf 'hunter2\\n' > passphrase");
    for (script, spec) in [
        // The form is SEC1 after the curve parameters, as `openssl ecparam -genkey` writes it.
        ("{ openssl ecparam -name prime256v1; openssl ec -in original; } > client.key", CLIENT),
        ("{ printf '\\357\\273\\277'; cat original; } > client.key", CLIENT),
        ("sed 's/$/\\r/' original > client.key", CLIENT),
        ("cat client.crt original > client.key", CLIENT),
        ("openssl pkey -in original -aes256 -passout file:passphrase -out client.key", WITH_PASSPHRASE),
        (
            "openssl pkcs8 -topk8 -scrypt -in original -passout file:passphrase -out client.key",
            WITH_PASSPHRASE,
        ),
        ("cp original client.key", WITH_PASSPHRASE),
    ] {
        folder.sh(script);
        connect(&folder, &server, spec).await.unwrap_or_else(|error| panic!("{script}: {error}"));
    }
}

#[tokio::test]
async fn a_client_certificate_of_x509_version_1_is_accepted() {
    let folder = folder(P256);
    folder.sh(
        "openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out client.crt",
    );
    let server = Server::start(
        &folder,
        "-cert server.crt -key server.key -CAfile ca.crt -Verify 1 -verify_return_error",
    );
    connect(&folder, &server, CLIENT).await.unwrap();
}

/// Makes each key and asserts that the message contains the words.
fn assert_each_is_explained(folder: &Folder, cases: &[(&str, &str, [&str; 2])]) {
    folder.sh("cp client.key original && printf 'hunter2\\n' > passphrase");
    for (script, spec, words) in cases {
        folder.sh(script);
        let problem = problem(folder, spec);
        for word in words {
            assert!(problem.contains(word), "{script}: {problem}");
        }
        assert!(!problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn an_encrypted_key_that_cannot_be_decrypted_has_a_remedy() {
    let cases = [
        (
            "openssl pkey -in original -aes256 -passout file:passphrase -out client.key",
            CLIENT,
            [
                "an encrypted private key, and the spec has no `keyPassphrase`",
                "openssl pkey -in key.pem -out plain.pem",
            ],
        ),
        (
            "openssl ec -in original -aes256 -passout file:passphrase -out client.key",
            WITH_PASSPHRASE,
            ["encrypted in OpenSSL's legacy form", "openssl pkey -in key.pem -out plain.pem"],
        ),
        (
            "openssl pkey -in original -aes256 -passout pass:another -out client.key",
            WITH_PASSPHRASE,
            ["{secret: passphrase} cannot be used: it does not decrypt", "replace the passphrase"],
        ),
        (
            "openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in original -passout file:passphrase -out client.key",
            WITH_PASSPHRASE,
            ["an algorithm which is not supported here", "openssl pkcs8 -topk8 -v2 aes-256-cbc"],
        ),
    ];
    assert_each_is_explained(&folder(P256), &cases);
}

#[test]
fn an_unusable_key_is_refused_with_the_reason_and_never_repeated() {
    let folder = folder(P256);
    folder.sh("cat ca.crt client.crt > second");
    let cases = [
        (
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key",
            CLIENT,
            ["it does not belong to `tls.certificate`", "openssl x509 -in certificate.pem -noout -pubkey"],
        ),
        (
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out client.key",
            CLIENT,
            ["it holds a P-521 key", "ec_paramgen_curve:P-256"],
        ),
        ("openssl genpkey -algorithm ed448 -out client.key", CLIENT, ["it holds an Ed448 key", "P-256"]),
        ("openssl genrsa -out client.key 1024", CLIENT, ["it holds an RSA key", "RSA of 2048 to 8192"]),
        (
            "cp client.crt client.key",
            CLIENT,
            ["it holds a certificate where the private key belongs", "`certificate`"],
        ),
        ("openssl pkey -in original -pubout -out client.key", CLIENT, ["a public key", "private key"]),
        ("head -2 original > client.key", CLIENT, ["cut off", "replace"]),
        ("echo hunter2 > client.key", CLIENT, ["no BEGIN line", "PEM"]),
        (
            "cp original client.key && cp second client.crt",
            CLIENT,
            ["it belongs to certificate 2 of `tls.certificate`", "put our own certificate first"],
        ),
    ];
    assert_each_is_explained(&folder, &cases);
}

#[tokio::test]
async fn a_server_that_requires_a_certificate_denies_a_client_without_one() {
    let folder = folder(P256);
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(
            &folder,
            &format!(
                "{version} -cert server.crt -key server.key -CAfile ca.crt -Verify 1 -verify_return_error"
            ),
        );
        let error = connect(&folder, &server, "{ca: {file: ca.crt}}").await.unwrap_err();
        assert!(matches!(error, NetError::Alert { .. }), "{version}: {error:?}");
        assert_eq!(error.kind(), FaultKind::Denied, "{version}: {error}");
        assert!(error.to_string().contains("requires a client certificate"), "{version}: {error}");
        assert!(error.remedy().unwrap().contains("`tls.certificate`"), "{version}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_trust_the_authority_denies_the_certificate() {
    let folder = folder(P256);
    folder.authority("other", "elsewhere");
    for version in ["-tls1_2", "-tls1_3"] {
        let server = Server::start(
            &folder,
            &format!(
                "{version} -cert server.crt -key server.key -CAfile other.crt -Verify 1 -verify_return_error"
            ),
        );
        let error = connect(&folder, &server, CLIENT).await.unwrap_err();
        assert_eq!(error.kind(), FaultKind::Denied, "{version}: {error}");
        assert!(
            error.to_string().contains("does not know the authority that signed our"),
            "{version}: {error}"
        );
    }
}

#[tokio::test]
async fn a_server_with_an_optional_certificate_accepts_a_client_without_one() {
    let folder = folder(P256);
    let server = Server::start(&folder, "-cert server.crt -key server.key -CAfile ca.crt -verify 1");
    connect(&folder, &server, "{ca: {file: ca.crt}}").await.unwrap();
}
