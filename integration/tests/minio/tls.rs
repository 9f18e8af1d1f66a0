//! A private CA, and each way in which a certificate can be wrong: at once, and named.

use integration::minio::{Server, Setup};
use integration::{Scratch, shell};

use crate::{FULL, whole};

/// A CA, another one, and certificates of the first: good, for another name, expired.
fn certificates() -> Scratch {
    let scratch = Scratch::new();
    let script = r#"
        set -e; cd "$DIR"
        ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout $1.key -out $1.pem; }
        leaf() {
            mkdir $1; openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout $1/private.key -out $1.csr
            openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile <(echo "subjectAltName=DNS:$2,DNS:localhost") -out $1/public.crt -days $3
        }
        ca ca; ca other; leaf good minio 2; leaf name elsewhere 2; leaf expired minio -1
        chmod -R a+rX .
    "#;
    shell(&format!("DIR={}; export DIR; ({script}) 2>&1", scratch.path().display())).ok();
    scratch
}

fn start(certificates: &Scratch, which: &str) -> Server {
    let volume = format!("{}/{which}:/certs:ro", certificates.path().display());
    let docker = ["--volume", volume.as_str()];
    let server = ["server", "--certs-dir", "/certs", "/data"];
    let server = Server::start(&Setup { docker: &docker, server: &server, tls: true });
    server.ready();
    server
}

#[test]
fn a_private_ca_is_enough_and_everything_else_is_refused_with_its_remedy() {
    let files = certificates();
    let pem = |name: &str| {
        std::fs::File::open(files.path().join(name)).and_then(std::io::read_to_string).unwrap_or_default()
    };
    let spec = "buckets: {first: {}}\n";
    let server = start(&files, "good");
    let run = |server: &Server, ca: &str| {
        server.init(spec).file("/etc/minio-init/ca.pem", pem(ca).as_bytes()).run()
    };
    for outcome in ["changed", "unchanged"] {
        whole(server.init(FULL))
            .file("/etc/minio-init/ca.pem", pem("ca.pem").as_bytes())
            .run()
            .expect(0, outcome);
    }
    run(&server, "ca.pem").expect(0, "changed");
    let remedy = |ended: integration::Ended| {
        let ended = ended.expect(76, "failed");
        ended.report["error"]["remedy"].as_str().unwrap_or_default().to_owned()
    };
    assert!(remedy(run(&server, "other.pem")).contains("give the CA"));
    assert!(remedy(server.init_at("endpoint: http://minio:9000", spec).run()).contains("write https://"));
    assert!(remedy(run(&start(&files, "name"), "ca.pem")).contains("name the server in `endpoint`"));
    assert!(remedy(run(&start(&files, "expired"), "ca.pem")).contains("expired"));
    let plain = Server::new();
    let https = "endpoint: https://minio:9000\ntls: {ca: {file: /etc/minio-init/ca.pem}}";
    let run = plain.init_at(https, spec).file("/etc/minio-init/ca.pem", pem("ca.pem").as_bytes()).run();
    assert!(remedy(run).contains("write http://"));
}
