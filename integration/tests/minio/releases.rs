//! A release of MinIO that does not have a call is told with the first that has it. The server is a fake that knows the
//! health path, the list of buckets and the list of groups alone, as no release of the last years does.

use std::net::TcpStream;

use integration::{Asked, FakeHttp, Init, respond};

fn old_minio() -> FakeHttp {
    FakeHttp::new(|asked: &Asked, stream: &mut TcpStream| {
        let minio = "X-Minio-Write-Quorum: 1\r\n";
        match asked.line.as_str() {
            "GET /" => {
                respond(stream, "200 OK", "", "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>")
            }
            "GET /minio/health/cluster" => respond(stream, "200 OK", minio, ""),
            "GET /minio/admin/v3/groups" => respond(stream, "200 OK", "", "[]"),
            line if line.contains("/minio/admin/") => respond(
                stream,
                "426 Upgrade Required",
                "",
                r#"{"Code": "XMinioAdminVersionMismatch", "Message": "This server does not support the requested API", "RequestId": "1"}"#,
            ),
            _ => respond(stream, "404 Not Found", "", "<Error><Code>NoSuchBucket</Code></Error>"),
        }
    })
}

#[test]
fn a_call_that_a_release_does_not_have_is_told_with_the_first_that_has_it() {
    for (spec, release) in [
        ("accessKeys: {ci-key: {secretKey: {secret: secret}}}", "RELEASE.2021-04-18T19-26-29Z"),
        ("buckets: {crypt: {encryption: sse-s3}}", "RELEASE.2021-06-14T01-29-23Z"),
    ] {
        for command in ["plan", "apply"] {
            let fake = old_minio();
            let head = format!(
                "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}\n{spec}\n",
                fake.port()
            );
            let init =
                Init::new("minio-init", &head).network("bridge").docker(&["--add-host", "s3:host-gateway"]);
            let ended = init.secret("secret", "some-5ecret").args(&[command]).run().expect(76, "failed");
            let told = format!("it is older than {release}, the first release of MinIO that can");
            assert!(ended.error().contains(&told), "{}", ended.stdout);
            assert!(fake.asked().iter().all(|line| !line.starts_with("PUT")), "{:?}", fake.asked());
        }
    }
}
