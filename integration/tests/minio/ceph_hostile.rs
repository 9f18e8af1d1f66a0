//! Servers that answer as Ceph's gateway until its admin API is asked, and then what no gateway does.

use integration::{Ended, FakeHttp, Init, respond};

const OWN: &str = r#"{"user_id": "admin", "admin": true, "keys": [{"user": "admin", "access_key": "somebody", "secret_key": "canary-own-5ecret"}],
  "caps": [{"type": "users", "perm": "*"}, {"type": "buckets", "perm": "*"}, {"type": "metadata", "perm": "*"}]}"#;
const APP: &str = r#"{"user_id": "app", "suspended": 0, "keys": [{"user": "app", "access_key": "app", "secret_key": "canary-before"}]}"#;
const BUCKET: &str = r#"{"bucket": "one", "owner": "app", "bucket_quota": {"enabled": false, "max_size": -1, "max_objects": -1}}"#;

const POLICIES: &str = "<ListUserPoliciesResponse><ListUserPoliciesResult><PolicyNames></PolicyNames></ListUserPoliciesResult></ListUserPoliciesResponse>";

/// The answers of a gateway about the user `app`, about its bucket, its metadata, and its policies.
#[derive(Clone)]
struct Answers {
    user: String,
    bucket: String,
    metadata: String,
    policies: String,
}

fn gateway(answers: Answers) -> FakeHttp {
    FakeHttp::new(move |asked, stream| {
        let line = asked.line.as_str();
        if line == "GET /" {
            let list = "<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>";
            return respond(stream, "200 OK", "", list);
        }
        if line == "POST /" && asked.body.starts_with("Action=ListUserPolicies&") {
            return respond(stream, "200 OK", "", &answers.policies);
        }
        let Some(call) = line.strip_prefix("GET /admin/") else {
            return respond(stream, "404 Not Found", "", "<Error><Code>NoSuchBucket</Code></Error>");
        };
        let body = match call.split_once('?').unwrap_or((call, "")) {
            ("user", query) if query.contains("somebody") => OWN,
            ("user", _) => &answers.user,
            ("bucket", _) => &answers.bucket,
            _ => &answers.metadata,
        };
        respond(stream, "200 OK", "", body)
    })
}

fn run(answers: Answers) -> (FakeHttp, Ended) {
    let fake = gateway(answers);
    let spec = format!(
        "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: own}}}}\n\
         users: {{app: {{secretKey: {{secret: app}}, access: [{{bucket: one, level: owner}}]}}}}\n",
        fake.port()
    );
    let options = ["--add-host", "s3:host-gateway", "--memory", "64m", "--memory-swap", "64m"];
    let init = Init::new("minio-init", &spec).network("bridge").docker(&options);
    let init = init.secret("own", "canary-own-5ecret").secret("app", "canary-app-5ecret");
    let ended = init.args(&["--timeout", "10s", "--log", "trace"]).run();
    assert!(
        !ended.stdout.contains("canary") && !ended.log.contains("canary"),
        "{}\n{}",
        ended.stdout,
        ended.log
    );
    (fake, ended)
}

#[test]
fn answers_that_no_gateway_sends_end_the_run_before_a_write_and_show_no_secret_key() {
    let right = || Answers {
        user: APP.to_owned(),
        bucket: BUCKET.to_owned(),
        metadata: "{}".to_owned(),
        policies: POLICIES.to_owned(),
    };
    // The list of policies is asked for with POST, and no run of this spec writes one.
    let reads = |line: &String| line.starts_with("GET ") || line == "POST /";
    let wrong = [
        "<html><body>It works!</body></html>".to_owned(),
        String::new(),
        "[]".to_owned(),
        r#"{"user_id": "app", "keys": [{"access_key": "app", "secret_key": 5, "user": "canary"}]}"#
            .to_owned(),
        r#"{"user_id": "app", "suspended": "canary", "owner": 7}"#.to_owned(),
        format!(r#"{{"user_id": "app", "owner": "app", "keys": ["{}"]}}"#, "canary".repeat(1 << 18)),
    ];
    for wrong in wrong {
        for answers in [
            Answers { user: wrong.clone(), ..right() },
            Answers { metadata: wrong.clone(), ..right() },
            Answers { policies: wrong.clone(), ..right() },
        ] {
            let (fake, ended) = run(answers);
            ended.expect(76, "failed");
            assert!(fake.asked().iter().all(reads), "{:?}", fake.asked());
        }
    }
    // Metadata of another user is not written back.
    let metadata = r#"{"data": {"user_id": "other", "keys": []}}"#.to_owned();
    let (fake, ended) = run(Answers { metadata, ..right() });
    let ended = ended.expect(76, "failed");
    assert!(ended.error().contains("it is no record of a user"), "{}", ended.stdout);
    assert!(fake.asked().iter().all(reads), "{:?}", fake.asked());
}
