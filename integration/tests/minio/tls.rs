//! Certificates: those that are accepted, and each way in which one can be wrong, which is told at once with what to do.

use std::fs;
use std::path::Path;
use std::time::Duration;

use integration::minio::{Server, Setup};
use integration::{Ended, Init, Kinds, Peer, Row, Scratch, docker, eventually, shell};

use crate::{FULL, whole};

const SPEC: &str = "buckets: {first: {}}\n";

/// The server's certificate in `good`, which `ca.pem` signed for the name `minio`; `client.pem` and `stranger.pem` are
/// client certificates by `ca.pem` and by `other.pem`.
fn certificates() -> Scratch {
    let scratch = Scratch::new();
    let script = r#"
        set -e; cd "$DIR"
        new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        ca() { openssl req -x509 $new -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem; }
        signed() {
            openssl req $new -subj "/CN=$2" -keyout $3 -out request.csr
            openssl x509 -req -in request.csr -CA $1.pem -CAkey $1.key -CAcreateserial -days 2 -out $4 "${@:5}"
        }
        ca ca; ca other; mkdir good
        echo subjectAltName=DNS:minio,DNS:localhost >san.ext
        signed ca minio good/private.key good/public.crt -extfile san.ext
        signed ca client client.key client.pem; signed other stranger stranger.key stranger.pem
        openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in client.key -out encrypted.key -passout pass:canary-phrase
        chmod -R a+rX .
    "#;
    shell(&format!("DIR={}; export DIR; ({script}) 2>&1", scratch.path().display())).ok();
    scratch
}

fn read(files: &Scratch, name: &str) -> String {
    fs::File::open(files.path().join(name)).and_then(std::io::read_to_string).unwrap_or_default()
}

/// A server with the certificate of this folder.
fn serving(folder: &Path) -> Server {
    let volume = format!("{}:/certs:ro", folder.display());
    let docker = ["--volume", volume.as_str()];
    let server = ["server", "--certs-dir", "/certs", "/data"];
    let server = Server::start(&Setup { docker: &docker, server: &server, tls: true, image: None });
    server.ready();
    server
}

fn remedy(ended: &Ended) -> String {
    ended.report.pointer("/error/remedy").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// The server reads its certificate again when it is told to.
#[test]
fn certificates_and_keys_of_every_kind_are_judged_in_words() {
    let kinds = Kinds::new("minio");
    let first = kinds.rows().next();
    let served = Scratch::new();
    let show = |row: Row<'_>| {
        served.file("public.crt", row.read("server.pem").as_bytes());
        served.file("private.key", row.read("server.key").as_bytes());
    };
    first.into_iter().for_each(show);
    let minio = serving(served.path());
    kinds.judge(&[], |row, tls| {
        show(row);
        let is_shown = || {
            docker(&["kill", "--signal", "HUP", minio.name()]).ok();
            row.is_shown(&minio.address(), "")
        };
        eventually("the server shows the certificate", Duration::from_secs(20), is_shown);
        minio.init_at(&format!("endpoint: https://minio:9000\ntls: {tls}"), SPEC)
    });
}

#[test]
fn whole_specs_converge_over_tls_and_the_wrong_scheme_is_named() {
    let files = certificates();
    let server = serving(&files.path().join("good"));
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
