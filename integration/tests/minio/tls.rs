//! Certificates: those that are accepted, and each way in which one can be wrong, which is told at once with what to do.

use std::fs;

use integration::minio::{Server, Setup};
use integration::{Ended, Init, Peer, Scratch, shell};

use crate::{FULL, whole};

const SPEC: &str = "buckets: {first: {}}\n";

/// A folder for each server certificate, all for the name `minio` but `name`: signed by `ca.pem` (`good`, `name`, `expired`,
/// `common` with a common name alone, `v1` of X.509 version 1), or by itself (`own`, which says CA:TRUE, and `own-common`).
/// `client.pem` and `stranger.pem` are client certificates by `ca.pem` and by `other.pem`.
fn certificates() -> Scratch {
    let scratch = Scratch::new();
    let script = r#"
        set -e; cd "$DIR"
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        own() { mkdir $1; openssl req -x509 $new -days 2 -subj /CN=minio -keyout $1/private.key -out $1/public.crt $2 $3; }
        ca() { openssl req -x509 $new -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem; }
        signed() {
            openssl req $new -subj "/CN=$2" -keyout $4 -out request.csr
            openssl x509 -req -in request.csr -CA $1.pem -CAkey $1.key -CAcreateserial -days $3 -out $5 "${@:6}"
        }
        leaf() { mkdir $1; signed ca $2 $3 $1/private.key $1/public.crt "${@:4}"; }
        ca ca; ca other
        echo subjectAltName=DNS:minio,DNS:localhost >san.ext; echo subjectAltName=DNS:elsewhere >elsewhere.ext
        echo basicConstraints=CA:FALSE >bare.ext
        leaf good minio 2 -extfile san.ext; leaf name elsewhere 2 -extfile elsewhere.ext
        leaf expired minio -1 -extfile san.ext; leaf common minio 2 -extfile bare.ext; leaf v1 minio 2
        own own -addext subjectAltName=DNS:minio; own own-common
        signed ca client 2 client.key client.pem; signed other stranger 2 stranger.key stranger.pem
        openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in client.key -out encrypted.key -passout pass:canary-phrase
        chmod -R a+rX .
    "#;
    shell(&format!("DIR={}; export DIR; ({script}) 2>&1", scratch.path().display())).ok();
    scratch
}

fn read(files: &Scratch, name: &str) -> String {
    fs::File::open(files.path().join(name)).and_then(std::io::read_to_string).unwrap_or_default()
}

fn start(certificates: &Scratch, which: &str) -> Server {
    let volume = format!("{}/{which}:/certs:ro", certificates.path().display());
    let docker = ["--volume", volume.as_str()];
    let server = ["server", "--certs-dir", "/certs", "/data"];
    let server = Server::start(&Setup { docker: &docker, server: &server, tls: true, image: None });
    server.ready();
    server
}

fn remedy(ended: &Ended) -> String {
    ended.report.pointer("/error/remedy").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

#[test]
fn a_certificate_that_the_spec_trusts_is_accepted_and_any_other_is_refused_with_its_remedy() {
    let files = certificates();
    // The server's certificate, `tls.ca`, and what is said of it: nothing where it is accepted.
    for (server, cases) in [
        ("good", &[("ca.pem", "", ""), ("other.pem", "ca", "tls.ca")][..]),
        ("own", &[("own/public.crt", "", ""), ("ca.pem", "self-signed", "tls.ca")]),
        ("own-common", &[("own-common/public.crt", "", "")]),
        (
            "common",
            &[("common/public.crt", "", ""), ("ca.pem", "common name alone (`minio`)", "subjectAltName")],
        ),
        ("v1", &[("v1/public.crt", "", ""), ("ca.pem", "X.509 version 1", "subjectAltName")]),
        ("name", &[("ca.pem", "is for `elsewhere`", "serverName")]),
        ("expired", &[("ca.pem", "expired at", "renew it")]),
    ] {
        let minio = start(&files, server);
        for (ca, problem, advice) in cases {
            let ended = minio.init(SPEC).file("/etc/minio-init/ca.pem", read(&files, ca).as_bytes()).run();
            if problem.is_empty() {
                assert_eq!(ended.exit, 0, "{server}, {ca}: {}", ended.stdout);
                continue;
            }
            assert_eq!(ended.exit, 76, "{server}, {ca}: {}", ended.stdout);
            assert!(ended.error().contains(problem), "{server}, {ca}: {}", ended.stdout);
            assert!(remedy(&ended).contains(advice), "{server}, {ca}: {}", ended.stdout);
        }
    }
}

#[test]
fn whole_specs_converge_over_tls_and_the_wrong_scheme_is_named() {
    let files = certificates();
    let server = start(&files, "good");
    for outcome in ["changed", "unchanged"] {
        whole(server.init(FULL))
            .file("/etc/minio-init/ca.pem", read(&files, "ca.pem").as_bytes())
            .run()
            .expect(0, outcome);
    }
    let public = server.init_at("endpoint: https://minio:9000", SPEC).run().expect(76, "failed");
    assert!(remedy(&public).contains("tls.ca"), "{}", public.stdout);
    let plain = server.init_at("endpoint: http://minio:9000", SPEC).run().expect(76, "failed");
    assert!(remedy(&plain).contains("write https://"), "{}", plain.stdout);
    let tls = Server::new().init_at("endpoint: https://minio:9000", SPEC).run().expect(76, "failed");
    assert!(remedy(&tls).contains("write http://"), "{}", tls.stdout);
}

/// nginx refuses a missing certificate with a page, Python during the handshake.
const NGINX: &str = r"
events {}
http {
  server {
    listen 9003 ssl; ssl_certificate /certs/good/public.crt; ssl_certificate_key /certs/good/private.key;
    ssl_verify_client on; ssl_client_certificate /certs/ca.pem;
    location / { proxy_pass http://minio:9000; proxy_set_header Host $http_host; }
  }
}
";

const PYTHON: &str = "import http.server, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('/certs/good/public.crt', '/certs/good/private.key')
context.load_verify_locations('/certs/ca.pem')
context.verify_mode = ssl.CERT_REQUIRED
server = http.server.ThreadingHTTPServer(('', 9003), http.server.SimpleHTTPRequestHandler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()";

#[test]
fn a_client_certificate_is_shown_to_a_listener_that_asks_for_one() {
    let files = certificates();
    let server = Server::new();
    let folder = format!("{}:/certs:ro", files.path().display());
    let configuration = files.file("nginx.conf", NGINX.as_bytes()).display().to_string();
    let volume = format!("{configuration}:/etc/nginx/nginx.conf:ro");
    let options = ["--volume", &folder, "--volume", &volume];
    let _nginx = Peer::beside(server.network(), "dayzero/nginx:dev", "proxy", &options).listens(9003);
    let script = files.file("server.py", PYTHON.as_bytes()).display().to_string();
    let volume = format!("{script}:/server.py:ro");
    let options = ["--volume", &folder, "--volume", &volume, "--entrypoint", "sh"];
    let command = ["-c", "exec python3 /server.py"];
    let python = Peer::with_command(server.network(), "dayzero/moto:dev", "python", &options, &command);
    let _python = python.listens(9003);
    let run = |host: &str, tls: &str| -> Init {
        let endpoint =
            format!("endpoint: https://{host}:9003\ntls: {{ca: {{file: ca.pem}}, serverName: minio{tls}}}");
        let init = server.init_at(&endpoint, SPEC).secret("phrase", "canary-phrase");
        ["ca.pem", "client.pem", "stranger.pem"].iter().fold(init, |init, name| {
            init.file(&format!("/etc/minio-init/{name}"), read(&files, name).as_bytes())
        })
    };
    let with = |host: &str, certificate: &str, key: &str, more: &str| {
        let tls = format!(", certificate: {{file: {certificate}.pem}}, key: {{secret: key}}{more}");
        run(host, &tls).secret("key", &read(&files, &format!("{key}.key"))).run()
    };
    let passphrase = ", keyPassphrase: {secret: phrase}";
    with("proxy", "client", "client", "").expect(0, "changed");
    with("proxy", "client", "encrypted", passphrase).expect(0, "unchanged");
    for host in ["proxy", "python"] {
        for ended in [run(host, "").run(), with(host, "stranger", "stranger", "")] {
            let ended = ended.expect(77, "failed");
            assert!(remedy(&ended).contains("certificate"), "{host}: {}", ended.stdout);
        }
    }
    for ended in [with("proxy", "client", "encrypted", ""), with("proxy", "client", "stranger", "")] {
        let ended = ended.expect(78, "failed");
        assert!(!ended.stdout.contains("canary"), "{}", ended.stdout);
    }
}
