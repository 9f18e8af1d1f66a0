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
            // As S3 does: one account does not see into the bucket of another.
            "--env",
            "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS=false",
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
            .at(self.0, self.0)
            .secret("secret", "some-5ecret")
            .run()
    }
}

#[test]
fn a_bucket_of_another_owner_is_a_conflict_and_nothing_is_written() {
    let moto = Moto::new("dayzero-it-moto-owner");
    let script = "import boto3
end = dict(endpoint_url='http://localhost:5000', region_name='us-east-1')
sts = boto3.client('sts', aws_access_key_id='other', aws_secret_access_key='x', **end)
role = sts.assume_role(RoleArn='arn:aws:iam::222222222222:role/r', RoleSessionName='other')['Credentials']
s3 = boto3.client('s3', aws_access_key_id=role['AccessKeyId'], aws_secret_access_key=role['SecretAccessKey'],
                  aws_session_token=role['SessionToken'], **end)
s3.create_bucket(Bucket='taken')";
    docker(&["exec", moto.0, "python3", "-c", script]).ok();
    let ended = moto.run("buckets: {taken: {}, beside: {}}\n").expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "buckets.taken", "{}", ended.stdout);
    assert_eq!(ended.changes(), ["create_bucket beside: skipped"]);
    moto.run("buckets: {beside: {}}\n").expect(0, "changed");
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
