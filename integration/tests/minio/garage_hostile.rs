//! Servers that answer as the admin API of Garage until a request, and then what no Garage does.

use integration::{Ended, FakeHttp, Init, Silent, respond};

const STATUS: &str = r#"{"layoutVersion": 1, "nodes": [{"id": "aa", "isUp": true}]}"#;
const KEY: &str =
    r#"{"accessKeyId": "GK-own-key", "name": "a", "expired": false, "buckets": [], "permissions": {}}"#;

/// A Garage whose admin API answers with this status, and to the request for a key with this; S3 is on the same port.
fn garage(status: String, key: &'static str) -> FakeHttp {
    FakeHttp::new(move |asked, stream| match asked.line.split('?').next().unwrap_or_default() {
        "GET /v2/GetClusterStatus" => respond(stream, "200 OK", "", &status),
        "GET /v2/GetKeyInfo" => respond(stream, "200 OK", "", key),
        "GET /v2/GetBucketInfo" => json_error(stream, "404 Not Found", "NoSuchBucket"),
        "GET /" => respond(
            stream,
            "200 OK",
            "",
            "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>",
        ),
        "GET /minio-init.sign-in" => {
            respond(stream, "404 Not Found", "", "<Error><Code>NoSuchBucket</Code></Error>")
        }
        _ => json_error(stream, "400 Bad Request", "InvalidRequest"),
    })
}

fn json_error(stream: &mut std::net::TcpStream, status: &str, code: &str) -> bool {
    let body = format!(r#"{{"code": "{code}", "message": "no", "region": "garage", "path": "/"}}"#);
    respond(stream, status, "Content-Type: application/json\r\n", &body)
}

fn run(port: u16, args: &[&str]) -> Ended {
    let spec = format!(
        "endpoint: http://s3:{port}\ncredentials: {{accessKey: GK-own-key, secretKey: {{secret: own}}}}\n\
         garage: {{adminEndpoint: \"http://s3:{port}\", adminToken: {{secret: token}}}}\nbuckets: {{one: {{}}}}\n"
    );
    let options = ["--add-host", "s3:host-gateway", "--memory", "64m", "--memory-swap", "64m"];
    let init = Init::new("minio-init", &spec).network("bridge").docker(&options);
    let init = init.secret("own", "canary-own-5ecret").secret("token", "canary-t0ken");
    let ended = init.args(args).args(&["--log", "trace"]).run();
    assert!(
        !ended.stdout.contains("canary") && !ended.log.contains("canary"),
        "{}\n{}",
        ended.stdout,
        ended.log
    );
    ended
}

#[test]
fn answers_that_no_garage_sends_end_the_run_and_show_no_secret() {
    let long = format!("{STATUS}{}", " ".repeat(8 << 20));
    for (status, key) in [
        ("<html><body>It works!</body></html>", KEY),
        ("ok", KEY),
        ("", KEY),
        ("{\"layoutVersion\": \"canary-t0ken\", \"nodes\": []}", KEY),
        (long.as_str(), KEY),
        (STATUS, "{\"secretAccessKey\": \"canary-own-5ecret\"}"),
        (STATUS, "[]"),
    ] {
        let fake = garage(status.to_owned(), key);
        run(fake.port(), &["apply", "--timeout", "10s"]).expect(76, "failed");
        assert!(fake.asked().iter().all(|line| line.starts_with("GET ")), "{:?}", fake.asked());
    }
    let fake = garage(STATUS.to_owned(), KEY);
    let ended = run(fake.port(), &["plan"]).expect(3, "drift");
    assert_eq!(ended.operations(), ["create_bucket"]);
}

#[test]
fn a_token_that_is_refused_and_an_api_that_is_not_there_are_told() {
    let refusing = FakeHttp::new(|_, stream| json_error(stream, "403 Forbidden", "AccessDenied"));
    let ended = run(refusing.port(), &["apply"]).expect(77, "failed");
    assert!(ended.stdout.contains("garage.adminToken"), "{}", ended.stdout);
    assert_eq!(refusing.asked().len(), 1);
    // A Garage before 2.0, S3 in the place of the admin API, and a proxy that knows no such path.
    for (status, body) in [
        ("400 Bad Request", r#"{"code": "InvalidRequest", "message": "Unknown API endpoint"}"#),
        ("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"),
        ("404 Not Found", "<html>not here</html>"),
    ] {
        let other = FakeHttp::new(move |_, stream| respond(stream, status, "", body));
        let ended = run(other.port(), &["apply"]).expect(76, "failed");
        assert!(ended.error().contains("Garage has this API from 2.0"), "{}", ended.stdout);
    }
    let starting = FakeHttp::new(|_, stream| respond(stream, "503 Service Unavailable", "", "starting"));
    run(starting.port(), &["apply", "--timeout", "2s"]).expect(69, "failed");
    let silent = Silent::new();
    run(silent.port(), &["apply", "--timeout", "2s"]).expect(69, "failed");
}
