//! Tests of handshakes with `openssl s_server` and server certificates made in all usual ways.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use init_core::{Fault as _, FaultKind};

use support::{Folder, SELF_SIGNED, Server, connect};

/// The expected result for a certificate: accepted, or refused with these words in problem and remedy.
enum Verdict {
    Accepted,
    Refused(&'static str, &'static str),
}
use Verdict::{Accepted, Refused};

async fn assert_verdict(folder: &Folder, script: &str, verdict: &Verdict) {
    folder.sh(script);
    for version in ["-tls1_2", "-tls1_3"] {
        let server =
            Server::start(folder, &format!("{version} -cert server.crt -key server.key $(cat extra)"));
        let result = connect(folder, &server, "{ca: {file: ca.pem}}").await;
        match (verdict, result) {
            (Accepted, Ok(())) => {}
            (Accepted, Err(error)) => panic!("{version} {script}: {error}"),
            (Refused(..), Ok(())) => panic!("{version} {script}: it was accepted"),
            (Refused(problem, remedy), Err(error)) => {
                assert!(error.to_string().contains(problem), "{version} {script}: {error}");
                let remedy_text = error.remedy().unwrap_or_default();
                assert!(remedy_text.contains(remedy), "{version} {script}: {error}: {remedy_text}");
                assert_eq!(error.kind(), FaultKind::Unsupported, "{error}");
            }
        }
    }
}

/// Each script makes `server.crt`, `server.key` and, from the certificate itself, `ca.pem`.
#[tokio::test]
async fn a_certificate_that_the_spec_holds_itself_is_accepted_by_exact_match() {
    let folder = Folder::new();
    let v1 = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key && \
         openssl req -new -key server.key -subj /CN=localhost -out server.csr && \
         openssl x509 -req -in server.csr -signkey server.key -days 2 -out server.crt";
    let postgresql = "openssl req -new -x509 -days 365 -nodes -text -newkey rsa:2048 -out server.crt -keyout server.key \
         -subj /CN=localhost";
    let common_name = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
         -keyout server.key -out server.crt -subj /CN=localhost -addext basicConstraints=critical,CA:FALSE";
    let ed25519 = "openssl req -x509 -newkey ed25519 -nodes -days 2 -keyout server.key -out server.crt \
         -subj /CN=localhost -addext subjectAltName=DNS:localhost";
    let second_name = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout server.key \
         -out server.crt -subj /CN=x -addext subjectAltName=DNS:other,DNS:LOCALHOST";
    let address = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout server.key \
         -out server.crt -subj /CN=localhost -addext subjectAltName=IP:10.0.0.1";
    let with_byte_order_mark =
        format!("{SELF_SIGNED} && {{ printf '\\357\\273\\277'; cat server.crt; }} > ca.pem");
    let der = format!("{SELF_SIGNED} && openssl x509 -in server.crt -outform DER -out ca.pem");
    let other = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout server.key \
         -out server.crt -subj /CN=localhost -addext subjectAltName=DNS:elsewhere";
    let another_name = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
         -keyout server.key -out server.crt -subj /CN=elsewhere";
    for (script, verdict) in [
        (SELF_SIGNED, Accepted),
        (&format!("{SELF_SIGNED} -addext basicConstraints=critical,CA:FALSE"), Accepted),
        (postgresql, Accepted),
        (v1, Accepted),
        (&v1.replace("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-algorithm RSA"), Accepted),
        (common_name, Accepted),
        (ed25519, Accepted),
        (second_name, Accepted),
        (address, Accepted),
        (
            other,
            Refused("is for `elsewhere`, and not for `localhost`", "-addext subjectAltName=DNS:localhost"),
        ),
        (another_name, Refused("is for `elsewhere`, and not for `localhost`", "serverName")),
    ] {
        assert_verdict(&folder, &format!("{script} && cp server.crt ca.pem && : > extra"), &verdict).await;
    }
    for script in [with_byte_order_mark, der] {
        assert_verdict(&folder, &format!("{script} && : > extra"), &Accepted).await;
    }
}

/// Each script signs `server.csr` with the authority of the directory.
#[tokio::test]
async fn a_refused_certificate_of_an_authority_is_explained() {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.sh("cp ca.crt ca.pem");
    folder.request("P-256");
    let signed = |extensions: &str| {
        format!(
            "printf '{extensions}' > ext && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial \
             -days 2 -extfile ext -out server.crt && : > extra"
        )
    };
    let v1 = "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt && \
         : > extra";
    let dated = |from: &str, to: &str| {
        format!(
            "printf 'subjectAltName=DNS:localhost' > ext && : > index.txt && echo 01 > serial && openssl ca -batch \
             -notext -config ca.cnf -cert ca.crt -keyfile ca.key -startdate {from} -enddate {to} -extfile ext \
             -in server.csr -out server.crt && : > extra"
        )
    };
    for (script, verdict) in [
        (signed("subjectAltName=DNS:localhost"), Accepted),
        (
            signed("subjectAltName=DNS:kafka-1,DNS:kafka-2"),
            Refused("is for `kafka-1`, `kafka-2`, and not for `localhost`", "subjectAltName=DNS:localhost"),
        ),
        (signed("subjectAltName=IP:127.0.0.1"), Refused("for no DNS name at all", "san.ext")),
        (signed("keyUsage=digitalSignature"), Refused("common name alone (`localhost`)", "san.ext")),
        (v1.to_owned(), Refused("X.509 version 1", "-extfile san.ext")),
        (
            signed("subjectAltName=DNS:localhost\\nbasicConstraints=critical,CA:TRUE"),
            Refused("that of an authority (CA:TRUE)", "no authority"),
        ),
        (
            signed("subjectAltName=DNS:localhost\\nextendedKeyUsage=clientAuth"),
            Refused("no serverAuth", "clientAuth, if it is for both"),
        ),
        (
            dated("20200101000000Z", "20210101000000Z"),
            Refused("expired at 2021-01-01T00:00:00Z", "renew it: `echo subjectAltName=DNS:localhost"),
        ),
        (
            dated("20990101000000Z", "21000101000000Z"),
            Refused("is not valid before 2099-01-01T00:00:00Z", "clock"),
        ),
    ] {
        assert_verdict(&folder, &script, &verdict).await;
    }
}

/// Makes a server certificate of an intermediate authority below `root`, another root, and a certificate without CA:TRUE.
fn intermediate() -> Folder {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.authority("other", "elsewhere");
    folder.request("P-256");
    folder.sh(
        "printf 'basicConstraints=critical,CA:TRUE' > ext && \
         openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout mid.key -out mid.csr -subj /CN=middle && \
         openssl x509 -req -in mid.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out mid.crt && \
         printf 'subjectAltName=DNS:localhost' > ext && \
         openssl x509 -req -in server.csr -CA mid.crt -CAkey mid.key -CAcreateserial -days 2 -extfile ext -out server.crt && \
         openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout leaf.key -out leaf.crt \
         -subj /CN=leaf -addext basicConstraints=critical,CA:FALSE",
    );
    folder
}

#[tokio::test]
async fn any_certificate_of_the_chain_may_be_the_trust_anchor() {
    let folder = intermediate();
    for script in [
        "cp ca.crt ca.pem && echo -cert_chain mid.crt > extra",
        "cat ca.crt mid.crt > ca.pem && : > extra",
        "cp mid.crt ca.pem && : > extra",
        "cp server.crt ca.pem && : > extra",
    ] {
        assert_verdict(&folder, script, &Accepted).await;
    }
}

#[tokio::test]
async fn the_issuer_is_named_if_it_is_the_problem() {
    let folder = intermediate();
    let renewed = "mkdir -p again && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
         -keyout again/ca.key -out again/ca.crt -subj /CN=root && cp again/ca.crt ca.pem";
    for (script, verdict) in [
        (
            "cp ca.crt ca.pem && : > extra",
            Refused(
                "is signed by `CN=middle`: the server does not send its certificate, and `tls.ca` does not hold it, but \
                 `CN=root`",
                "cat server.crt intermediate.crt",
            ),
        ),
        (
            "cp leaf.crt ca.pem && mv server.crt kept && openssl x509 -req -in server.csr -CA leaf.crt -CAkey leaf.key \
             -CAcreateserial -days 2 -extfile ext -out server.crt && : > extra",
            Refused("signed by `CN=leaf`, which is not an authority (CA:FALSE)", "have an authority sign it"),
        ),
        (
            "mv kept server.crt && cp other.crt ca.pem && echo -cert_chain mid.crt > extra",
            Refused(
                "is signed by `CN=root`: the server does not send its certificate",
                "give it in `tls.ca`",
            ),
        ),
        (
            &format!("{renewed} && echo -cert_chain mid.crt > extra"),
            Refused(
                "is signed by `CN=root`, and the one of that name in `tls.ca` has another key",
                "made anew",
            ),
        ),
        (
            &format!("cp ca.crt ca.pem && : > extra && {SELF_SIGNED}"),
            Refused(
                "is self-signed (CN=localhost), and is not itself in `tls.ca`",
                "put the server's own certificate",
            ),
        ),
    ] {
        assert_verdict(&folder, script, &verdict).await;
    }
}

#[tokio::test]
async fn unsupported_algorithms_are_named_with_the_supported_ones() {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.sh("cp ca.crt ca.pem && printf 'subjectAltName=DNS:localhost' > ext");
    let sign = "openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext \
         -out server.crt && : > extra";
    for curve in ["P-256", "P-384"] {
        folder.request(curve);
        assert_verdict(&folder, sign, &Accepted).await;
    }
    folder.sh("openssl req -newkey ed25519 -nodes -keyout server.key -out server.csr -subj /CN=localhost");
    assert_verdict(&folder, sign, &Accepted).await;
    folder.request("P-521");
    assert_verdict(&folder, sign, &Refused("no cipher or key that is supported here", "P-521")).await;
    // The key of the authority must be supported too.
    folder.request("P-256");
    folder.sh(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-521 -nodes -days 2 -sha512 -keyout ca.key -out ca.crt \
         -subj /CN=root && cp ca.crt ca.pem",
    );
    let verdict = Refused("with ECDSA with SHA-256, by a key of the kind P-521", "P-384");
    assert_verdict(&folder, sign, &verdict).await;
    folder.sh(
        "openssl req -x509 -newkey rsa:1024 -nodes -days 2 -keyout ca.key -out ca.crt -subj /CN=root && cp ca.crt ca.pem",
    );
    let verdict = Refused("RSA of 1024 bits", "RSA of 2048");
    assert_verdict(&folder, sign, &verdict).await;
}

#[tokio::test]
async fn outdated_algorithms_are_named() {
    let folder = Folder::new();
    folder.authority("ca", "root");
    folder.request("P-256");
    let weak = "printf 'subjectAltName=DNS:localhost' > ext && echo -cipher DEFAULT@SECLEVEL=0 > extra && cp ca.crt ca.pem";
    let script = format!(
        "{weak} && openssl x509 -req -sha1 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
         -extfile ext -out server.crt"
    );
    assert_verdict(&folder, &script, &Refused("ECDSA with SHA-1", "SHA-256 or newer")).await;
    let script = format!(
        "{weak} && openssl req -x509 -newkey rsa:1024 -nodes -days 2 -keyout server.key -out server.crt \
         -subj /CN=localhost && cp server.crt ca.pem"
    );
    assert_verdict(&folder, &script, &Refused("the server's key (RSA of 1024 bits)", "RSA of 2048")).await;
}
