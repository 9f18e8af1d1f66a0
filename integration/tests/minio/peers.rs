//! Peers between us and the right server at the right time: one that redirects, one whose clock is wrong.

use std::time::Duration;

use integration::minio::Server;
use integration::{docker, eventually, in_another_year};

const SPEC: &str = "buckets: {first: {}}\n";

#[test]
fn a_redirect_is_named_and_not_followed() {
    let server = Server::new();
    let name = format!("{}-web", server.name());
    // Python's own web server sends whoever asks for a folder to the same name with a slash.
    let script =
        "mkdir -p /tmp/www/minio/health/cluster && exec python3 -m http.server 9000 --directory /tmp/www";
    let run = ["run", "--detach", "--name", &name, "--network", server.network(), "--network-alias", "web"];
    docker(&[&run[..], &["--entrypoint", "sh", "dayzero/moto:dev", "-c", script]].concat()).ok();
    eventually("the web server answers", Duration::from_secs(30), || {
        let probe = "import socket; socket.create_connection(('localhost', 9000))";
        docker(&["exec", &name, "python3", "-c", probe]).exit == 0
    });
    let ended = server.init_at("endpoint: http://web:9000", SPEC).run();
    docker(&["rm", "--force", &name]).ok();
    let ended = ended.expect(76, "failed");
    let said = "answers with a redirect (301) to /minio/health/cluster/, which is not followed";
    assert!(ended.error().contains(said), "{}", ended.stdout);
}

#[test]
fn a_wrong_clock_is_named_with_both_times_at_once() {
    let server = Server::new();
    let port = in_another_year(&server.address());
    let ended = server
        .init_at(&format!("endpoint: http://minio-then:{port}"), SPEC)
        .docker(&["--add-host", "minio-then:host-gateway"])
        .run()
        .expect(76, "failed");
    assert!(ended.error().contains("RequestTimeTooSkewed"), "{}", ended.stdout);
    let remedy = ended.report["error"]["remedy"].as_str().unwrap_or_default();
    assert!(remedy.starts_with("set the clocks: it is ") && remedy.ends_with("at the server"), "{remedy}");
}
