//! A server that is not there, not ready, or silent.

use std::time::Duration;

use integration::Init;
use integration::minio::{Server, Setup};

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
fn a_name_that_is_not_there_ends_at_the_deadline() {
    let spec =
        "endpoint: http://nowhere:9000\ncredentials: {accessKey: root-user, secretKey: {secret: secret}}\n";
    let init = Init::new("minio-init", spec).network("none").secret("secret", "some-5ecret");
    let ended = init.args(&["--timeout", "3s"]).run().expect(69, "failed");
    assert!(ended.error().contains("the name does not resolve"), "{}", ended.stdout);
    assert!(ended.took < Duration::from_secs(30));
}
