//! A release of MinIO that does not have a call, or that drops a field, is told with the first that has it. The servers
//! are fakes that know the health path, the list of buckets and the list of groups, and little else.

use std::net::TcpStream;

use integration::{Asked, Ended, FakeHttp, Init, respond, shell};

/// The refusal of a call that the release does not have.
const UNKNOWN_CALL: (&str, &str) = ("426 Upgrade Required", "XMinioAdminVersionMismatch");

/// A MinIO without the calls of the admin API but for those of `answer`: a status, and a body or the code of an error.
fn minio(answer: impl Fn(&str) -> (&'static str, String) + Send + Sync + 'static) -> FakeHttp {
    FakeHttp::new(move |asked: &Asked, stream: &mut TcpStream| {
        let minio = "X-Minio-Write-Quorum: 1\r\n";
        match asked.line.as_str() {
            "GET /" => {
                respond(stream, "200 OK", "", "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>")
            }
            "GET /minio/health/cluster" => respond(stream, "200 OK", minio, ""),
            "GET /minio/admin/v3/groups" => respond(stream, "200 OK", "", "[]"),
            line if line.contains("/minio/admin/") => {
                let (status, body) = answer(line);
                respond(stream, status, "", &body)
            }
            _ => respond(stream, "404 Not Found", "", "<Error><Code>NoSuchBucket</Code></Error>"),
        }
    })
}

fn refused((status, code): (&'static str, &str)) -> (&'static str, String) {
    (status, format!(r#"{{"Code": "{code}", "Message": "m", "RequestId": "1"}}"#))
}

fn run(fake: &FakeHttp, spec: &str, command: &str) -> Ended {
    let head = format!(
        "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}\n{spec}\n",
        fake.port()
    );
    let init = Init::new("minio-init", &head).network("bridge").docker(&["--add-host", "s3:host-gateway"]);
    init.secret("secret", "some-5ecret").args(&[command]).run()
}

#[test]
fn a_call_that_a_release_does_not_have_is_told_with_the_first_that_has_it() {
    for (spec, release) in [
        ("accessKeys: {ci-key: {secretKey: {secret: secret}}}", "RELEASE.2021-04-18T19-26-29Z"),
        ("buckets: {crypt: {encryption: sse-s3}}", "RELEASE.2021-06-14T01-29-23Z"),
    ] {
        for command in ["plan", "apply"] {
            let fake = minio(|_| refused(UNKNOWN_CALL));
            let ended = run(&fake, spec, command).expect(76, "failed");
            let told = format!("it is older than {release}, the first release of MinIO that can");
            assert!(ended.error().contains(&told), "{}", ended.stdout);
            assert!(fake.asked().iter().all(|line| !line.starts_with("PUT")), "{:?}", fake.asked());
        }
    }
}

/// A MinIO without access keys whose two servers have these versions.
fn minio_of_versions(one: &'static str, other: &'static str) -> FakeHttp {
    minio(move |line| {
        let call = line.rsplit('/').next().unwrap_or_default();
        match call.split('?').next().unwrap_or_default() {
            "info" => {
                let servers = format!(r#"{{"servers": [{{"version": "{one}"}}, {{"version": "{other}"}}]}}"#);
                ("200 OK", servers)
            }
            "info-service-account" => refused(("404 Not Found", "XMinioInvalidIAMCredentials")),
            "user-info" => refused(("403 Forbidden", "InvalidAccessKeyId")),
            _ => refused(UNKNOWN_CALL),
        }
    })
}

#[test]
fn a_field_that_the_oldest_server_drops_is_told_before_anything_is_written() {
    let (old, new) = ("2023-02-27T18:10:45Z", "2024-08-29T01:40:52Z");
    let end = format!("expires: \"{}\"", shell("date --utc --date '+30 days' +%FT%TZ").ok().trim());
    for (versions, field, told) in [
        ((old, new), "name: ci", Some("accessKeys.ci-key.name")),
        ((new, old), "description: CI", Some("accessKeys.ci-key.description")),
        (("2022-10-29T06:21:33Z", new), end.as_str(), Some("accessKeys.ci-key.expires")),
        // A key without such a field, newer servers, and a build that does not say its release are left to the write.
        ((old, new), "status: enabled", None),
        ((new, new), "name: ci", None),
        ((old, "DEVELOPMENT.GOGET"), "name: ci", None),
    ] {
        for command in ["plan", "apply"] {
            let fake = minio_of_versions(versions.0, versions.1);
            let spec = format!("accessKeys: {{ci-key: {{secretKey: {{secret: secret}}, {field}}}}}");
            let ended = run(&fake, &spec, command);
            let Some(at) = told else {
                assert_eq!(ended.exit, if command == "plan" { 3 } else { 76 }, "{field}: {}", ended.stdout);
                assert!(!ended.stdout.contains("drops it"), "{field}: {}", ended.stdout);
                continue;
            };
            let ended = ended.expect(76, "failed");
            let error = ended.error();
            assert!(
                error.contains(at) && error.contains("the first release of MinIO that stores it"),
                "{error}"
            );
            assert!(fake.asked().iter().all(|line| !line.starts_with("PUT")), "{:?}", fake.asked());
        }
    }
}
