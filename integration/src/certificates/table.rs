//! Certificates and keys as people make them, each with what a run says of it: one table for the suites of all tools, so that
//! no tool is tried with less than another.

use super::verdict::Verdict::{self, Accepted, Refused};

/// One row of the table.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Makes `server.pem` and `server.key` for the server, and `ca.pem` for the run; or the run's own `client.pem` and
    /// `client.key`, where the server's are right. The server's name is `$host`.
    pub(super) script: &'static str,
    pub(super) verdict: Verdict,
}

const fn kind(name: &'static str, script: &'static str, verdict: Verdict) -> Kind {
    Kind { name, script, verdict }
}

/// The parts of the scripts of the table. Each script runs in a folder of its own, beside those of the authorities.
pub(super) const FUNCTIONS: &str = r#"
    set -e
    ec() { echo "-newkey ec -pkeyopt ec_paramgen_curve:$1 -nodes"; }
    authority() { openssl req -x509 $(ec P-256) -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"; }
    own() { openssl req -x509 $(ec P-256) -days 2 -subj "/CN=$host" -keyout server.key -out server.pem "$@"; cp server.pem ca.pem; }
    request() { openssl req ${1:-$(ec P-256)} -subj "/CN=$host" -keyout server.key -out request.csr; }
    signed() {
        printf "$2" >extensions
        openssl x509 -req -in request.csr -CA "../$1.pem" -CAkey "../$1.key" -CAcreateserial -days 2 -extfile extensions \
            -out server.pem
        cp ../root.pem ca.pem
    }
    # Since OpenSSL 3.2 `x509 -req` makes version 3 of everything.
    version1() {
        if openssl req -help 2>&1 | grep -q x509v1; then
            printf '%s\n' '[req]' distinguished_name=none '[none]' >bare.cnf
            openssl req -config bare.cnf -x509 -x509v1 -in request.csr -days 2 -out server.pem "$@"
        else
            openssl x509 -req -in request.csr -days 2 -set_serial 7 -out server.pem "$@"
        fi
        holds 'Version: 1 '
    }
    holds() { openssl x509 -in server.pem -noout -text | grep "$1"; }
    dated() {
        : >index
        printf '%s\n' '[ca]' 'default_ca=own' '[own]' database=index new_certs_dir=. rand_serial=yes default_md=sha256 \
            policy=any x509_extensions=names '[any]' commonName=supplied '[names]' "subjectAltName=DNS:$host" >dated.cnf
        openssl ca -batch -notext -config dated.cnf -startdate 20200101000000Z -enddate 20200102000000Z \
            -in request.csr -out server.pem "$@"
    }
    right() { request; signed root "subjectAltName=DNS:$host"; }
    client() { openssl req -x509 $(ec P-256) -days 2 -subj /CN=client -keyout client.key -out client.pem; }
"#;

pub(super) const KINDS: &[Kind] = &[
    kind("self-signed CA:TRUE", "own -addext subjectAltName=DNS:$host; holds CA:TRUE", Accepted),
    kind(
        "self-signed CA:FALSE",
        "own -addext subjectAltName=DNS:$host -addext basicConstraints=critical,CA:FALSE; holds CA:FALSE",
        Accepted,
    ),
    // As PostgreSQL's manual makes it.
    kind(
        "self-signed with a common name only",
        "openssl req -new -x509 -days 365 -nodes -text -newkey rsa:2048 -out server.pem -keyout server.key -subj /CN=$host; \
         cp server.pem ca.pem",
        Accepted,
    ),
    kind("self-signed X.509 version 1", "request; version1 -key server.key; cp server.pem ca.pem", Accepted),
    kind(
        "self-signed and expired",
        "request; dated -selfsign -keyfile server.key; cp server.pem ca.pem",
        Refused(76, &["expired at 2020-01-02", "renew it", "openssl req -x509"]),
    ),
    kind(
        "self-signed for another name",
        "own -addext subjectAltName=DNS:elsewhere",
        Refused(76, &["is for `elsewhere`, and not for `HOST`", "openssl req -x509", "serverName"]),
    ),
    kind(
        "self-signed and not in ca",
        "own -addext subjectAltName=DNS:$host; cp ../root.pem ca.pem",
        Refused(76, &["self-signed", "is not itself in `tls.ca`", "openssl s_client"]),
    ),
    kind("signed by an authority", "right", Accepted),
    kind(
        "signed by another authority",
        "right; cp ../other.pem ca.pem",
        Refused(76, &["is signed by `CN=root`", "`tls.ca` does not hold it, but `CN=other`"]),
    ),
    kind(
        "signed with X.509 version 1",
        "request; version1 -CA ../root.pem -CAkey ../root.key; cp ../root.pem ca.pem",
        Refused(76, &["X.509 version 1", "subjectAltName=DNS:HOST", "openssl x509 -req"]),
    ),
    kind(
        "signed with a common name only",
        "request; signed root basicConstraints=CA:FALSE",
        Refused(76, &["common name alone (`HOST`)", "subjectAltName=DNS:HOST", "openssl x509 -req"]),
    ),
    kind(
        "signed with X.509 version 1 and itself in ca",
        "request; version1 -CA ../root.pem -CAkey ../root.key; cp server.pem ca.pem",
        Accepted,
    ),
    kind(
        "signed with a common name only and itself in ca",
        "request; signed root basicConstraints=CA:FALSE; cp server.pem ca.pem",
        Accepted,
    ),
    kind(
        "signed and expired",
        "request; dated -cert ../root.pem -keyfile ../root.key; cp ../root.pem ca.pem",
        Refused(76, &["expired at 2020-01-02", "renew it", "openssl x509 -req"]),
    ),
    kind(
        "signed for another name",
        "request; signed root subjectAltName=DNS:elsewhere",
        Refused(76, &["is for `elsewhere`, and not for `HOST`", "openssl x509 -req", "serverName"]),
    ),
    kind(
        "intermediate authority sent",
        "request; signed middle subjectAltName=DNS:$host; cat ../middle.pem >>server.pem",
        Accepted,
    ),
    kind(
        "intermediate authority missing",
        "request; signed middle subjectAltName=DNS:$host",
        Refused(
            76,
            &[
                "is signed by `CN=middle`: the server does not send its certificate",
                "cat server.crt intermediate.crt",
            ],
        ),
    ),
    kind("P-384", "request \"$(ec P-384)\"; signed root subjectAltName=DNS:$host", Accepted),
    kind(
        P_521,
        "request \"$(ec P-521)\"; signed root subjectAltName=DNS:$host",
        Refused(76, &["no cipher or key that is supported here", "P-521"]),
    ),
    kind("Ed25519", "request '-newkey ed25519 -nodes'; signed root subjectAltName=DNS:$host", Accepted),
    kind(
        "our key is encrypted",
        "right; client; mv client.key plain.key
         openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:canary-2b7e -in plain.key -out client.key",
        Refused(78, &["encrypted private key", "`keyPassphrase`", "openssl pkey"]),
    ),
    kind(
        "our key is encrypted in OpenSSL's legacy form",
        "right; client; mv client.key plain.key
         openssl pkey -traditional -aes256 -passout pass:canary-2b7e -in plain.key -out client.key",
        Refused(78, &["encrypted in OpenSSL's legacy form", "openssl pkey", "openssl pkcs8 -topk8"]),
    ),
    kind(
        "our key is P-521",
        "right; openssl req -x509 $(ec P-521) -days 2 -subj /CN=client -keyout client.key -out client.pem",
        Refused(78, &["a P-521 key", "openssl genpkey"]),
    ),
    kind(
        "our key does not fit our certificate",
        "right; client; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key",
        Refused(78, &["does not belong to `tls.certificate`", "openssl x509"]),
    ),
];

/// The row of the key on this curve.
pub const P_521: &str = "P-521";
