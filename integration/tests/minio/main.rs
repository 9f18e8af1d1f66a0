//! `minio-init` against real servers, read back and drifted with `mc`.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests wait on real servers, and the long ones are chosen by variables"
)]

mod absent;
mod acceptance;
mod access;
mod addresses;
mod beds;
mod behind_nginx;
mod ceph_hostile;
mod config;
mod drift;
mod expiry;
mod export;
mod fake_rustfs;
mod fault;
mod field;
mod garage_hostile;
mod hostile;
mod iam_hostile;
mod kept_whole;
mod other_servers;
mod own_rights;
mod pair;
mod peers;
mod permissions;
mod policies;
mod refusals;
mod releases;
mod replication;
mod rerun;
mod rustfs;
mod s3_only;
mod taken_away;
mod tiers;
mod tls;
mod two_runs;
mod versity_hostile;
mod versity_users;
mod waiting;
mod watch;

use integration::Init;

/// Every secret that the specs here name, each with its own canary.
const SECRETS: [(&str, &str); 5] = [
    ("minio_app_username", "application"),
    ("minio_app_user_password", "canary-app-5ecret"),
    ("minio_loki_secret", "canary-loki-5ecret"),
    ("minio_former_secret", "canary-former-5ecret"),
    ("minio_loki_ci_secret", "canary-loki-ci-5ecret"),
];

const APP_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"s3:*","Resource":"*"},
    {"Effect":"Deny","Action":["s3:ListBucket"],"Resource":"arn:aws:s3:::*","Condition":{"StringNotEquals":{"s3:prefix":["a","b"]}}},
    {"Effect":"Allow","Action":["admin:ServerInfo"]},
    {"Effect":"Deny","Action":["s3:Get*"],"NotResource":"arn:aws:s3:::x/*","Condition":{"Bool":{"aws:SecureTransport":true}}}]}"#;

const PARTNERS_POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::partners/public/*"}}"#;

/// The baseline without the lines on the server, which the harness writes.
fn baseline() -> String {
    let text = include_str!("../../specs/minio.baseline.yaml");
    text.find("users:").map_or("", |at| &text[at..]).to_owned()
}

/// Every field that needs nothing of the server.
const FULL: &str = r#"
policies:
  loki-rw:
    document:
      Version: "2012-10-17"
      Statement:
        - {Effect: Allow, Action: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], Resource: ["arn:aws:s3:::loki", "arn:aws:s3:::loki/*"]}
  from-file: {file: /etc/minio-init/policies/app.json}
users:
  loki: {accessKey: loki, secretKey: {secret: minio_loki_secret}, policies: [loki-rw], status: enabled}
  former: {accessKey: former, secretKey: {secret: minio_former_secret}, policies: [readonly], status: disabled}
groups:
  writers: {members: [loki], policies: [readwrite], status: enabled}
accessKeys:
  loki-ci: {user: loki, accessKey: loki-ci, secretKey: {secret: minio_loki_ci_secret}, policy: loki-rw, name: ci, description: CI uploads, status: enabled}
buckets:
  loki:
    versioning: enabled
    quota: 10GiB
    tags: {team: observability}
    lifecycle:
      - {id: expire-chunks, prefix: chunks/, expireDays: 30}
      - {id: old-versions, expireNoncurrentDays: 7}
  audit:
    objectLock: {mode: GOVERNANCE, days: 30}
  cdn: {anonymous: download}
  partners: {policy: {file: /etc/minio-init/policies/partners.json}}
"#;

/// A run with every secret and every file that the specs name.
fn whole(init: Init) -> Init {
    let with_secrets = SECRETS.iter().fold(init, |init, (name, value)| init.secret(name, value));
    with_secrets
        .file("/etc/minio-init/policies/app.json", APP_POLICY.as_bytes())
        .file("/etc/minio-init/policies/partners.json", PARTNERS_POLICY.as_bytes())
}
