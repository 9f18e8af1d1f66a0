//! The S3 part on a server that is not MinIO.

use std::time::Duration;

use integration::{Ended, Init, docker, eventually};

/// moto, an S3 server in Python, which shares nothing with MinIO.
struct Moto(&'static str);

impl Moto {
    fn new(name: &'static str) -> Self {
        docker(&["rm", "--force", name]);
        docker(&["network", "create", name]);
        docker(&[
            "run",
            "--detach",
            "--name",
            name,
            "--network",
            name,
            "--network-alias",
            "moto",
            "dayzero/moto:dev",
        ])
        .ok();
        eventually("moto answers", Duration::from_secs(60), || {
            docker(&[
                "exec",
                name,
                "python3",
                "-c",
                "import socket; socket.create_connection(('localhost', 5000))",
            ])
            .exit
                == 0
        });
        Self(name)
    }

    fn run(&self, spec: &str) -> Ended {
        let head =
            "endpoint: http://moto:5000\ncredentials: {accessKey: somebody, secretKey: {secret: secret}}\n";
        Init::new("minio-init", &format!("{head}{spec}"))
            .network(self.0)
            .secret("secret", "some-5ecret")
            .run()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        docker(&["rm", "--force", self.0]);
        docker(&["network", "rm", self.0]);
    }
}

const BUCKETS: &str = r#"
buckets:
  first: {versioning: enabled, tags: {a: b}, anonymous: download, lifecycle: [{prefix: a/, expireDays: 3}, {abortIncompleteUploadDays: 4}]}
  locked: {objectLock: {mode: COMPLIANCE, years: 1}, encryption: sse-s3}
  web: {cors: [{allowedOrigins: ["*"], allowedMethods: [GET, PUT], maxAgeSeconds: 30, exposeHeaders: [etag]}],
        policy: {document: {Version: "2012-10-17", Statement: {Effect: Deny, Principal: "*", NotAction: "s3:GetObject", Resource: "arn:aws:s3:::web/*"}}}}
"#;

#[test]
fn buckets_need_no_admin_api() {
    let moto = Moto::new("dayzero-it-moto-buckets");
    moto.run(BUCKETS).expect(0, "changed");
    moto.run(BUCKETS).expect(0, "unchanged");
}

#[test]
fn users_and_quotas_do_and_nothing_is_written_without() {
    let moto = Moto::new("dayzero-it-moto-admin");
    for (spec, needed) in [
        ("users: {app: {secretKey: {secret: secret}}}\nbuckets: {first: {}}\n", "users"),
        (
            "policies: {p: {document: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"s3:*\", Resource: \"*\"}]}}}\nbuckets: {first: {}}\n",
            "policies",
        ),
        ("buckets: {first: {quota: 1GiB}}\n", "quotas"),
    ] {
        let ended = moto.run(spec).expect(76, "failed");
        assert!(
            ended.error().contains(&format!("has no MinIO admin API, and the spec has {needed}")),
            "{}",
            ended.stdout
        );
    }
    let created = moto.run("buckets: {first: {}}\n").expect(0, "changed");
    assert_eq!(created.changes(), ["create_bucket first: applied"]);
}
