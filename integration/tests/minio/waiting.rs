//! A server that is not there, not ready, or silent.

use std::time::Duration;

use integration::minio::{Server, Setup};
use integration::{Init, docker};

const SPEC: &str = "buckets: {first: {}}\n";

#[test]
fn a_server_that_comes_late_is_waited_for() {
    let server = Server::start(&Setup::default());
    server.init(SPEC).run().expect(0, "changed");
}

#[test]
fn a_server_without_quorum_is_up_and_not_ready() {
    let drives = ["server", "http://minio:9000/data/{1...2}", "http://minio-2:9000/data/{1...2}"];
    let first = Server::start(&Setup { server: &drives, ..Setup::default() });
    let ended = first.init(SPEC).args(&["--timeout", "8s"]).run().expect(69, "failed");
    assert!(ended.error().contains("minio:9000 was not ready within 8s"), "{}", ended.stdout);
}

#[test]
fn identities_that_the_server_still_reads_are_not_taken_for_absent() {
    let server = Server::new();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}"#;
    server.policy("made", document);
    // Thousands of copies on its drive: after a restart it reads them for a second, and calls itself ready meanwhile.
    let copies = "cd /data/.minio.sys/config/iam/policies && mkdir --parents copy-{0..9}{001..500}/policy.json && \
        for n in {0..9}; do tee copy-${n}{001..500}/policy.json/xl.meta <made/policy.json/xl.meta >/dev/null || exit; done";
    server.shell(copies).ok();
    docker(&["restart", "--time", "0", server.name()]).ok();
    let spec = "users: {app-user: {secretKey: {secret: root_password}, policies: [copy-4321]}}\n";
    server.init(spec).run().expect(0, "changed");
    server.init(spec).run().expect(0, "unchanged");
}

#[test]
fn a_name_that_is_not_there_ends_at_the_deadline() {
    let spec =
        "endpoint: http://nowhere:9000\ncredentials: {accessKey: root-user, secretKey: {secret: secret}}\n";
    let init = Init::new("minio-init", spec).network("none").secret("secret", "some-5ecret");
    let ended = init.args(&["--timeout", "3s"]).run().expect(69, "failed");
    assert!(ended.error().contains("cannot resolve the name of nowhere:9000"), "{}", ended.stdout);
    assert!(ended.took < Duration::from_secs(30));
}
