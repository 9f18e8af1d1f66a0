//! A lifecycle rule that deletes is in force only when the server has all of it.

use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use integration::{Asked, FakeHttp, Init, Peer, respond};

#[test]
fn moto_keeps_no_number_of_versions_so_the_rule_is_taken_back() {
    let moto = Peer::start("dayzero/moto:dev", "moto", &[]).listens(5000);
    let run = |rules: &str| {
        let head =
            "endpoint: http://moto:5000\ncredentials: {accessKey: somebody, secretKey: {secret: secret}}\n";
        moto.init(&format!("{head}buckets: {{logs: {{lifecycle: [{rules}]}}}}\n"))
            .secret("secret", "some-5ecret")
            .run()
    };
    let whole = "{id: old, prefix: old/, tags: {a: b}, expireDays: 9}";
    run(whole).expect(0, "changed");
    let ended = run("{id: kept, expireNoncurrentDays: 3, keepNoncurrentVersions: 5}").expect(76, "failed");
    assert!(ended.error().contains("keepNoncurrentVersions is not supported"), "{}", ended.stdout);
    run(whole).expect(0, "unchanged");
}

/// The list of the buckets of a server with one.
const ONE_BUCKET: &str =
    "<ListAllMyBucketsResult><Buckets><Bucket><Name>logs</Name></Bucket></Buckets></ListAllMyBucketsResult>";

/// A server with one bucket, which keeps of a lifecycle document what `keep` makes of it.
fn forgetful(keep: impl Fn(&str) -> String + Send + Sync + 'static) -> FakeHttp {
    let document: Arc<Mutex<Option<String>>> = Arc::default();
    FakeHttp::new(move |asked: &Asked, stream: &mut TcpStream| {
        let Ok(mut document) = document.lock() else { return false };
        let error = |code: &str| format!("<Error><Code>{code}</Code></Error>");
        match asked.line.as_str() {
            "GET /" => respond(stream, "200 OK", "", ONE_BUCKET),
            "GET /logs?lifecycle=" => match document.as_ref() {
                Some(document) => respond(stream, "200 OK", "ETag: \"1\"\r\n", document),
                None => respond(stream, "404 Not Found", "", &error("NoSuchLifecycleConfiguration")),
            },
            "PUT /logs?lifecycle=" => {
                *document = Some(keep(&asked.body));
                respond(stream, "200 OK", "", "")
            }
            "DELETE /logs?lifecycle=" => {
                *document = None;
                respond(stream, "204 No Content", "", "")
            }
            _ => respond(stream, "404 Not Found", "", &error("NoSuchKey")),
        }
    })
}

fn at(fake: &FakeHttp, rules: &str) -> Init {
    at_bucket(fake, &format!("lifecycle: [{rules}]"))
}

/// A run for the one bucket with this property.
fn at_bucket(fake: &FakeHttp, property: &str) -> Init {
    let spec = format!(
        "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}\nbuckets: {{logs: {{{property}}}}}\n",
        fake.port()
    );
    Init::new("minio-init", &spec)
        .network("bridge")
        .docker(&["--add-host", "s3:host-gateway"])
        .secret("secret", "some-5ecret")
}

/// Takes out every element of this name.
fn without(text: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = text.to_owned();
    while let (Some(from), Some(to)) = (rest.find(&open), rest.find(&close)) {
        rest.replace_range(from..to + close.len(), "");
    }
    rest
}

#[test]
fn whatever_a_server_drops_the_rule_never_works_without_it() {
    let rule =
        "{id: r, prefix: tmp/, tags: {a: b, c: d}, expireNoncurrentDays: 4, keepNoncurrentVersions: 2}";
    for (dropped, field) in [
        ("Tag", "tags"),
        ("Prefix", "prefix"),
        ("Filter", "prefix"),
        ("NewerNoncurrentVersions", "keepNoncurrentVersions"),
        ("NoncurrentDays", "expireNoncurrentDays"),
    ] {
        let put = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&put);
        let fake = forgetful(move |body| {
            seen.lock().unwrap().push(body.to_owned());
            without(body, dropped)
        });
        let ended = at(&fake, rule).run().expect(76, "failed");
        assert!(ended.error().contains(&format!("{field} is not supported")), "{dropped}: {}", ended.stdout);
        let put = put.lock().unwrap();
        assert!(put.iter().all(|body| !body.contains("Enabled")), "{dropped}: {put:?}");
        assert!(fake.asked().contains(&"DELETE /logs?lifecycle=".to_owned()), "{:?}", fake.asked());
    }
    // One that enables whatever it is given has no rule to be read before it works.
    let fake = forgetful(|body| body.replace("Disabled", "Enabled"));
    at(&fake, rule).run().expect(0, "changed");
    at(&fake, rule).run().expect(0, "unchanged");
}

/// A server that keeps the encryption of a bucket without a key for it would refuse every object from then on.
#[test]
fn a_bucket_is_not_encrypted_where_the_server_refuses_an_encrypted_upload() {
    let upload = "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>";
    let fake = FakeHttp::new(move |asked: &Asked, stream: &mut TcpStream| {
        let is_encrypted = asked.head.to_ascii_lowercase().contains("x-amz-server-side-encryption");
        let refused = "<Error><Code>InvalidRequest</Code><Message>no key</Message></Error>";
        match asked.line.as_str() {
            "GET /" => respond(stream, "200 OK", "", ONE_BUCKET),
            "POST /logs/minio-init.nothing?uploads=" if is_encrypted => {
                respond(stream, "400 Bad Request", "", refused)
            }
            "POST /logs/minio-init.nothing?uploads=" => respond(stream, "200 OK", "", upload),
            "DELETE /logs/minio-init.nothing?uploadId=one" => respond(stream, "204 No Content", "", ""),
            _ => {
                let none = "<Error><Code>ServerSideEncryptionConfigurationNotFoundError</Code></Error>";
                respond(stream, "404 Not Found", "", none)
            }
        }
    });
    let ended = at_bucket(&fake, "encryption: sse-s3").run().expect(76, "failed");
    assert!(ended.error().contains("then refuses every object of the bucket"), "{}", ended.stdout);
    assert!(ended.error().contains("InvalidRequest no key"), "{}", ended.stdout);
    let asked = fake.asked();
    assert!(asked.iter().any(|line| line.starts_with("DELETE /logs/minio-init.nothing")), "{asked:?}");
    assert!(!asked.iter().any(|line| line.starts_with("PUT ")), "{asked:?}");
}

/// A server that says yes to every document and stores none.
fn amnesiac() -> FakeHttp {
    FakeHttp::new(|asked: &Asked, stream: &mut TcpStream| {
        let absent = |stream: &mut TcpStream, code: &str| {
            respond(stream, "404 Not Found", "", &format!("<Error><Code>{code}</Code></Error>"))
        };
        match asked.line.as_str() {
            "GET /" => respond(stream, "200 OK", "", ONE_BUCKET),
            "GET /logs?versioning=" => respond(stream, "200 OK", "", "<VersioningConfiguration/>"),
            "GET /logs?encryption=" => absent(stream, "ServerSideEncryptionConfigurationNotFoundError"),
            "GET /logs?object-lock=" => respond(
                stream,
                "200 OK",
                "",
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
            ),
            "GET /logs?cors=" => absent(stream, "NoSuchCORSConfiguration"),
            "GET /logs?policy=" => absent(stream, "NoSuchBucketPolicy"),
            line if line.starts_with("PUT /logs?") => respond(stream, "200 OK", "", ""),
            _ => absent(stream, "NoSuchKey"),
        }
    })
}

#[test]
fn a_property_that_a_server_accepts_and_drops_is_named() {
    for (property, field) in [
        ("versioning: enabled", "buckets.logs.versioning"),
        ("encryption: sse-s3", "buckets.logs.encryption"),
        ("objectLock: {mode: GOVERNANCE, days: 3}", "buckets.logs.objectLock"),
        ("cors: [{allowedOrigins: [\"*\"], allowedMethods: [GET]}]", "buckets.logs.cors"),
        ("anonymous: download", "buckets.logs.policy"),
    ] {
        let fake = amnesiac();
        let spec = format!(
            "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}\nbuckets: {{logs: {{{property}}}}}\n",
            fake.port()
        );
        let init =
            Init::new("minio-init", &spec).network("bridge").docker(&["--add-host", "s3:host-gateway"]);
        let ended = init.secret("secret", "some-5ecret").run().expect(76, "failed");
        assert!(ended.error().contains(field), "{property}: {}", ended.stdout);
        // The document is written once: what is dropped is not written again and again.
        let written = fake.asked().iter().filter(|line| line.starts_with("PUT")).count();
        assert_eq!(written, 1, "{property}: {:?}", fake.asked());
    }
}

/// Says that the document is another one by now, the first two times.
#[test]
fn a_condition_of_the_server_is_used_and_its_refusal_is_read_again() {
    let refused = Arc::new(Mutex::new(0));
    let tags: Arc<Mutex<String>> = Arc::default();
    let count = Arc::clone(&refused);
    let fake = FakeHttp::new(move |asked: &Asked, stream: &mut TcpStream| {
        let mut refused = refused.lock().unwrap();
        match asked.line.as_str() {
            "GET /" => respond(stream, "200 OK", "", ONE_BUCKET),
            "GET /logs?tagging=" => {
                let tags = tags.lock().unwrap();
                let document = format!(
                    "<Tagging><TagSet><Tag><Key>theirs</Key><Value>{refused}</Value></Tag></TagSet></Tagging>"
                );
                let document = if tags.is_empty() { document } else { tags.clone() };
                respond(stream, "200 OK", &format!("ETag: \"{refused}\"\r\n"), &document)
            }
            "PUT /logs?tagging=" if *refused < 2 => {
                let condition = format!("if-match: \"{refused}\"");
                *refused += if asked.head.to_ascii_lowercase().contains(&condition) { 1 } else { 100 };
                respond(
                    stream,
                    "412 Precondition Failed",
                    "",
                    "<Error><Code>PreconditionFailed</Code></Error>",
                )
            }
            "PUT /logs?tagging=" => {
                tags.lock().unwrap().clone_from(&asked.body);
                respond(stream, "200 OK", "", "")
            }
            _ => respond(stream, "404 Not Found", "", "<Error><Code>NoSuchKey</Code></Error>"),
        }
    });
    let spec = format!(
        "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}\nbuckets: {{logs: {{tags: {{ours: yes}}}}}}\n",
        fake.port()
    );
    let init = || {
        let init =
            Init::new("minio-init", &spec).network("bridge").docker(&["--add-host", "s3:host-gateway"]);
        init.secret("secret", "some-5ecret").run()
    };
    init().expect(0, "changed");
    assert_eq!(*count.lock().unwrap(), 2);
    init().expect(0, "unchanged");
}
